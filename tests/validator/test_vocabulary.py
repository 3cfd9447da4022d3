"""The vocabulary against the shared contract, against figures written by hand, and its mistakes word for word."""

import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from dsl.diagnostics import DiagnosticError
from dsl.quantities import FIELD_TYPES, MONEY, PLAIN, PRICE, SHARES
from dsl.schema import Field
from tests.shared import SHARED, needs_shared
from validator.vocabulary.layers import rules_folder
from validator.vocabulary.limits import Limits
from validator.vocabulary.source import load
from validator.vocabulary.vocabulary import Vocabulary
from validator.vocabulary.vocabulary_file import load_vocabulary

VOCABULARY = load_vocabulary(rules_folder())
SCHEMA = VOCABULARY.schema

# Entities of announcements; their rulebooks bring them.
ELSEWHERE = {"announcement", "project", "shareholder", "forecast", "peer", "approval"}


# Fields that a revision needs and the contract does not have: the holding of STAR shares alone, from 2024-10-01.
ADDED = {"placee": {"star_market_value"}}


def without_added(name: str, data: Any) -> Any:
    return {**data, "fields": {f: raw for f, raw in data["fields"].items() if f not in ADDED.get(name, set())}}


def form(data: Any) -> dict[str, Any]:
    """What both files must say of an entity, whatever else each says."""
    keys = ("zh", "type", "default")
    fields = {name: {key: raw[key] for key in keys if key in raw} for name, raw in data["fields"].items()}
    return {"zh": data["zh"], "key": data["key"], "of": data.get("of"), "fields": fields}


@needs_shared
def test_entities_and_fields_are_exactly_those_of_the_contract() -> None:
    contract: Any = load(SHARED / "contract" / "vocabulary.yaml").data
    ours: Any = load(rules_folder() / "vocabulary.yaml").data
    wanted = {name: form(data) for name, data in contract.items() if name not in ELSEWHERE | {"derived"}}
    stated = {name: without_added(name, data) for name, data in ours["entities"].items()}
    assert {name: form(data) for name, data in stated.items()} == wanted
    assert [(name, list(data["fields"])) for name, data in stated.items()] == [
        (name, list(data["fields"])) for name, data in wanted.items()
    ]


@needs_shared
def test_values_are_named_as_in_the_contract() -> None:
    contract: Any = load(SHARED / "contract" / "vocabulary.yaml").data
    named = {name: field.zh for name, field in SCHEMA.values["bid"].items()}
    assert named == {name: contract["derived"]["bid"][name] for name in ("live", "admitted_quantity")}


@needs_shared
def test_the_schema_holds_every_entity_and_field_of_the_contract() -> None:
    contract: Any = load(SHARED / "contract" / "vocabulary.yaml").data
    for name in set(contract) - ELSEWHERE - {"derived"}:
        entity = SCHEMA.entities[name]
        key = contract[name]["key"]
        assert (entity.zh, entity.of, entity.key) == (
            contract[name]["zh"],
            contract[name].get("of"),
            tuple([key] if isinstance(key, str) else key),
        )
        fields = [f for f in entity.fields.values() if f.name not in ADDED.get(name, set())]
        assert {f.name: f.zh for f in fields} == {n: f["zh"] for n, f in contract[name]["fields"].items()}
        for field in fields:
            raw = contract[name]["fields"][field.name]
            shown = f"one of [{', '.join(field.type.type.words)}]" if field.type.name == "words" else field.type.name
            assert shown == raw["type"]
            assert (field.default is False) == ("default" in raw)
            assert raw.get("aliases", {}).items() <= VOCABULARY.aliases.get((name, field.name), {}).items()


