"""`guiju rulebook`, `explain`, `lint`."""

import json
import shutil
from pathlib import Path

RULES = Path(__file__).parents[2] / "rules"


def test_the_list_names_every_revision(guiju):
    assert "szse-chinext@2025-03" in guiju("rulebook", "list").stdout.decode()
    known = json.loads(guiju("rulebook", "list", "--format", "json").stdout)
    assert {"rulebook", "revision", "digest", "title", "applies", "rules"} == set(known[0])


def test_a_rulebook_as_json_has_the_promised_keys(guiju):
    book = json.loads(guiju("rulebook", "show", "szse-chinext@2025-03", "--format", "json").stdout)
    assert list(book) == ["rulebook", "revision", "digest", "terms", "rules"]
    assert book["digest"].startswith("sha256:")
    rule = next(r for r in book["rules"] if r["id"] == "inquiry.quantity-minimum")
    assert rule == {
        "id": "inquiry.quantity-minimum",
        "stage": "inquiry",
        "for": "bid",
        "when": None,
        "require": "quantity >= minimum_quantity",
        "effect": ["invalid"],
        "name": {"zh": "低于最低拟申购数量", "en": "below the minimum quantity"},
        "cite": "inquiry 三(四)6(4)",
        "unverified": False,
    }


def test_a_rulebook_is_shown_in_the_language_asked_for(guiju):
    assert "拟申购数量 >= 最低拟申购数量" in guiju("rulebook", "show", "szse-chinext").stdout.decode()
    assert "quantity >= minimum_quantity" in guiju("rulebook", "show", "szse-chinext", "--lang", "en").stdout.decode()


def test_a_rule_is_explained_in_both_languages_down_to_the_columns(guiju):
    page = guiju("explain", "inquiry.price-spread").stdout.decode()
    for wanted in (
        "最高报价 highest_price = 最大(报价.申购价格)",
        "highest_price <= price_spread * lowest_price",
        "申购价格 price",
        "三(四)5",
    ):
        assert wanted in page


def test_an_unknown_rule_is_answered_with_the_nearest(guiju):
    done = guiju("explain", "inquiry.price-sprad")
    assert done.returncode == 2
    assert done.stderr.decode() == "unknown-rule: 各规则集均无规则 `inquiry.price-sprad`\n  提示: 是否指 `inquiry.price-spread`？\n"


def test_an_unknown_rulebook_is_refused(guiju):
    done = guiju("rulebook", "show", "sse-stra")
    assert (done.returncode, done.stdout) == (2, b"")
    assert "Traceback" not in done.stderr.decode()


def test_our_own_rules_have_no_mistakes(guiju):
    done = guiju("lint")
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_mistake_is_told_with_its_line_and_status_2(guiju, tmp_path):
    rules = shutil.copytree(RULES, tmp_path / "rules")
    file = rules / "common" / "2019-03.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("quantity >= minimum_quantity\n", "quantity >= minimum_quantty\n"), encoding="utf-8"
    )
    done = guiju("lint", rules)
    assert done.returncode == 2
    assert "unknown-name: unknown name `minimum_quantty`" in done.stderr.decode()


def test_the_formatter_turns_the_language_and_then_has_nothing_to_do(guiju, tmp_path):
    rules = shutil.copytree(RULES, tmp_path / "rules")
    file = rules / "common" / "2019-03.yaml"
    first = guiju("fmt", rules, "--lang", "zh")
    assert first.returncode == 0, first.stderr
    assert "require: 拟申购数量 >= 最低拟申购数量" in file.read_text(encoding="utf-8")
    assert str(file) in first.stderr.decode()
    again = guiju("fmt", rules, "--lang", "zh")
    assert (again.stdout.decode(), again.stderr) == ("改写 files changed: 0\n", b"")
    assert guiju("lint", rules).returncode == 0
    assert not list(rules.rglob("*.part"))
