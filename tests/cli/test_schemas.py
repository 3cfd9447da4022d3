"""`guiju schema`, and JSON held against it."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from validator.intake.json_schema import mistakes, schema
from validator.vocabulary.layers import rules_folder
from validator.vocabulary.source import load
from validator.vocabulary.vocabulary_file import load_vocabulary

ROOT = Path(__file__).parents[2]
VOCABULARY = load_vocabulary(rules_folder())
FORMS = ("rulebook", "offering", "submission")


@pytest.mark.parametrize("form", FORMS)
def test_it_is_a_json_schema_and_the_same_each_time(guiju, form):
    first, again = guiju("schema", form), guiju("schema", form, env={"PYTHONHASHSEED": "11"})
    assert (first.returncode, first.stdout) == (0, again.stdout)
    Draft202012Validator.check_schema(json.loads(first.stdout))


def test_an_unknown_form_is_refused(guiju):
    assert guiju("schema", "book").returncode == 2


RULEBOOKS = [
    p for p in sorted((ROOT / "rules").rglob("*.yaml")) if p.stem[:2] == "20" and ".cases" not in p.name and "announcements" not in p.parts
]


@pytest.mark.parametrize("file", RULEBOOKS, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_our_own_rulebooks_have_the_form(file):
    assert mistakes("rulebook", load(file).data, VOCABULARY) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"stages": "inquiry"}, "`stages`: `inquiry` is not a list"),
        (
            {"rules": [{"id": "a.b", "name": {"zh": "甲", "en": "a"}, "for": "bidder", "effect": "invalid"}]},
            "`rules[0].for`: `bidder` is not one of",
        ),
        ({"rulez": []}, "unknown field `rulez`"),
    ],
)
def test_a_rulebook_of_another_form_is_told_so(change, said):
    data = load(RULEBOOKS[0]).data
    assert isinstance(data, dict)
    assert any(said in str(d) for d in mistakes("rulebook", {**data, **change}, VOCABULARY))


def test_the_names_of_the_vocabulary_stand_in_it():
    offering = schema("offering", VOCABULARY)["properties"]
    assert offering["minimum_quantity"] == offering["最低拟申购数量"]
    assert offering["minimum_quantity"]["type"] == ["number", "string", "null"]
    assert "szse-chinext" in offering["board"]["enum"]
    assert "bid" in schema("rulebook", VOCABULARY)["$defs"]["RuleForm"]["properties"]["for"]["enum"]


def test_the_limits_of_terms_stand_in_it():
    offering = schema("offering", VOCABULARY)["properties"]
    bounds = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")
    assert {n: {k: v for k, v in offering[n].items() if k in bounds} for n in ("elimination_share", "lockup_share", "quantity_step")} == {
        "elimination_share": {"minimum": 0, "maximum": 10_000, "exclusiveMaximum": 1},
        "lockup_share": {"minimum": 0, "maximum": 1},
        "quantity_step": {"minimum": 0, "exclusiveMinimum": 0, "maximum": 10**12},
    }
    assert offering["inquiry_date"]["description"] == "初步询价日 inquiry_date; after launched"
    said = [d.message for d in mistakes("offering", {"elimination_share": 1, "quantity_step": 0, "lockup_share": 1.5}, VOCABULARY)]
    assert said == ["`elimination_share`: `1` is not below 1", "`lockup_share`: `1.5` is above 1", "`quantity_step`: `0` is not above 0"]


GOOD = {
    "investor": {"investor": "V1", "restricted": False},
    "placees": [{"placee": "P1", "placee_type": "公募基金", "bids": [{"price": 20.4, "拟申购数量(万股)": 100, "submitted_at": None}]}],
}


def test_a_submission_of_the_promised_form_is_well():
    assert mistakes("submission", GOOD, VOCABULARY) == []
    assert mistakes("submission", {"网下投资者": [{"投资者代码": "V1"}], "placees": None}, VOCABULARY) == []


# What is handed in, and what is said of it.
WRONG = {
    "no mapping": ([1], "wrong-form: the file: `[1]` is not a mapping of names"),
    "nothing": ({}, "wrong-form: the file does not have the form wanted here\n  hint: `guiju schema` prints it"),
    "a name misspelt": (
        {"placees": [{"placee": "P1", "bidz": []}]},
        "unknown-key: unknown field `placees[0].bidz`\n  hint: did you mean `bid`?",
    ),
    "a list for a figure": (
        {"placees": [{"bids": [{}, {"price": [1]}]}]},
        "wrong-form: `placees[0].bids[1].price`: `[1]` is not a number or a text",
    ),
    "a flag for a figure": ({"placees": {"bids": {"price": True}}}, "wrong-form: `placees.bids.price`: `true` is not a number or a text"),
    "a negative quantity": ({"bids": [{"quantity": -1}]}, "wrong-form: `bids[0].quantity`: `-1` is below 0"),
    "no flag": ({"investor": {"restricted": "maybe"}}, "wrong-form: `investor.restricted`: `maybe` is not one of"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_with_a_submission_is_said_with_its_place(case):
    data, said = WRONG[case]
    found = [str(d) for d in mistakes("submission", data, VOCABULARY)]
    assert len(found) == 1
    assert found[0].startswith(said)


# ── an offering as JSON ──


def as_json(folder: Path, **changes: object) -> Path:
    """The offering's fields as JSON, all texts but for the changes."""
    lines = (folder / "offering.yaml").read_text(encoding="utf-8").splitlines()
    data = {k: v.strip('"') for k, v in (line.split(": ", 1) for line in lines)}
    path = folder / "offering.json"
    path.write_text(json.dumps({**data, **changes}, ensure_ascii=False), encoding="utf-8")
    return path


