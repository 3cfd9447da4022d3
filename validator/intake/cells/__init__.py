"""The text of a cell -> its integer, flag or text, or the reason why it cannot be read."""
