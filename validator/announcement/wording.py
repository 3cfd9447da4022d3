"""Statements -> sentences for an officer: the announced figure, the figure recomputed from the others, and the difference.

A recomputed figure has as many decimals as the announced one. If these cannot represent it exactly, it has at least two.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from dsl.nodes import Compare, Expr, Ref
from dsl.quantities import Type
from dsl.schema import Field
from dsl.to_text import Language, to_text
from validator.announcement.evaluate import Evaluator, Spot
from validator.announcement.intervals import Interval, Truth, point
from validator.announcement.printed import Cell
from validator.announcement.statements import Statement
from validator.bilingual import Both
from validator.report.amounts import day, decimal, moment

_SHOWN = 8  # most figures in one sentence
_SHOWN_OF_TAIL = 4  # fewer if rounding explains the difference; the JSON has all


@dataclass(frozen=True, slots=True)
class Difference:
    """The two sides of a statement as texts in one unit, and their difference in base units."""

    left: str
    right: str
    gap: Fraction

    @property
    def shows(self) -> bool:
        """Whether the difference is visible in the texts."""
        return self.left != self.right


@dataclass(frozen=True)
class Speaker:
    """Puts the statements of one run into words."""

    evaluator: Evaluator

    def figures(self, found: Iterable[Statement]) -> dict[str, str]:
        """Every figure that the statements read, as printed, by name."""
        return {self._name(s, spot, name, "en"): c.text for s in found for (spot, name), c in s.trace.figures.items()}

    def missing(self, found: Iterable[Statement], lang: Language) -> tuple[str, ...]:
        """The names of the missing figures."""
        names = {self._name(s, spot, name, lang): None for s in found if s.truth is None for spot, name in s.trace.missing}
        return tuple(names)

    def difference(self, statement: Statement, more: int = 0) -> Difference | None:
        """The difference of a comparison of two numbers, else None. `more`: how many decimals to show beyond the usual number."""
        match statement.expr, statement.sides:
            case Compare(ops=(_,), operands=(a, b)), (Interval() as left, Interval() as right):
                first, second = self._shown(statement, (a, b), (left.printed, right.printed), more)
                return Difference(first, second, left.printed - right.printed)
            case _:
                return None

    def tail(self, statement: Statement) -> Difference | None:
        """The difference that rounding explains, or None: the statement can be true, but is false for the figures as printed."""
        found = self.difference(statement)
        if found is None or statement.outcome != "holds" or statement.truth is None or statement.truth.printed:
            return None
        match statement.expr:
            case Compare(ops=("=",)) if not found.shows:
                return None
            case _:
                return found

    def broken(self, statement: Statement) -> Both:
        """The sentence for a violated statement."""
        zh = self._sentence(statement, "zh", "不成立", self._first_figures(statement, "zh"))
        return Both(zh, self._sentence(statement, "en", "does not hold", self._first_figures(statement, "en")))

    def rounding(self, statement: Statement) -> Both:
        """The sentence for a difference that rounding explains."""
        zh, en = (self._figures_of_tail(statement, "zh"), self._figures_of_tail(statement, "en"))
        return Both(self._sentence(statement, "zh", "尾差", zh), self._sentence(statement, "en", "explained by rounding", en))

    # ── parts of a sentence ──

    def _sentence(self, statement: Statement, lang: Language, verdict: str, figures: str) -> str:
        colon, comma = (":", ",") if lang == "zh" else (": ", ", ")
        sides = self._sides(statement)
        said = f"{self._where(statement, colon)}{self._text(statement.expr, lang)}{colon}{verdict}{comma + sides if sides else ''}"
        if not figures:
            return said
        return f"{said}({figures})" if lang == "zh" else f"{said} ({figures})"

    def _where(self, statement: Statement, colon: str) -> str:
        element = statement.place.element
        return "" if element is None else f"{self._id(element)}{colon}"

    def _text(self, expr: Expr, lang: Language) -> str:
        return to_text(expr, lang, self.evaluator.rulebook.schema)

    def _sides(self, statement: Statement) -> str:
        """The two sides and their relation, as printed."""
        found = self.difference(statement)
        if found is None or self._plain(statement):
            return ""
        if not (isinstance(statement.expr, Compare) and statement.expr.ops == ("=",)):
            return f"{found.left} {'<' if found.gap < 0 else '>' if found.gap > 0 else '='} {found.right}"
        wider = (self.difference(statement, more) for more in range(13))
        found = next((w for w in wider if w is not None and w.shows), found)
        return f"{found.left} ≠ {found.right}"

    def _first_figures(self, statement: Statement, lang: Language) -> str:
        """The first few figures that a violated statement reads."""
        listed = self._listed(statement, lang)
        inside = ("、" if lang == "zh" else ", ").join(listed[:_SHOWN])
        if len(listed) <= _SHOWN:
            return inside
        return f"{inside}等{len(listed)}项" if lang == "zh" else f"{inside} … {len(listed)} figures"

    def _figures_of_tail(self, statement: Statement, lang: Language) -> str:
        """The figures of a statement that rounding explains. If there are many, only their number."""
        listed = self._listed(statement, lang)
        if len(listed) <= _SHOWN_OF_TAIL:
            return self._first_figures(statement, lang)
        return f"共{len(listed)}项数据" if lang == "zh" else f"{len(listed)} figures"

    def _listed(self, statement: Statement, lang: Language) -> list[str]:
        return [f"{self._name(statement, spot, n, lang)} {c.text}" for (spot, n), c in statement.trace.figures.items()]

    def _plain(self, statement: Statement) -> bool:
        """Whether the statement only compares the order of two printed figures, so that the figures alone are clear."""
        match statement.expr:
            case Compare(ops=(op,), operands=operands):
                return op != "=" and all(self._alone(statement, o) is not None for o in operands)
            case _:
                return False

    def _name(self, statement: Statement, spot: Spot, name: str, lang: Language) -> str:
        found = self._field(spot, name)
        shown = found.zh if lang == "zh" else found.name
        here = spot == statement.place.owner or spot[0] == self.evaluator.rulebook.schema.root
        return shown if here else f"{self._id(spot)}.{shown}"

    def _id(self, spot: Spot) -> str:
        return self.evaluator.announcement.records[spot[0]][spot[1]].id

    def _field(self, spot: Spot, name: str) -> Field:
        return self.evaluator.rulebook.schema.entities[spot[0]].fields[name]

    # ── numbers ──

    def _alone(self, statement: Statement, side: Expr) -> tuple[Cell, Field] | None:
        """The printed figure of a side of a comparison, if the side is just a figure."""
        if not isinstance(side, Ref) or side.field.source == "value":
            return None
        cell = statement.trace.figures.get((self.evaluator.spot(side, statement.place), side.field.name))
        return None if cell is None else (cell, side.field)

    def _shown(self, statement: Statement, sides: tuple[Expr, Expr], values: tuple[Fraction, Fraction], more: int) -> tuple[str, ...]:
        """Both sides in the unit and with the decimals of the figure that is alone on one side."""
        alone = [c for c in (self._alone(statement, side) for side in sides) if c is not None]
        match sides[0].type:
            case Type(kind="date"):
                return tuple(day(int(v)) for v in values)
            case Type(kind="moment"):
                return tuple(moment(int(v)) for v in values)
        cell, _ = self._like(statement, alone)
        scaled = [v / cell.factor for v in values]
        places = max([cell.places, *(c.places for c, _ in alone)])
        if more or any((v * 10**places).denominator != 1 for v in scaled):
            places = max(places, 2) + more
        return tuple(f"{_grouped(decimal(v, places))}{cell.unit}" for v in scaled)

    def _like(self, statement: Statement, alone: Sequence[tuple[Cell, Field]]) -> tuple[Cell, Field | None]:
        """The figure whose unit and decimals both sides use. One without a unit (a dash, 0) takes that of its kind."""
        stated = [(c, self._field(spot, n)) for (spot, n), c in statement.trace.figures.items() if isinstance(c.value, Interval)]
        if not (alone or stated):
            return Cell("", Truth(True, False, True)), None
        cell, found = (*alone, *stated)[0]
        if cell.unit or cell.value != point(0):
            return cell, found
        if found.type.name == "ratio":
            return replace(cell, places=2, factor=Fraction(1, 100), unit="%"), found
        return next(((c, f) for c, f in (*alone, *stated) if c.unit and f.type.type.dim == found.type.type.dim), (cell, found))


def _grouped(text: str) -> str:
    """The number with commas between thousands."""
    whole, separator, rest = text.partition(".")
    return f"{'-' if whole.startswith('-') else ''}{abs(int(whole)):,}{separator}{rest}"


def joined(parts: Sequence[Both]) -> Both:
    """Join several sentences into one text."""
    return Both(";".join(p.zh for p in parts), "; ".join(p.en for p in parts))
