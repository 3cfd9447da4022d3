"""Rulebook files -> flat, checked revisions."""

from validator.rulebook.fmt import fmt
from validator.rulebook.library import Library, library, lint
from validator.rulebook.model import Rulebook

__all__ = ["Library", "Rulebook", "fmt", "library", "lint"]
