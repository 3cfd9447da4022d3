"""Parsed tree + schema -> typed tree, or diagnostics."""
