"""Texts in Chinese and English, and citations of clauses. Rules, diagnostics and reports share these types."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Both:
    """A text in Chinese and English."""

    zh: str
    en: str

    def to_dict(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}


@dataclass(frozen=True, slots=True)
class Cite:
    """A clause of a source that the rulebook names."""

    source: str
    clause: str
