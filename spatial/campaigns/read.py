"""Reads the files of campaigns, and refuses one whose tables would not add up. 专项定义"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatial.campaigns.schema import KINDS, UNITS, Campaign, ColumnSpec, Phase, TableSpec
from spatial.errors import InputRefused, RulesetInvalid
from spatial.rules.load import read_named
from spatial.rules.problems import Problems, allowed, near

if TYPE_CHECKING:
    from spatial.rules.schema import Ruleset

ROOT = Path(__file__).resolve().parent
HEAD = ("title", "about", "source", "lacks", "measures", "groups", "phases")
TABLE = ("code", "title", "ruleset", "by", "year_of", "notes", "columns")
COLUMN = ("code", "term", "of_which", "unit", "aim", "over", *KINDS)
SUMS = ("entitled_m2", "used_m2", "excess_m2", "unused_m2")


def campaign_files() -> list[Path]:
    """Every campaign of the house, by name."""
    return sorted(ROOT.glob("*.toml"))


@cache
def campaigns() -> dict[str, Campaign]:
    """Every campaign, checked, by code; RulesetInvalid names what is wrong in a file."""
    return {path.stem: read_campaign(path) for path in campaign_files()}


def campaign_of(code: str) -> Campaign:
    """The campaign of that code; InputRefused says which there are."""
    known = campaigns()
    if code not in known:
        raise InputRefused(f"没有专项 {code[:60]}。现有：{allowed(known)}。")
    return known[code]


def read_campaign(path: Path) -> Campaign:
    """The checked campaign of a file."""
    problems = Problems(path.name)
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise RulesetInvalid(f"{path.name}：不是合规的 TOML（{error}）") from error
    head = told.get("campaign", {})
    _only(head, HEAD, "[campaign]", problems)
    for name in ("title", "about", "source"):
        if not head.get(name):
            problems.add(f"[campaign] 缺少 {name}")
    tables = tuple(_table(entry, problems) for entry in told.get("table", []))
    if not tables:
        problems.add("没有 [[table]]：至少要有一张表")
    codes = [table.code for table in tables]
    if len(set(codes)) < len(codes):
        problems.add("几张表用了同一个 code")
    problems.raise_if_any()
    return Campaign(
        code=path.stem,
        title=head["title"],
        about=head["about"],
        source=head["source"],
        tables=tables,
        lacks=tuple(head.get("lacks", ())),
        measures=tuple(head.get("measures", ())),
        groups=tuple(head.get("groups", ())),
        phases=tuple(Phase(row["term"], str(row["until"])) for row in head.get("phases", ())),
    )


def _table(entry: dict[str, Any], problems: Problems) -> TableSpec:
    with problems.at(f"表 {entry.get('code', '?')}"):
        _only(entry, TABLE, "", problems)
        by = entry.get("by", "")
        if by not in UNITS:
            problems.add(f"by = {by!r}；可用：{allowed(UNITS)}")
        if (by == "year") != bool(entry.get("year_of")):
            problems.add("按年度的表要写 year_of（哪个日期字段），别的表不写")
        columns = tuple(_column(row, problems) for row in entry.get("columns", ()))
        spec = TableSpec(
            entry.get("code", ""), entry.get("title", ""), entry.get("ruleset", ""), by, columns,
            entry.get("year_of", ""), tuple(entry.get("notes", ())),
        )  # fmt: skip
        try:
            ruleset = read_named(spec.ruleset)
        except RulesetInvalid as error:
            problems.add(str(error))
        else:
            _adds_up(spec, ruleset, problems)
            _names(spec, ruleset, problems)
    return spec


def _column(entry: dict[str, Any], problems: Problems) -> ColumnSpec:
    with problems.at(f"列 {entry.get('code', '?')}"):
        _only(entry, COLUMN, "", problems)
        kinds = [kind for kind in KINDS if kind in entry]
        if len(kinds) != 1 or not entry.get("code") or not entry.get("term"):
            problems.add(f"要有 code、term，以及恰好一项：{allowed(KINDS)}")
            return ColumnSpec(entry.get("code", ""), entry.get("term", ""), "area")
        told = entry[kinds[0]]
        of = () if told is True else (told,) if isinstance(told, str) else tuple(told)
        over = tuple(entry.get("over", ()))
        if (kinds[0] == "share") != bool(over):
            problems.add("share 要有 over（分母各列），别的不写")
        return ColumnSpec(
            entry["code"], entry["term"], kinds[0], of, over,
            entry.get("of_which", False), entry.get("unit", ""), entry.get("aim"),
        )  # fmt: skip


def _adds_up(table: TableSpec, ruleset: Ruleset, problems: Problems) -> None:
    """Every conclusion stands in exactly one column that is not an 其中."""
    known = {rule.code: rule.term for rule in ruleset.conclude}
    columns = [column for column in table.columns if column.kind == "conclude"]
    for code in {code for column in columns for code in column.of} - set(known):
        problems.add(f"规则集 {ruleset.name} 没有初判 {code}；{near(code, known)}")
    shared = [code for column in columns if not column.of_which for code in column.of]
    if not shared:
        return
    for code, term in known.items():
        if shared.count(code) != 1:
            problems.add(
                f"初判 {code}（{term}）在 {shared.count(code)} 列里；须恰好在一列，"
                "否则各列之和不等于总面积（重复列出的写 of_which = true）"
            )


def _names(table: TableSpec, ruleset: Ruleset, problems: Problems) -> None:
    """Marks, groups and the columns of a fraction exist."""
    marks = {rule.code for rule in ruleset.marks}
    groups = {f"{code}.{name}" for code in ruleset.groups for name in SUMS}
    codes = [column.code for column in table.columns]
    if len(set(codes)) < len(codes):
        problems.add("几列用了同一个 code")
    for column in table.columns:
        with problems.at(f"列 {column.code}"):
            known = {"mark": marks, "group": groups}.get(column.kind)
            if known is not None and not set(column.of) <= known:
                problems.add(f"没有 {allowed(sorted(set(column.of) - known))}")
            if column.kind == "group" and table.by != "holder":
                problems.add("group 是一个单位的合计，只能用在按单位（by = holder）的表里")
            if column.kind == "field" and table.by != "patch":
                problems.add("field 是一块地的字段，只能用在按地块（by = patch）的表里；求和用 sum")
            if column.kind == "share":
                for code in {*column.of, *column.over} - set(codes):
                    problems.add(f"没有列 {code}；{near(code, codes)}")


def _only(entry: dict[str, Any], names: tuple[str, ...], where: str, problems: Problems) -> None:
    for name in entry:
        if name not in names:
            problems.add(f"{where} 不认识 {name}；{near(name, names)}")
