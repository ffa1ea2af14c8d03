"""The figures of a campaign's table: rows by unit that add up to the ground. 专项表"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from spatial.campaigns.ground import (
    BatchTold,
    Ground,
    Part,
    batches_of,
    chosen,
    ground_of,
    holders_beyond,
)
from spatial.campaigns.schema import HIDDEN, UNKNOWN, ColumnSpec, TableSpec
from spatial.models import Zone

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatial.scope import Scope

ZERO = Decimal(0)
FRACTIONS = ("share", "low", "high")
NONE = "-"
"""The key of a row of ground without a known unit; an address leaves empty values out."""
OF_EVERY_TABLE = (
    ColumnSpec(UNKNOWN, "数据不足", "conclude", (UNKNOWN,)),
    ColumnSpec(HIDDEN, "区外或无权查看", "conclude", (HIDDEN,)),
)


@dataclass
class Line:
    """One row: a unit's ground (m2, exact), counts, and what was asked of it."""

    key: str
    name: str
    cells: dict[str, Any] = field(default_factory=dict)
    ground: list[Ground] = field(default_factory=list)
    lacking: dict[str, int] = field(default_factory=dict)
    """By column, how many of its patches could not be counted there."""


@dataclass
class Figures:
    """A table, worked out for a scope."""

    table: TableSpec
    batch: BatchTold | None
    batches: list[BatchTold]
    columns: list[ColumnSpec]
    lines: list[Line]
    total: Line
    gaps: list[str]
    """Layers and fields that were missing for some of the ground."""


def figures_of(
    table: TableSpec, scope: Scope, *, batch: str = "", only: str | None = None
) -> Figures:
    """The table over the newest batch (or that of the code); ``only`` keeps one unit's row.

    Areas are exact sums of pieces. The columns of conclusions and the 数据不足 column add up to
    the ground of the row; a share without denominator is None, as is a sum of which nothing is
    known.
    """
    batches = batches_of(table.ruleset, scope)
    taken = chosen(batches, batch)
    ground = ground_of(taken, scope) if taken else []
    names = _township_names(ground) if table.by == "township" else {}
    if any(column.kind == "group" for column in table.columns):
        beyond = holders_beyond(ground, scope)
        ground = [replace(one, groups={}) if one.holder and one.holder[0] in beyond else one
                  for one in ground]  # fmt: skip
    lines = _lines(table, ground, names)
    columns = _columns(table, ground)
    for line in lines:
        _fill(line, columns)
    if only is not None:
        lines = [line for line in lines if line.key == only]
    total = Line("", "合计", ground=[one for line in lines for one in line.ground])
    _fill_total(total, lines, columns)
    gaps = _gaps(ground, scope)
    return Figures(table, taken, batches, columns, lines, total, gaps)


def _gaps(ground: list[Ground], scope: Scope) -> list[str]:
    """The layers that were missing, where, each once: of the scope's counties and layers."""
    seen = set(scope.layers("verdict"))
    told = (
        f"{gap['county']}无{gap['term']}"
        for one in ground
        for gap in one.gaps
        if gap.get("county") in scope.county_names and gap.get("layer") in seen
    )
    return sorted(dict.fromkeys(told))


def _columns(table: TableSpec, ground: list[Ground]) -> list[ColumnSpec]:
    """The table's, and those of ground without data or out of sight where there is any."""
    found = {part.code for one in ground for part in one.parts}
    more = [column for column in OF_EVERY_TABLE if column.code in found]
    told = [*table.columns] if UNKNOWN not in found else [
        one for column in table.columns for one in _with_bounds(column)
    ]  # fmt: skip
    last = max((i for i, c in enumerate(told) if c.kind == "conclude"), default=-1) + 1
    return [*told[:last], *more, *told[last:]]


def _with_bounds(column: ColumnSpec) -> list[ColumnSpec]:
    """A share of which some ground is unknown, between what bounds it will lie."""
    if column.kind != "share":
        return [column]
    return [
        column,
        replace(column, code=f"{column.code}:low", term="低限", kind="low"),
        replace(column, code=f"{column.code}:high", term="高限", kind="high"),
    ]


def _lines(table: TableSpec, ground: list[Ground], names: dict[str, str]) -> list[Line]:
    lines: dict[str, Line] = {}
    for one in ground:
        for key, name, share in _units(table, one, names):
            line = lines.setdefault(key, Line(key, name))
            line.ground.append(share)
    order = {"patch": lambda line: 0, "holder": lambda line: (line.key == NONE, line.name)}
    return sorted(
        lines.values(), key=order.get(table.by, lambda line: (line.key == NONE, line.key))
    )


