"""Claims about the data: each file of sql/checks selects what breaks it; none is true."""

from __future__ import annotations

import re
from dataclasses import dataclass

from spatial import sqlfiles


@dataclass(frozen=True)
class Claim:
    """A claim, in words, and the rows that break it."""

    name: str
    what: str
    rows: list[sqlfiles.Row]


def broken_claims() -> list[Claim]:
    """Every claim with the rows that break it, in order of name."""
    return [
        Claim(path.stem, _what(f"checks/{path.stem}"), sqlfiles.rows(f"checks/{path.stem}"))
        for path in sorted((sqlfiles.SQL_ROOT / "checks").glob("*.sql"))
    ]


def _what(name: str) -> str:
    found = re.match(r"-- what:\s*(.*?)\n-- reads:", sqlfiles.text(name), re.DOTALL)
    return re.sub(r"\s*\n--\s*", " ", found.group(1)) if found else name