ENTITIES = [
    ("offering", "发行", "offerings", "发行", ("offering",), None, False, 44),
    ("investor", "网下投资者", "investors", "网下投资者", ("investor",), None, False, 20),
    ("placee", "配售对象", "placees", "配售对象", ("placee",), "investor", False, 33),
    ("bid", "报价", "bids", "报价", ("placee", "sequence"), "placee", False, 9),
    ("offline_subscription", "网下申购", "offline_subscriptions", "网下申购", ("placee",), "placee", True, 3),
    ("online_application", "网上申购", "online_applications", "网上申购", ("application",), None, False, 11),
    ("strategic_investor", "战略投资者", "strategic_investors", "战略投资者", ("strategic_investor",), None, False, 6),
    ("placement", "配售", "placements", "配售", ("placee",), "placee", True, 3),
    ("payment", "缴款", "payments", "缴款", ("placee", "payment_offering"), "placee", False, 5),
]


def test_entities_stand_in_order_with_their_tables_keys_and_parents() -> None:
    tables = {entity: [n for n, e in VOCABULARY.tables.items() if e == entity] for entity in SCHEMA.entities}
    shown = [(e.name, e.zh, *tables[e.name], e.key, e.of, e.lends, len(e.fields)) for e in SCHEMA.entities.values()]
    assert shown == ENTITIES
    assert [e.collection for e in SCHEMA.entities.values()] == [row[2] for row in ENTITIES]


def test_parents_lenders_and_what_lies_below_follow() -> None:
    assert SCHEMA.parents["bid"] == ("bid", "placee", "investor", "offering")
    assert SCHEMA.parents["online_application"] == ("online_application", "offering")
    assert SCHEMA.lenders["placee"] == ("offline_subscription", "placement")
    assert SCHEMA.below["investor"] == ("placee", "bid", "offline_subscription", "placement", "payment")


def test_fields_of_the_offering_are_terms_and_all_others_are_read() -> None:
    sources = {entity: {f.source for f in e.fields.values()} for entity, e in SCHEMA.entities.items()}
    assert sources == {entity: {"term" if entity == "offering" else "field"} for entity in SCHEMA.entities}
    assert all(f.entity == e.name and name == f.name for e in SCHEMA.entities.values() for name, f in e.fields.items())


def test_live_and_the_admitted_quantity_are_values_of_every_rulebook() -> None:
    assert SCHEMA.values == {
        "bid": {
            "live": Field("live", "符合条件", "bid", FIELD_TYPES["flag"], "value"),
            "admitted_quantity": Field("admitted_quantity", "有效数量", "bid", SCHEMA.entities["bid"].fields["quantity"].type, "value"),
        }
    }


def test_a_bids_and_an_applications_quantity_is_at_most_one_billion_shares_others_a_trillion() -> None:
    highest = {
        (e.name, f.name): f.type.high
        for e in SCHEMA.entities.values()
        for f in e.fields.values()
        if f.type.name == "shares" and f.type.high != 10**12
    }
    assert highest == {("bid", "quantity"): 10**9, ("online_application", "applied_quantity"): 10**9}


def test_only_flags_that_say_so_have_a_default() -> None:
    found = {f.name for e in SCHEMA.entities.values() for f in e.fields.values() if f.default is not None}
    assert found == {"suggestion_amended", "placee_strategic", "valuation_table", "valuation_exception", "withdrawn"}


@pytest.mark.parametrize(
    ("name", "factor", "dim", "kind"),
    [
        ("元", 1, MONEY, "number"),
        ("万元", 10**4, MONEY, "number"),
        ("百万元", 10**6, MONEY, "number"),
        ("亿元", 10**8, MONEY, "number"),
        ("股", 1, SHARES, "number"),
        ("万股", 10**4, SHARES, "number"),
        ("百万股", 10**6, SHARES, "number"),
        ("亿股", 10**8, SHARES, "number"),
        ("元/股", 1, PRICE, "number"),
        ("%", Fraction(1, 100), PLAIN, "number"),
        ("‰", Fraction(1, 1000), PLAIN, "number"),
        ("倍", 1, PLAIN, "number"),
        ("家", 1, PLAIN, "number"),
        ("个", 1, PLAIN, "number"),
        ("天", 1, PLAIN, "days"),
        ("个月", 1, PLAIN, "months"),
        ("yuan", 1, MONEY, "number"),
        ("10k yuan", 10**4, MONEY, "number"),
        ("shares", 1, SHARES, "number"),
        ("10k shares", 10**4, SHARES, "number"),
        ("yuan/share", 1, PRICE, "number"),
        ("days", 1, PLAIN, "days"),
        ("months", 1, PLAIN, "months"),
    ],
)
def test_a_unit_is_so_many_base_units(name: str, factor: int | Fraction, dim: object, kind: str) -> None:
    unit = SCHEMA.units[name]
    assert (unit.name, unit.factor, unit.dim, unit.kind) == (name, factor, dim, kind)


