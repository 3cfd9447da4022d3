"""The dates of an offering, or of an announcement -> the name of the revision that governs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dsl.diagnostics import Diagnostic, DiagnosticError
from dsl.quantities import EPOCH


@dataclass(frozen=True, slots=True)
class Selector:
    """A revision: its name, the date field that selects it, and the day from which it applies."""

    name: str
    by: str
    since: str


@dataclass(frozen=True, slots=True)
class Governed:
    """What rulebooks govern. `when` is the text of a diagnostic for its date, with the placeholders `{day}` and `{by}` (the date field)."""

    name: str
    when: str


OFFERING = Governed("offering", "for an offering of {day} ({by})")


def governing_name(
    index: Mapping[str, Sequence[Selector]], rulebook: str, dates: Mapping[str, int | None], governed: Governed = OFFERING
) -> str:
    """The last revision of the chain whose date has come. Raises DiagnosticError if there is none."""
    if rulebook not in index:
        raise DiagnosticError([unknown_rulebook(rulebook, index)])
    found: Selector | None = None
    for revision in index[rulebook]:
        day = dates.get(revision.by)
        if day is None:
            message = f"the {governed.name} does not state `{revision.by}`, which selects the revision of {rulebook}"
            raise DiagnosticError([Diagnostic("no-date", message, hint=f"add `{revision.by}: 2026-01-31` to the {governed.name}")])
        if day >= day_of(revision.since):
            found = revision
    if found is None:
        first = index[rulebook][0]
        shown = date.fromordinal((dates.get(first.by) or 0) + EPOCH).isoformat()
        message = f"no revision of {rulebook} was in force {governed.when.format(day=shown, by=first.by)}"
        raise DiagnosticError([Diagnostic("no-revision", message, hint=f"the first revision here applies from {first.since}")])
    return found.name


def unknown_rulebook(name: str, known: Mapping[str, object]) -> Diagnostic:
    """The diagnostic for a rulebook that does not exist."""
    return Diagnostic("unknown-rulebook", f"unknown rulebook `{name}`", hint="the rulebooks are " + ", ".join(f"`{k}`" for k in known))


def day_of(text: str) -> int:
    """2026-03-28 as days from 1970-01-01."""
    return date.fromisoformat(text).toordinal() - EPOCH
