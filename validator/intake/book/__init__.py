"""Raw tables -> a book: typed tables of integers, linked to each other, and issues for what could not be read."""
