"""Plan + records -> result, by rows or by columns. Both evaluators give the same result; a book within the limit is run through both."""
