"""The text of a cell -> its integer, flag or text, or why it cannot be read."""
