"""The report of a run: frozen data in a stable order, without clock or paths. `to_dict` gives the promised JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from validator import __version__
from validator.bilingual import Both, Cite
from validator.intake.issue import Issue
from validator.rulebook.model import Answers

if TYPE_CHECKING:
    import polars as pl

FORMAT = "guiju.report/1"
ENGINE = f"guiju {__version__}"

OPEN = ("not_evaluable", "error")
"""The outcomes that a decision can close."""

Figures = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Subject:
    """The record of a finding. `row`: its row in the input, which affects neither the order nor the fingerprint of findings."""

    kind: str
    id: str
    placee: str | None = None
    investor: str | None = None
    row: int | None = None


def fingerprint(offering: str, rule: str, subject: str, figures: Figures) -> str:
    """sha256 of these four, by which programs recognise a finding in the next run."""
    text = json.dumps([offering, rule, subject, dict(figures)], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def attestation_mark(offering: str, rule: str, subject: str = "") -> str:
    """The fingerprint of an attestation, of one record or of the whole offering: a corrected book does not change it."""
    return fingerprint(offering, rule, subject or offering, {})


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's outcome on a record: violated, not_evaluable or error. Figures are exact decimal text in base units."""

    rule: str
    stage: str
    outcome: str
    effect: tuple[str, ...]
    subject: Subject
    figures: Figures
    margin: str | None
    missing: tuple[str, ...]
    unverified: bool
    message: Both
    cite: tuple[Cite, ...]
    fingerprint: str
    decision: Mapping[str, str] | None = None
    unreadable: Mapping[str, str] = field(default_factory=dict)
    """For the inputs in `missing` that are there but could not be read: the text of the first such cell."""

    def to_dict(self) -> dict[str, Any]:
        subject = {"kind": self.subject.kind, "id": self.subject.id}
        extra = {"placee": self.subject.placee, "investor": self.subject.investor, "row": self.subject.row}
        first, *more = self.cite
        return {
            "rule": self.rule,
            "stage": self.stage,
            "outcome": self.outcome,
            "effect": list(self.effect),
            "subject": subject | {k: v for k, v in extra.items() if v is not None},
            "figures": dict(self.figures),
            "margin": self.margin,
            "missing": list(self.missing),
            **({"unreadable": dict(self.unreadable)} if self.unreadable else {}),
            "unverified": self.unverified,
            "message": self.message.to_dict(),
            "cite": {"source": first.source, "clause": first.clause}
            | ({"also": [{"source": c.source, "clause": c.clause} for c in more]} if more else {}),
            "fingerprint": self.fingerprint,
        } | ({} if self.decision is None else {"decision": dict(self.decision)})


@dataclass(frozen=True, slots=True)
class Cut:
    """The first live bid that is not eliminated, in the order of elimination."""

    price: str
    quantity: str
    submitted_at: str | None
    sequence: int | None


@dataclass(frozen=True, slots=True)
class Elimination:
    """The selection of the highest bids. Numbers are None if the selection is undecided."""

    count: int | None
    quantity: str | None
    share: str | None
    share_exact: str | None
    cut: Mapping[str, Any] | None
    undecided: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FateTotal:
    """The totals of one fate: distinct placees and investors, admitted quantity, and bids on which a rule is undecided that could
    make them invalid."""

    placees: int
    investors: int
    quantity: str
    open: int


@dataclass(frozen=True, slots=True)
class BidLine:
    """One bid and how it ended, for the annex. Price in 元, quantities in 股."""

    investor: str | None
    placee: str | None
    sequence: int | None
    price: str | None
    quantity: int | None
    admitted_quantity: int | None
    live: bool
    eliminated: bool | None
    fate: str | None
    open: bool
    id: str
    investor_name: str | None = None
    placee_name: str | None = None
    investor_type: str | None = None
    placee_type: str | None = None
    undecided: bool = False
    """It has no fate: the selection leaves it open, or it is set aside."""
    aside: bool = False
    """Its own price or quantity could not be read, so that it counts for no selection and no value of a stage (L10a)."""


