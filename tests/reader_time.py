"""Dates, windows and versions of explain's JSON, chosen once more. For tests/reader.py."""

from __future__ import annotations

import datetime
import hashlib
import tomllib
from decimal import Decimal
from functools import cached_property
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.reader_language import Answer

Row = dict[str, Any]
Zones = dict[int, Row]


class Dated:
    """A document: its law, its facts, and which versions count in it."""

    def __init__(self, document: Row) -> None:
        self.doc = document
        text = document["ruleset"]["text"]
        assert hashlib.sha256(text.encode()).hexdigest() == document["ruleset"]["sha256"]
        self.law = tomllib.loads(text)
        self.head = self.law["ruleset"]
        self.needs = set(self.head.get("needs", []))
        self.dates: dict[str, str] = self.law.get("date", {})
        self.facts: Row = document["facts"]
        self.words = document["words"]
        self.zones: Zones = {int(number): row for number, row in document["zones"].items()}
        self.pieces: list[Row] = document["pieces"]
        self.subject = document["subject"]["key"]
        self.area = Decimal(document["area_m2"])

    def span(self, name: str) -> tuple[datetime.date | None, datetime.date | None]:
        """First and last possible day of a named date; run.as_of where the ruleset has none."""
        if name not in self.dates:
            day = datetime.date.fromisoformat(self.doc["run"]["as_of"])
            return day, day
        found = self.facts.get(self.dates[name])
        ends = (found["from"], found["to"]) if isinstance(found, dict) else (found, found)
        first, last = (end and datetime.date.fromisoformat(end) for end in ends)
        return first or None, last or None

    @cached_property
    def act(self) -> tuple[datetime.date | None, datetime.date | None]:
        """The window of the act: the first possible day of its start, the last of its end."""
        return self.span("act_from")[0], self.span("act_to")[1]

    def in_force(self, rule: Row) -> Answer:
        first, last = self.act
        since, until = rule.get("from"), rule.get("until")
        if (since and last and last < since) or (until and first and first >= until):
            return False
        begun = since is None or (first is not None and first >= since)
        ended = until is not None and (last is None or last >= until)
        return True if begun and not ended else None

    @cached_property
    def counties(self) -> set[str]:
        return {row["county_code"] for row in self.doc["versions"]}

    def versions(self, county: str, layer: str, policy: str) -> list[Row | None]:
        """The versions that count, None for one that is missing."""
        pins = [
            row for row in self.doc["pins"] if (row["layer"], row["county_code"]) == (layer, county)
        ]
        first, last = self.act
        as_of = datetime.date.fromisoformat(self.doc["run"]["as_of"])
        if policy == "":
            return self._ledger(pins, first or as_of, last or as_of)
        asked = as_of if policy == "latest" else first
        if asked is None:
            return [None]
        newest = [row for row in pins if _since(row) <= asked]
        newest.sort(key=lambda row: (_since(row), row["version"]))
        found: list[Row | None] = [None]
        if newest and _until(newest[-1]) > asked:
            found = [newest[-1]]
        if policy in ("act", "before"):
            # a start known only within bounds may lie before or after a change of versions
            end = last if policy == "act" else self.span("act_from")[1]
            later = {
                _since(row): row
                for row in sorted(pins, key=lambda row: row["version"])
                if end and asked < _since(row) <= end
            }
            found += [later[day] for day in sorted(later)]
            if end is None or _lapses([row for row in found if row], end):
                found.append(None)
        return found

    def _ledger(
        self, pins: list[Row], first: datetime.date, last: datetime.date
    ) -> list[Row | None]:
        found: list[Row | None] = [
            row
            for row in pins
            if not row["declared_empty"] or (_since(row) <= first and _until(row) > last)
        ]
        return found or [None]


def _since(row: Row) -> datetime.date:
    return datetime.date.fromisoformat(row["valid_from"])


def _until(row: Row) -> datetime.date:
    ends = row["valid_until"]
    return datetime.date.fromisoformat(ends) if ends else datetime.date.max


def _lapses(found: list[Row], last: datetime.date) -> bool:
    """Whether some day up to the last has no version in force."""
    return any(
        _until(row) <= last and (follower is None or _until(row) < _since(follower))
        for row, follower in zip_longest(found, found[1:])
    )
