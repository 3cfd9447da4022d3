"""Whatever rule the language accepts can be run, shown and proved: drawn rulebooks go through the front door, whole.

20,000 rules at full size. Each rulebook is a test of its own, numbered by its seed, so that they can be spread over processes.
"""

import pytest

from tests.proofs.drawn_expressions import SIGNS, WORDS
from tests.proofs.drawn_rules import draw_book, draw_rulebook, draw_submission
from tests.proofs.proof import prove
from tests.proofs.size import size

RULES = 50
"""Of one rulebook."""


@pytest.mark.parametrize("seed", range(size(20_000, 100) // RULES))
def test_what_the_language_accepts_can_be_run_and_shown(seed, tmp_path, record_property):
    proof = prove(seed, RULES, tmp_path, shown=seed % 10 == 0)
    record_property("accepted", proof.accepted)
    told = "\n\n".join(map(str, proof.failures))
    if proof.failures:
        pytest.fail(f"draw_rulebook({seed}): {len(proof.failures)} ways to break\n\n{told}", pytrace=False)
    assert proof.accepted > 0.6 * proof.drawn, proof.refused
    assert proof.bound.total() <= 0.1 * proof.drawn, proof.bound
    assert proof.outcomes["holds"] and proof.outcomes["violated"]


def test_most_of_what_is_drawn_is_accepted_and_decided(tmp_path):
    """So that the proof is one: rules that are refused, or open for want of data, prove little."""
    proof = prove(1000, RULES, tmp_path, shown=False)
    assert proof.accepted > 0.8 * proof.drawn
    assert proof.outcomes["holds"] + proof.outcomes["violated"] > 0.3 * proof.outcomes.total()


def test_the_draw_leaves_out_no_word_of_the_language():
    text = "".join(draw_rulebook(seed).text() for seed in range(10))
    words = {w.strip() for pair in WORDS.items() for w in pair} | set(SIGNS) | set(SIGNS.values())
    assert {w for w in words if w not in text} == set()


def test_the_same_seed_draws_the_same():
    assert draw_rulebook(7) == draw_rulebook(7)
    assert draw_rulebook(7) != draw_rulebook(8)
    assert draw_book(7) == draw_book(7)
    assert draw_submission(7) == draw_submission(7)


def test_a_line_taken_out_takes_what_reads_it_along():
    rulebook = draw_rulebook(3)
    value = next(e for e in rulebook.entries if e.kind == "values" and any(r.reads(e) for r in rulebook.rules))
    left = rulebook.without([value])
    assert left.rules != rulebook.rules
    assert not any(e.reads(value) for e in left.entries)
    reader = next(r for r in rulebook.rules if r.reads(value))
    assert value in rulebook.only([reader]).entries