def test_days_are_counted_from_fields_of_the_offering() -> None:
    assert SCHEMA.days == {"T": "t_day", "I": "inquiry_date"}


def test_every_chinese_word_of_a_list_and_every_fate_has_its_english() -> None:
    listed = {w for e in SCHEMA.entities.values() for f in e.fields.values() for w in f.type.type.words if not w.isascii()}
    fates = {"无效报价", "高价剔除", "低价未入围", "有效报价", "待定价"}
    assert listed | fates <= set(VOCABULARY.words_en)
    assert len(set(VOCABULARY.words_en.values())) == len(VOCABULARY.words_en)
    assert all(en.isascii() for en in VOCABULARY.words_en.values())
    assert [VOCABULARY.words_en[w] for w in ("高价剔除", "低价未入围", "无")] == ["eliminated", "below the issue price", "none"]


def test_a_bare_name_is_unambiguous_or_a_flat_table_could_not_be_read() -> None:
    """A table of bids carries its placees' and investors' columns: no two of their fields may share a name."""
    names = [n for entity in ("bid", "placee", "investor") for f in SCHEMA.entities[entity].fields.values() for n in (f.name, f.zh)]
    assert len(names) == len(set(names))


def test_the_same_file_gives_the_same_vocabulary_each_time() -> None:
    again = load_vocabulary(rules_folder())
    assert again == VOCABULARY
    assert again is not VOCABULARY


def test_reading_it_does_not_import_polars() -> None:
    code = (
        "import sys; from validator.vocabulary.layers import rules_folder;"
        "from validator.vocabulary.vocabulary_file import load_vocabulary;"
        "load_vocabulary(rules_folder()); print('polars' in sys.modules)"
    )
    folder = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


SMALL = """\
entities:
  offering:
    zh: 发行
    table: {en: offerings, zh: 发行}
    key: offering
    fields:
      offering: {zh: 证券代码, type: text}
      t_day: {zh: 申购日, type: date}
      share: {zh: 比例, type: ratio, below: 100%}
  bid:
    zh: 报价
    table: {en: bids, zh: 报价}
    key: number
    fields:
      number: {zh: 序号, type: count}
      kind: {zh: 类型, type: "one of [甲, 乙]", words: {甲: {also: [丙]}}}
      gone: {zh: 已撤销, type: flag, default: 否}
      quantity: {zh: 数量, type: shares, highest: 1000}
derived:
  bid:
    live: {zh: 符合条件, type: flag}
units:
  元: {of: money, is: 1}
  "%": {of: number, is: 0.01}
days: {T: t_day}
words: {甲: first}
"""


def written(folder: Path, text: str) -> Vocabulary:
    (folder / "vocabulary.yaml").write_text(text, encoding="utf-8")
    return load_vocabulary(folder)


def test_a_small_vocabulary_is_read(tmp_path: Path) -> None:
    found = written(tmp_path, SMALL)
    assert list(found.schema.entities) == ["offering", "bid"]
    assert found.aliases == {("bid", "kind"): {"丙": "甲"}}
    assert found.schema.entities["bid"].fields["quantity"].type.high == 1000
    assert found.limits == {"share": Limits({"below": Fraction(1)})}


BOUND = "write a number with its unit, within the bounds of the type"
NO_TERM = "is no term of an offering, and only these have limits"
T = "申购日, type: date"

