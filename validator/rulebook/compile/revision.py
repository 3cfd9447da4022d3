"""One flat revision + vocabulary -> `Rulebook`: every expression is parsed and checked. All mistakes are collected and raised together."""

from collections.abc import Mapping

from dsl.schema import Schema
from dsl.to_text import Language, order_text, to_text
from validator.bilingual import Both
from validator.rulebook.amendments import Flat, Placed, documents
from validator.rulebook.compile.rules import compile_rules, compile_terms
from validator.rulebook.compile.scope import Scope, Seen, Written
from validator.rulebook.compile.values import compile_values
from validator.rulebook.model import Rule, Rulebook, Term, Value
from validator.vocabulary.vocabulary import Vocabulary


def compile_rulebook(flat: Flat, vocabulary: Vocabulary, salt: str = "", seen: Seen | None = None) -> Rulebook:
    """Raises DiagnosticError with every mistake. `salt` is the digest of the vocabulary and the calendar.

    `seen` caches results for other revisions with the same vocabulary. It is extended here.
    """
    scope = Scope(flat, vocabulary, seen or Seen())
    values = compile_values(scope)
    return settled(scope, values, compile_terms(scope), compile_rules(scope), salt)


def settled(scope: Scope, values: Mapping[str, Value], terms: Mapping[str, Term], rules: Mapping[str, Rule], salt: str) -> Rulebook:
    """Assemble the revision. Raises DiagnosticError if the scope has collected mistakes."""
    flat = scope.flat
    assert flat.head is not None
    applies = Placed(flat.applies, flat.head, ("applies",))
    cites = scope.cites(applies, flat.applies.cite)
    scope.settle()
    return Rulebook(
        flat.id,
        flat.revision,
        Both(flat.title.zh, flat.title.en),
        flat.applies.by,
        flat.applies.from_,
        tuple(flat.stages),
        documents(flat.sources),
        terms,
        values,
        rules,
        scope.schema,
        flat.digest(salt, {(w.source.file, w.path): canonical(w, scope.schema) for w in scope.written if w.piece.text}),
        cites,
        bool(flat.applies.unverified),
        frozenset(flat.own),
    )


def expressions(flat: Flat, vocabulary: Vocabulary) -> tuple[list[Written], Schema]:
    """Every checked expression of a revision with its file and path, and the schema they use. Raises DiagnosticError."""
    scope = Scope(flat, vocabulary)
    compile_values(scope)
    compile_terms(scope)
    compile_rules(scope)
    scope.settle()
    return [w for w in scope.written if w.piece.text], scope.schema


def canonical(written: Written, schema: Schema, lang: Language = "en") -> str:
    """The canonical text of an expression, with names in `lang`."""
    if written.piece.descending is not None:
        return order_text(written.checked.expr, written.piece.descending, lang, schema)
    return to_text(written.checked.expr, lang, schema)
