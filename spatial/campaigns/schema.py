"""What a campaign's file says: its tables and their columns. 专项

A table is over one ruleset's ground. Its columns of conclusions share out every square metre: each
conclusion of the ruleset stands in exactly one of them (those marked ``of_which`` repeat some),
and ground without data and ground that the reader may not see have columns of their own, so
every row adds up to its ground.
"""

from __future__ import annotations

from dataclasses import dataclass, field

UNITS = {
    "holder": "单位",
    "county": "县区",
    "township": "乡镇",
    "year": "年度",
    "patch": "地块",
    "batch": "批次",
}
"""What a row of a table can be."""
KINDS = ("area", "count", "conclude", "mark", "group", "sum", "share", "field")
"""How a column is worked out; see docs/how-to/add-a-campaign.md."""
UNKNOWN, HIDDEN = "unknown", "hidden"
"""Columns that every table has where any ground stands in them."""


@dataclass(frozen=True)
class ColumnSpec:
    """One column of a table.

    ``kind`` says what ``of`` names: conclusions, a mark, a group's sum, a field, or (share)
    the columns above the line, with ``over`` those below it.
    """

    code: str
    term: str
    kind: str
    of: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    of_which: bool = False
    unit: str = ""
    aim: float | None = None


@dataclass(frozen=True)
class TableSpec:
    """One table: what a row is, over which ruleset's ground."""

    code: str
    title: str
    ruleset: str
    by: str
    columns: tuple[ColumnSpec, ...]
    year_of: str = ""
    notes: tuple[str, ...] = ()

    @property
    def unit_term(self) -> str:
        """What a row is called."""
        return UNITS[self.by]

    @property
    def names_users(self) -> bool:
        """Whether its rows name who uses or holds ground: for whoever may identify alone."""
        return self.by in ("holder", "patch")


@dataclass(frozen=True)
class Phase:
    """A step of the campaign's plan of work, with its dates as the notice gives them."""

    term: str
    until: str


@dataclass(frozen=True)
class Campaign:
    """One campaign of a land office."""

    code: str
    title: str
    about: str
    source: str
    tables: tuple[TableSpec, ...]
    lacks: tuple[str, ...] = ()
    """What the campaign asks for and no layer here holds: said on the page, never shown as 0."""
    measures: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    phases: tuple[Phase, ...] = field(default=())

    @property
    def rulesets(self) -> tuple[str, ...]:
        """The rulesets of its tables, each once, in order."""
        return tuple(dict.fromkeys(table.ruleset for table in self.tables))

    def table(self, code: str) -> TableSpec | None:
        """The table of that code; of none, the first."""
        if not code:
            return self.tables[0]
        return next((table for table in self.tables if table.code == code), None)
