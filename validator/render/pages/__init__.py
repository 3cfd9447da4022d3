"""A result -> blocks of a page, drawn once for terminal, HTML and workbook."""