def _units(
    table: TableSpec, one: Ground, names: dict[str, str]
) -> Iterable[tuple[str, str, Ground]]:
    """The rows that a patch counts in, with its ground there: several townships may share it."""
    if table.by in ("township", "county"):
        by_place: dict[tuple[str, str], list[Part]] = defaultdict(list)
        for part in one.parts:
            code = part.township or NONE
            place = (code, names.get(code, "乡镇未知" if code == NONE else code))
            by_place[part.county if table.by == "county" else place].append(part)
        for (key, name), parts in by_place.items():
            area = sum((part.area_m2 for part in parts), ZERO)
            yield key, name, Ground(**{**vars(one), "parts": parts, "area_m2": area})
        return
    if table.by == "holder":
        key, name = (str(one.holder[0]), one.holder[1]) if one.holder else (NONE, "单位未知")
    elif table.by == "year":
        key = str(one.attributes.get(table.year_of) or "")[:4] or NONE
        name = "年度未知" if key == NONE else f"{key} 年"
    else:
        key, name = str(one.id), one.jcbh
    yield key, name, one


def _township_names(ground: list[Ground]) -> dict[str, str]:
    codes = {part.township for one in ground for part in one.parts}
    found = Zone.objects.filter(layer_id="township", code__in=codes)
    return dict(found.values_list("code", "name"))


def _fill(line: Line, columns: list[ColumnSpec]) -> None:
    for column in columns:
        if column.kind not in FRACTIONS:
            line.cells[column.code] = _cell(line, column)
    _fractions(line, columns)


def _cell(line: Line, column: ColumnSpec) -> Any:
    ground = line.ground
    if column.kind == "area":
        return sum((one.area_m2 for one in ground), ZERO)
    if column.kind == "count":
        wanted = set(column.of)
        return sum(1 for one in ground if not wanted or one.area_of(wanted) > 0)
    if column.kind == "conclude":
        return sum((one.area_of(column.of) for one in ground), ZERO)
    if column.kind == "mark":
        return _marked(line, column)
    if column.kind == "group":
        return _group(line, column.of[0])
    if column.kind == "sum":
        return _summed(line, column)
    values = {str(value) for one in ground if (value := one.attributes.get(column.of[0]))}
    return "、".join(sorted(values))


def _marked(line: Line, column: ColumnSpec) -> Decimal | None:
    """The area of a mark; patches where it has no data are told apart, not counted as none."""
    told = [one.marks.get(column.of[0]) for one in line.ground]
    known = [row for row in told if row is not None and row["answer"] is not None]
    _lack(line, column, len(told) - len(known))
    return sum((Decimal(str(row["area_m2"])) for row in known), ZERO) if known else None


def _group(line: Line, name: str) -> Decimal | None:
    """The unit's sum, which each of its patches carries; None where it is not known (then the
    engine kept what is missing) or where the patches do not agree."""
    told = [one.groups.get(name) for one in line.ground]
    values = {Decimal(str(value)) for value in told if _is_number(value)}
    return values.pop() if len(values) == 1 and all(map(_is_number, told)) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _summed(line: Line, column: ColumnSpec) -> Decimal | None:
    """The sum of a number field; what was not delivered is told apart."""
    found = []
    for one in line.ground:
        try:
            found.append(Decimal(str(one.attributes[column.of[0]])))
        except (KeyError, InvalidOperation):
            continue
    _lack(line, column, len(line.ground) - len(found))
    return sum(found, ZERO) if found else None


def _lack(line: Line, column: ColumnSpec, count: int) -> None:
    if count:
        line.lacking[column.code] = count


def _fill_total(total: Line, lines: list[Line], columns: list[ColumnSpec]) -> None:
    for column in columns:
        values = [line.cells.get(column.code) for line in lines]
        known = [value for value in values if value is not None]
        if column.kind in (*FRACTIONS, "field"):
            continue
        if column.kind == "count":
            total.cells[column.code] = len(
                {one.id for one in total.ground if not column.of or one.area_of(column.of) > 0}
            )
        else:
            total.cells[column.code] = sum(known, ZERO) if known else None
        for line in lines:
            _lack(total, column, total.lacking.get(column.code, 0)
                  + line.lacking.get(column.code, 0))  # fmt: skip
    _fractions(total, columns)


def _fractions(line: Line, columns: list[ColumnSpec]) -> None:
    of_all_ground = {column.code for column in columns if column.kind == "area"}
    for column in columns:
        if column.kind in FRACTIONS:
            open_m2 = line.cells.get(UNKNOWN, ZERO)
            above, below = _sum_of(line, column.of), _sum_of(line, column.over)
            if above is None or below is None:
                line.cells[column.code] = None
                continue
            # neither what is unknown nor what lies out of sight stands below the line
            aside = open_m2 + line.cells.get(HIDDEN, ZERO)
            known = below - aside if of_all_ground & set(column.over) else below
            line.cells[column.code] = _fraction(column.kind, above, known, open_m2)


def _fraction(kind: str, above: Decimal, known: Decimal, open_m2: Decimal) -> Decimal | None:
    """The share of the known ground; its least and most, whatever is found of the unknown. Where
    more is unknown than known, no share is given: it would pass for a finding."""
    if kind == "share":
        return above / known if known and open_m2 <= known else None
    whole = known + open_m2
    return (above + (open_m2 if kind == "high" else ZERO)) / whole if whole else None


def _sum_of(line: Line, codes: Iterable[str]) -> Decimal | None:
    """The sum of these cells; None where one of them is not known."""
    found = [line.cells.get(code) for code in codes]
    known = [Decimal(value) for value in found if value is not None]
    return sum(known, ZERO) if len(known) == len(found) else None
