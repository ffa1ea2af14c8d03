"""Words of site checks that vocabulary.toml holds: large classes, owners, answers. 用词"""

from __future__ import annotations

from functools import cache
from typing import Any

from spatial.vocabulary import vocabulary


@cache
def _words() -> dict[str, Any]:
    return vocabulary()


def land_group(code: str) -> tuple[str, str]:
    """Which of the three large classes (三大类) a survey class belongs to: code and term.

    Empty texts where the class is none of the survey's.
    """
    return _by_prefix("land_group", code)


def land_group_terms() -> dict[str, str]:
    """The three large classes, by code."""
    return {code: str(entry["term"]) for code, entry in _words()["land_group"].items()}


def land_owner(told: str) -> tuple[str, str]:
    """Whose the land is by QSXZ (国有, 集体): code and term; empty texts where it does not say."""
    return _by_prefix("land_owner", told)


def answer_term(code: str) -> str:
    """涉及, 不涉及, 无数据 …"""
    return str(_words()["site_answer"][code])


def severity_term(severity: int | None) -> str:
    """How grave touching a line is; empty where it has no degree."""
    return str(_words()["severity"].get(str(severity), ""))


def _by_prefix(table: str, told: str) -> tuple[str, str]:
    fitting = [
        (len(prefix), code, str(entry["term"]))
        for code, entry in _words()[table].items()
        for prefix in entry["prefixes"]
        if told.startswith(prefix)
    ]
    return max(fitting)[1:] if fitting else ("", "")
