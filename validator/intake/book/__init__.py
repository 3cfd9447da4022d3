"""Raw tables -> a book: typed tables of integers, tied to each other, and what could not be read."""
