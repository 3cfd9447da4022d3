"""One investor's data -> typed records, and what could not be read."""
