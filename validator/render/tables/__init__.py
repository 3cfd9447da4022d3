"""A report -> tables of plain cells, shared by all formats."""
