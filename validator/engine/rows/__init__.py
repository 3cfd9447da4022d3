"""Plan + records -> result, record by record with generated Python."""
