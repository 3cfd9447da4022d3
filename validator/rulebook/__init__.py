"""Rulebook files -> flat, checked revisions. Nothing is imported here: a start from the cache needs neither parser nor pydantic."""
