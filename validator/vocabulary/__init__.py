"""YAML with line numbers, folders of rules and their layers, names and units, trading days."""
