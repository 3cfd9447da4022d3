"""A report -> the blocks of its page."""