@dataclass(frozen=True, slots=True)
class Label:
    """How to print a figure: its Chinese name, and the unit of its text. `flag`: the text is true or false. `percent`: it is a ratio."""

    zh: str
    unit: Both
    flag: bool
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Called:
    """How to print the findings of a rule: labels of figures and of inputs that can be missing, by key, and the unit of margins."""

    labels: Mapping[str, Label] = field(default_factory=dict)
    margin: Both = Both("", "")


@dataclass(frozen=True, slots=True)
class Changed:
    """A term for which an offering does not use the default, as text for people."""

    name: Both
    value: Both
    default: Both


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """A rule that was checked, for summaries and the annex."""

    id: str
    stage: str
    entity: str
    name: Both
    cite: tuple[Cite, ...]
    effect: tuple[str, ...]
    unverified: bool
    called: Called = Called()
    """Empty if the rule has no findings."""
    answers: Answers | None = None
    """The two words of an officer's decision on it. None for a selection."""


@dataclass(frozen=True, slots=True)
class Attested:
    """An attestation of one record, good or bad. `effect`: what the rulebook says a bad answer does to the record."""

    rule: str
    subject: str
    state: str
    effect: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        bad = {"effect": list(self.effect)} if self.state == "bad" else {}
        return {"rule": self.rule, "subject": self.subject, "state": self.state, **bad}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the exchange's platform would take a submission. Rules are ids in the order of the rulebook.

    `accepted`: False if a rule in `refused_by` is violated; None if a rule in `open_rules` is undecided, if something could not be read,
    or if nothing was checked; else True. `not_covered`: the invalidating rules that rest on columns or tables that are not supplied.
    """

    accepted: bool | None
    refused_by: tuple[str, ...]
    open_rules: tuple[str, ...]
    not_covered: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """The report of one run. `bids` has every bid of a book; only `to_dict(bids=True)` prints them."""

    offering: str
    provisional: tuple[str, ...]
    verified: bool
    rulebook: Mapping[str, str]
    input_digest: str
    records: Mapping[str, int]
    intake: tuple[Issue, ...]
    unknown_columns: tuple[tuple[str, str], ...]
    outcomes: Mapping[str, int]
    by_rule: Mapping[str, Mapping[str, int]]
    unsupplied: Mapping[str, tuple[str, ...]]
    attestations: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    values: Mapping[str, str | None]
    values_exact: Mapping[str, str | None]
    elimination: Elimination
    fates: Mapping[str, FateTotal]
    undecided: FateTotal = FateTotal(0, 0, "0", 0)
    """The bids without a fate. With `fates` they add up to all bids."""
    terms: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Per rule in `unsupplied`: the tables, columns and fields of the offering that are not supplied."""
    columns: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """For each name in `lacking`, and for each term in `provisional`: its table and its Chinese name."""
    changed: tuple[Changed, ...] = ()
    """`terms` as text for people. Not in the JSON."""
    stated: Mapping[str, str] = field(default_factory=dict)
    """The figures of the offering that pictures and statistics show, if stated: issue_price (元), offline_initial (股). Not in the JSON."""
    stages: tuple[str, ...] = ()
    """The stages that the report is limited to. Empty means that it is whole."""
    decisions: tuple[Mapping[str, str], ...] = ()
    attested_subjects: tuple[Attested, ...] = ()
    """The attestations of single records. `attestations` has those of the whole offering: rule, and open, good or bad."""
    not_asked: tuple[str, ...] | None = None
    """For a submission: the ids of the rules that its records cannot decide."""
    verdict: Verdict | None = None
    """For a submission."""
    bids: tuple[BidLine, ...] = ()
    rules: Mapping[str, RuleInfo] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def violated(self) -> tuple[Finding, ...]:
        """The findings whose outcome is violated."""
        return tuple(f for f in self.findings if f.outcome == "violated")

    @property
    def accepted(self) -> bool | None:
        """Whether the exchange's platform would take this submission; None if that is not known, and for a book."""
        return None if self.verdict is None else self.verdict.accepted

    @property
    def refused_by(self) -> tuple[str, ...]:
        """The violated rules that make bids of this submission invalid."""
        return () if self.verdict is None else self.verdict.refused_by

    @property
    def open_rules(self) -> tuple[str, ...]:
        """The undecided rules that could make bids of this submission invalid, although every column that they read is supplied."""
        return () if self.verdict is None else self.verdict.open_rules

    @property
    def not_covered(self) -> tuple[str, ...]:
        """The rules that could make bids of this submission invalid, and that read columns or tables that are not supplied."""
        return () if self.verdict is None else self.verdict.not_covered

    @property
    def status(self) -> int:
        """The exit status: 1 violations or decisions against a record, 3 something is open, unreadable or provisional, else 0."""
        if self.outcomes["violated"] or self.decided_against:
            return 1
        waits = self.open or self.troubles or self.unsupplied or self.provisional or self.elimination.undecided
        return 3 if waits or any(total.open for total in self.fates.values()) else 0

    @property
    def troubles(self) -> tuple[Issue, ...]:
        """The entries of `intake` that tell of something not read or not believed. Notes are not among them."""
        return tuple(i for i in self.intake if i.level == "issue")

    @property
    def decided_against(self) -> int:
        """How many decisions made bids invalid, closed an open question as violated, or answered an attestation as bad."""
        return sum(d["used"] == "invalid" or (d["used"] != "nothing" and d["outcome"] in ("violated", "bad")) for d in self.decisions)

    @property
    def open(self) -> int:
        """What nobody has answered: rules that are undecided or failed on a record, and attestations."""
        return self.unsure + sum(state == "open" for _, state in self.attestations)

    @property
    def signed(self) -> dict[str, int]:
        """How many attestations are open, good and bad: of the whole offering, and of single records. They are no outcomes of rules."""
        states = [state for _, state in self.attestations] + [one.state for one in self.attested_subjects]
        return {state: states.count(state) for state in ("open", "good", "bad")}

    @property
    def unsure(self) -> int:
        """How often a rule is undecided or failed on a record, and no officer decided."""
        decided = sum(f.decision is not None for f in self.findings)
        return self.outcomes["not_evaluable"] + self.outcomes["error"] - decided

    @property
    def set_aside(self) -> int:
        """How many bids no selection and no value of a stage counts, because their price or quantity could not be read."""
        return sum(bid.aside for bid in self.bids)

    def to_dict(self, bids: bool = False) -> dict[str, Any]:
        """The promised JSON, as plain data."""
        out: dict[str, Any] = {
            "format": FORMAT,
            "engine": ENGINE,
            "offering": self.offering,
            "provisional": list(self.provisional),
            "verified": self.verified,
            "rulebook": dict(self.rulebook),
            "input": {"digest": self.input_digest, "records": dict(self.records)},
            "intake": [i.to_dict() for i in self.intake],
            "unknown_columns": [{"table": t, "column": c} for t, c in self.unknown_columns],
            "terms": {k: dict(v) for k, v in self.terms.items()},
            "outcomes": {**self.outcomes, "attestations": self.signed, "by_rule": {k: dict(v) for k, v in self.by_rule.items()}},
            "unsupplied": {k: list(v) for k, v in self.unsupplied.items()},
            "lacking": {k: list(v) for k, v in self.lacking.items()},
            "open": self.open,
            "attestations": [{"rule": r, "state": s} for r, s in self.attestations] + [a.to_dict() for a in self.attested_subjects],
            "findings": [f.to_dict() for f in self.findings],
            "values": dict(self.values),
            "values_exact": dict(self.values_exact),
            "elimination": _elimination(self.elimination),
            "fates": {k: _total(f) for k, f in self.fates.items()},
            "undecided": _total(self.undecided),
        }
        if self.stages:
            out["stages"] = list(self.stages)
        if self.decisions:
            out["decisions"] = [dict(d) for d in self.decisions]
        if self.not_asked is not None:
            out["not_asked"] = list(self.not_asked)
        if self.verdict is not None:
            out["accepted"] = self.verdict.accepted
            out |= {n: list(getattr(self.verdict, n)) for n in ("refused_by", "open_rules", "not_covered")}
        if bids:
            out["bids"] = [_bid(b) for b in self.bids]
        return out

    def bids_frame(self) -> "pl.DataFrame":
        """One row per bid: investor, placee, sequence, price (Decimal, 元), quantity, admitted_quantity (股), live, eliminated, fate,
        undecided."""
        import polars as pl

        schema = {
            "investor": pl.String,
            "placee": pl.String,
            "sequence": pl.Int64,
            "price": pl.Decimal(38, 4),
            "quantity": pl.Int64,
            "admitted_quantity": pl.Int64,
            "live": pl.Boolean,
            "eliminated": pl.Boolean,
            "fate": pl.String,
            "undecided": pl.Boolean,
        }
        rows = [[getattr(b, name) for name in schema] for b in self.bids]
        texts: dict[str, Any] = {n: (pl.String if n == "price" else t) for n, t in schema.items()}
        return pl.DataFrame(rows, schema=texts, orient="row").with_columns(pl.col("price").str.to_decimal(scale=4).cast(pl.Decimal(38, 4)))

    def findings_frame(self) -> "pl.DataFrame":
        """One row per finding. Its figures are one text."""
        import polars as pl

        rows = [
            {
                "rule": f.rule,
                "stage": f.stage,
                "outcome": f.outcome,
                "effect": ", ".join(f.effect),
                "kind": f.subject.kind,
                "subject": f.subject.id,
                "placee": f.subject.placee,
                "investor": f.subject.investor,
                "row": f.subject.row,
                "margin": f.margin,
                "figures": "; ".join(f"{k} = {v}" for k, v in f.figures.items()),
                "missing": ", ".join(f.missing),
                "message_zh": f.message.zh,
                "message_en": f.message.en,
                "cite": "; ".join(f"{c.source} {c.clause}" for c in f.cite),
                "fingerprint": f.fingerprint,
            }
            for f in self.findings
        ]
        columns = ["rule", "stage", "outcome", "effect", "kind", "subject", "placee", "investor", "row", "margin", "figures", "missing"]
        columns += ["message_zh", "message_en", "cite", "fingerprint"]
        return pl.DataFrame(rows, schema={c: pl.Int64 if c == "row" else pl.String for c in columns})

    def with_verified(self) -> "Report":
        """The report, marked as verified: the other evaluator gave the same result."""
        return replace(self, verified=True)


def _total(f: FateTotal) -> dict[str, Any]:
    return {"placees": f.placees, "investors": f.investors, "quantity": f.quantity, "open": f.open}


def _elimination(e: Elimination) -> dict[str, Any]:
    out: dict[str, Any] = {"count": e.count, "quantity": e.quantity, "share": e.share, "share_exact": e.share_exact}
    out["cut"] = None if e.cut is None else dict(e.cut)
    if e.undecided:
        out["undecided"] = list(e.undecided)
    return out


def _bid(b: BidLine) -> dict[str, Any]:
    return {
        "investor": b.investor,
        "placee": b.placee,
        "sequence": b.sequence,
        "price": b.price,
        "quantity": None if b.quantity is None else str(b.quantity),
        "admitted_quantity": None if b.admitted_quantity is None else str(b.admitted_quantity),
        "live": b.live,
        "eliminated": b.eliminated,
        "fate": b.fate,
    } | ({"undecided": True} if b.undecided else {})
