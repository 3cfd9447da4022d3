"""A report -> tables of plain cells, the same for every format."""