# A change of SMALL, and what the author is told: line, code, sentence, hint.
MISTAKES = [
    ("    zh: 报价\n    table", "    table", "10: missing-key: `zh` is missing in `bid`", "write `zh:` below it"),
    (
        "    key: number\n",
        "    key: nummer\n",
        "13: unknown-field: the key `nummer` is not a field of `bid` or of its parents",
        "did you mean `number`?",
    ),
    (
        "    key: number\n",
        "    key:\n",
        "13: wrong-form: `key` is not a text",
        "write a text, in quotes if it looks like a number or a flag",
    ),
    (
        "    key: number\n",
        "    key: number\n    of: placee\n",
        "14: unknown-entity: the parent `placee` of `bid` is no entity",
        None,
    ),
    (
        "    key: number\n",
        "    key: number\n    of: bid\n",
        "14: unknown-entity: the parents of `bid` lead back to it",
        "take out one `of`",
    ),
    ("    key: number\n", "    key: number\n    oof: offering\n", "14: unknown-key: unknown key `oof`", "did you mean `of`?"),
    ("type: count", "type: cuont", "15: unknown-type: unknown type `cuont`", "did you mean `count`?"),
    (
        "type: count",
        "type: xyz",
        "15: unknown-type: unknown type `xyz`",
        "the types are `count`, `number`, `ratio`, `shares`, `price`, `money`, `date`, `moment`, `flag`, `text`, `one of [words]`",
    ),
    ("zh: 序号, ", "", "15: missing-key: `zh` is missing in `number`", "write `zh:` below it"),
    ("zh: 序号", "zh: 已撤销", "17: duplicate-name: `已撤销` names two things", "give one of them another name"),
    (
        "zh: 序号",
        "zh: 序 号",
        "15: wrong-form: `序 号` is not a Chinese name: it starts with a Chinese character and has no blanks",
        "rules use it as a name",
    ),
    (
        "      gone:",
        "      Gone:",
        "17: wrong-form: `Gone` is not an English name: small letters, digits and _",
        "rules use it as a name",
    ),
    ("default: 否", "default: 是", "17: wrong-form: the default of `gone` is not 否 of a flag", "only a flag has a default: 否"),
    (
        "type: count",
        "type: count, default: 否",
        "15: wrong-form: the default of `number` is not 否 of a flag",
        "only a flag has a default: 否",
    ),
    ("[甲, 乙]", "[甲, 甲]", "16: wrong-form: a word of the list is empty or occurs twice", "write one of [first, second]"),
    ("甲: {also: [丙]}", "丁: {also: [丙]}", "16: unknown-word: `丁` is not in the list of the field", None),
    (
        "words: {甲: {also: [丙]}}",
        "aliases: {丙: 甲}",
        "16: unknown-key: `aliases` of `kind` is now written under each word",
        "write `words: {word: {also: [other spelling]}}`; `also:` has other names of the column",
    ),
    ("{also: [丙]}", "{also: [乙]}", "16: duplicate-name: `乙` is a word of the list itself", "take it out"),
    (
        "highest: 1000",
        "highest: 1.5",
        "18: wrong-form: `1.5` is no bound of a field of type shares",
        "write a whole number of base units within its bounds",
    ),
    (
        "highest: 1000",
        "highest: 1000000000001",
        "18: wrong-form: `1000000000001` is no bound of a field of type shares",
        "write a whole number of base units within its bounds",
    ),
    ("en: bids", "en: offerings", "12: duplicate-name: `offerings` names two things", "give one of them another name"),
    ("derived:\n  bid:", "derived:\n  bids:", "20: unknown-entity: unknown entity `bids`", "did you mean `bid`?"),
    ("live: {zh: 符合条件", "live: {zh: 类型", "21: duplicate-name: `live` (类型) is a field of `bid` too", "give the value another name"),
    (
        "of: money",
        "of: gold",
        "23: unknown-type: `gold` is not what a unit can measure",
        "a unit is one of `money`, `shares`, `price`, `number`, `days`, `months`",
    ),
    ("is: 1}", "is: 0}", "23: wrong-form: the unit `元` is not a positive number of base units", "write such as 10000 or 0.01"),
    ("is: 1}", "is: true}", "23: wrong-form: the unit `元` is not a positive number of base units", "write such as 10000 or 0.01"),
    ("T: t_day", "T: offering", "25: unknown-field: `offering` is no date of the offering", None),
    ("T: t_day", "Tag: t_day", "25: wrong-form: `Tag` is not a capital letter", "name a day by one letter, such as T"),
    ("甲: first", "甲: 1", "26: wrong-form: `甲` is not a text", "write a text, in quotes if it looks like a number or a flag"),
    (
        "\nwords: {甲: first}\n",
        "\nwords:\n",
        "26: wrong-form: `words` is not a mapping of names",
        "write each name with a colon on a line of its own",
    ),
    ("\nwords: {甲: first}\n", "\n", "1: missing-key: `words` is missing in the file", "write `words:` below it"),
    ("\nwords:", "\nword: {}\nwords:", "26: unknown-key: unknown key `word`", "did you mean `words`?"),
    ("below: 100%", "below: 100股", "9: wrong-form: `100股` is no bound of a field of type ratio", BOUND),
    ("below: 100%", "below: true", "9: wrong-form: `True` is no bound of a field of type ratio", BOUND),
    ("below: 100%", "below: -1%", "9: wrong-form: `-1%` is no bound of a field of type ratio", BOUND),
    ("below: 100%", "below: 1000001%", "9: wrong-form: `1000001%` is no bound of a field of type ratio", BOUND),
    ("type: text}\n      t_day", "type: text, most: 1}\n      t_day", "7: wrong-form: `1` is no bound of a field of type text", BOUND),
    ("below: 100%", "below: 100%, most: 90%", "9: wrong-form: `share` has both `most` and `below`", "leave one of them"),
    ("below: 100%", "below: 5%, least: 5%", "9: wrong-form: no value of `share` is within its limits", "raise `below` or lower `least`"),
    ("below: 100%", "beloww: 100%", "9: unknown-key: unknown key `beloww`", "did you mean `below`?"),
    ("highest: 1000", "most: 1000", f"18: wrong-form: `quantity` {NO_TERM}", "take it out"),
    (
        "符合条件, type: flag",
        "符合条件, type: flag, after: t_day",
        f"21: wrong-form: `live` {NO_TERM}",
        "take it out",
    ),
    (
        "申购日, type: date",
        "申购日, type: date, after: tday",
        "8: unknown-field: `tday` is no date of the offering",
        "did you mean `t_day`?",
    ),
    ("below: 100%", "after: t_day", "9: unknown-field: `share` is no date of the offering", None),
    ("申购日, type: date", f"{T}, after: t_day", "8: circular: `t_day` comes after itself", "take out one `after`"),
]


@pytest.mark.parametrize(("old", "new", "said", "hint"), MISTAKES, ids=[m[2] for m in MISTAKES])
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, said: str, hint: str | None) -> None:
    assert SMALL.count(old) == 1
    with pytest.raises(DiagnosticError) as caught:
        written(tmp_path, SMALL.replace(old, new))
    file = (tmp_path / "vocabulary.yaml").as_posix()
    assert str(caught.value) == f"{file}:{said}" + (f"\n  hint: {hint}" if hint else "")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = SMALL.replace("type: count", "type: cuont").replace("default: 否", "default: 是").replace("is: 1}", "is: 0}")
    with pytest.raises(DiagnosticError) as caught:
        written(tmp_path, text)
    assert [(d.line, d.code) for d in caught.value.diagnostics] == [(15, "unknown-type"), (17, "wrong-form"), (23, "wrong-form")]


@pytest.mark.parametrize(
    "text", ["", "[]", "word", "entities:", "entities: {}", "entities: []", "entities: {bid: 3}", "entities: {offering: {fields: [a]}}"]
)
def test_any_other_form_is_a_diagnostic(tmp_path: Path, text: str) -> None:
    with pytest.raises(DiagnosticError):
        written(tmp_path, text)
