"""Rulebooks -> pages as blocks."""
