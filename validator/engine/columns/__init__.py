"""Plan + frames -> result, a column at a time with Polars."""
