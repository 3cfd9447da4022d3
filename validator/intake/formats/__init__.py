"""Files and frames -> raw tables of cells as they were written."""
