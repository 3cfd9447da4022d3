"""Rulebook files -> flat, checked revisions.

This file imports nothing, so that a start from the cache loads neither the parser nor pydantic.
"""
