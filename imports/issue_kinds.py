"""What vocabulary.toml says of a kind of issue: how grave, who mends it, what to do."""

from __future__ import annotations

from dataclasses import dataclass

from spatial import vocabulary


@dataclass(frozen=True)
class IssueKind:
    """A kind of issue: ``level`` and ``by`` are codes, ``term`` and ``remedy`` Chinese."""

    code: str
    term: str
    level: str
    by: str
    remedy: str


def of(code: str) -> IssueKind:
    """The kind; one without words (a test sees to it that there is none) is the importer's."""
    try:
        found = vocabulary.issue_kind(code)
    except vocabulary.UnknownWord:
        return IssueKind(code, code, "warning", "importer", "")
    return IssueKind(code, found["term"], found["level"], found["by"], found["remedy"])
