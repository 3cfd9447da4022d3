"""Rulebooks -> the blocks of the pages that show them."""
