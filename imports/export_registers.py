"""What registers told of patches, as columns of an export beside those that were issued. 登记

Each column begins with ``DJ_``: brought in again, it is kept as delivered and is never taken for
what the patch was issued with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imports.export_source import Made, Row, kind_of, matched, plain
from imports.fields import PATCH, fields_of
from imports.register_match import KEYS
from imports.writers.table import Column
from spatial import sqlfiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

PREFIX = "DJ_"
TERM = "登记·"


def gather(known_at: datetime | None) -> None:
    """Find what registers told of the selected patches, for the columns and the stream."""
    sqlfiles.execute("exports/01_drop_register")
    sqlfiles.execute("exports/12_gather_registers", {"known_at": known_at})
    sqlfiles.analyze("export_register")


def registered_columns(made: Sequence[Made], *, plain: bool) -> list[Made]:
    """One column for each field that a register told; with the other columns of the registers
    after them, unless ``plain``."""
    keys = sqlfiles.rows("exports/23_list_register_keys")
    told = {row["key"]: row for row in keys if row["part"] == "attributes"}
    found = [*_fields(told)]
    if not plain:
        rest = {row["key"]: row for row in keys if row["part"] == "delivered"}
        for name in _used(set(told)):
            rest.pop(name, None)
        found += [
            Made(Column(f"{PREFIX}{name}", f"{TERM}{name}", kind_of(row)), _raw(name))
            for name, row in rest.items()
        ]
    return _distinct(found, {one.column.name.upper() for one in made})


def _fields(told: dict[str, Row]) -> Iterator[Made]:
    known = fields_of(PATCH)
    for name, row in told.items():
        if name in KEYS:
            continue
        entry = known.get(name)
        short = entry.synonyms[0] if entry is not None and entry.synonyms else name
        kind = kind_of(row) if entry is None or row["vague"] else entry.kind
        column = Column(f"{PREFIX}{short}", f"{TERM}{entry.term if entry else name}", kind)
        yield Made(column, _told(name))


def _used(told: set[str]) -> set[str]:
    """The columns of the registers that went into a field, or into the key."""
    used: set[str] = set()
    for row in sqlfiles.rows("exports/28_list_register_deliveries"):
        found = matched(PATCH, row["names"])
        used |= {column for name, column in found.items() if name in told or name in KEYS}
    return used


def _distinct(found: list[Made], taken: set[str]) -> list[Made]:
    """Names that no other column has, whatever their case."""
    kept = []
    for one in found:
        name, number = one.column.name, 2
        while name.upper() in taken:
            name, number = f"{one.column.name}_{number}", number + 1
        taken.add(name.upper())
        column = one.column
        kept.append(Made(Column(name, column.term, column.kind, column.field), one.value))
    return kept


def _told(name: str) -> Callable[[Row], Any]:
    return lambda row: plain((row["registered"] or {}).get(name))


def _raw(name: str) -> Callable[[Row], Any]:
    return lambda row: (row["register_row"] or {}).get(name)