def test_an_offering_as_json_gives_the_same_report(guiju, folder):
    def report(offering: Path) -> bytes:
        return guiju("check", folder / "bad.csv", "--offering", offering, "--format", "json").stdout

    assert report(as_json(folder)) == report(folder / "offering.yaml") != b""
    assert report(as_json(folder, minimum_quantity=1_000_000, issue_price=46.08, elimination_share=0.03)) == report(
        folder / "offering.yaml"
    )


def test_the_digits_of_a_number_are_kept(guiju, folder):
    path = as_json(folder)
    path.write_text(path.read_text(encoding="utf-8").replace('"46.08元"', "46.08000000000000001"), encoding="utf-8")
    done = guiju("check", folder / "bad.csv", "--offering", path)
    assert done.returncode == 2
    assert "issue_price: 46.08000000000000001" in done.stderr.decode()


# A text in the place of a valid offering.json, and what is said.
BROKEN = {
    "no json": ("{", "offering.json:1: syntax: the file is no JSON"),
    "a comma too many": ('{"offering": "1",\n}', "offering.json:2: syntax: "),
    "a doubled key": ('{"name": "a", "name": "b"}', "offering.json: duplicate-key: `name` occurs twice"),
    "not a number": ('{"issue_price": NaN}', "offering.json: no-number: `NaN` is no number"),
    "an endless number": ('{"issue_price": ' + "9" * 5000 + "}", "offering.json: no-number: a number in the file has thousands of digits"),
    "nested without end": ("[" * 100_000, "offering.json: too-deep: "),
    "a name misspelt": (
        '{"lanched": "2026-03-24"}',
        "offering.json: unknown-key: unknown field `lanched`\n  hint: did you mean `launched`?",
    ),
    "a list": ("[]", "offering.json: wrong-form: the file: `[]` is not a mapping of names"),
    "a word that is none": (
        '{"elimination_bound": "most"}',
        "offering.json: wrong-form: `elimination_bound`: `most` is not one of at_least, at_most",
    ),
    "an unreadable text": (
        '{"board": "szse-chinext", "issue_price": "cheap"}',
        "offering.json: unreadable-field: `issue_price: cheap` is not a number",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_wrong_with_an_offering_as_json_is_said(guiju, folder, case):
    text, said = BROKEN[case]
    (folder / "offering.json").write_text(text, encoding="utf-8")
    done = guiju("check", folder / "bad.csv", "--offering", folder / "offering.json", "--lang", "en")
    assert (done.returncode, done.stdout) == (2, b"")
    assert str(folder / said) in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_bytes_that_are_no_text_are_refused(guiju, folder):
    (folder / "offering.json").write_bytes(b'{"name": "\xb4\xf3"}')
    assert "wrong-encoding" in guiju("check", "--offering", folder / "offering.json").stderr.decode()
