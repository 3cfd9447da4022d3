"""YAML with lines, layers of folders, words and units, trading days."""
