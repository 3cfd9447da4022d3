"""Parsed tree + schema -> checked tree, or diagnostics."""
