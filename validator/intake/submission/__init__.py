"""One investor's data -> typed records, and issues for what could not be read."""
