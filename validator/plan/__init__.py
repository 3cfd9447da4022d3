"""Rulebook + offering -> everything that can be known before a record is read."""
