"""Plan + records -> report, by rows or by columns. The two give the same, and a book within the limit is run through both."""
