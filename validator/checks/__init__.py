"""The entry points of the library and the command: check one offering, a table of offerings, or a folder."""
