"""Rules of the data standards, judged by the column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from imports.checks import settings
from imports.readers.table import Finding
from spatial import vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from imports.checks.incoming import Incoming

Rule = dict[str, Any]
if TYPE_CHECKING:
    Tell = Callable[[Callable[[pd.Series], pd.Series]], pd.Series]
HALF_CENT = 0.0051
"""Two ways of rounding to 0.01 differ by half of it at most."""
NAMED = 20
"""Rows that an issue names where many share one wrong value."""


def check(incoming: Incoming) -> list[Finding]:
    """What the rows say against the rules of their layer, at most so many of each rule."""
    found: list[Finding] = []
    for rule in settings.rules_of(incoming.target):
        if incoming.has(rule["field"]):
            kind, judge = CHECKS[rule["check"]]
            found += _told(incoming, rule, kind, judge(incoming, rule))
    return found


def _told(incoming: Incoming, rule: Rule, kind: str, faults: pd.Series) -> list[Finding]:
    """Findings of a series of messages (None: nothing wrong), equal ones gathered."""
    limits = settings.limits()
    faults = faults[faults.notna()]
    found: list[Finding] = []
    listed = 0
    for message, group in faults.groupby(faults, sort=False):
        rows = incoming.numbers[group.index.to_numpy()]
        if len(rows) > limits.same_value_listed:
            found.append(_finding(rule, kind, int(rows[0]), f"{_many(rows)}{message}"))
            listed += len(rows)
            continue
        for row in rows[: max(limits.listed - len(found), 0)]:
            found.append(_finding(rule, kind, int(row), f"第 {row} 行{message}"))
            listed += 1
        if len(found) >= limits.listed:
            break
    if listed < len(faults):
        rest = f"{incoming.terms[rule['field']]}：这类问题共 {len(faults)} 行，只列到第 {listed} 个"
        found.append(Finding(kind, f"{rest}（{rule['source']}）。", field=rule["field"]))
    return sorted(found, key=lambda finding: (finding.row is None, finding.row))


def _many(rows: np.ndarray) -> str:
    named = "、".join(str(row) for row in rows[:NAMED])
    return f"第 {named}{' 等' if len(rows) > NAMED else ''} 行（共 {len(rows)} 行）"


def _finding(rule: Rule, kind: str, row: int, message: str) -> Finding:
    text = f"{message}（{rule['source']}）。"
    return Finding(kind, text, row=row, field=rule["field"], done="原样保留")


def _texts(incoming: Incoming, name: str) -> pd.Series:
    """A field's values as text; absent ones are ''."""
    return incoming.texts(name)


def _messages(wrong: pd.Series, tell: Tell) -> pd.Series:
    """The message where something is wrong, else None; ``tell`` is asked for those rows only."""
    told = pd.Series(None, index=wrong.index, dtype=object)
    rows = wrong.to_numpy(dtype=bool)
    if rows.any():
        told[rows] = tell(lambda series: series[rows]).astype(object)
    return told


def _codes(rule: Rule) -> dict[str, str]:
    if "of" in rule:
        words: dict[str, str] = vocabulary.vocabulary()[rule["of"]]
        return words
    return dict.fromkeys(rule["codes"], "")


def _listed(incoming: Incoming, rule: Rule) -> pd.Series:
    values = _texts(incoming, rule["field"])
    wrong = (values != "") & ~values.isin(_codes(rule).keys())
    term = incoming.terms[rule["field"]]
    return _messages(wrong, lambda of: term + "“" + of(values) + "”不在规定的编码内")


def _named(incoming: Incoming, rule: Rule) -> pd.Series:
    names, codes = _texts(incoming, rule["field"]), _texts(incoming, rule["code"])
    right = codes.map(_codes(rule))
    wrong = right.notna() & (names != "") & (names != right)
    term = incoming.terms[rule["field"]]
    return _messages(
        wrong,
        lambda of: term + "“" + of(names) + "”与编码 " + of(codes) + "（" + of(right) + "）不符",
    )


def _between(incoming: Incoming, rule: Rule) -> pd.Series:
    values = incoming.figures(rule["field"])
    high = values >= rule["below"] if "below" in rule else values > rule["most"]
    wrong = values.notna() & ((values < rule["least"]) | high)
    bound = f"小于 {rule['below']}" if "below" in rule else f"不大于 {rule['most']}"
    term = incoming.terms[rule["field"]]
    least = f"，应不小于 {rule['least']} 且{bound}"
    return _messages(wrong, lambda of: term + " " + of(values).astype(str) + least)


def _told_at_all(incoming: Incoming, name: str) -> pd.Series:
    values = _texts(incoming, name)
    return (values != "") & (pd.to_numeric(values, errors="coerce") != 0)


def _only_on(incoming: Incoming, rule: Rule) -> pd.Series:
    codes = _texts(incoming, rule["code"])
    wrong = _told_at_all(incoming, rule["field"]) & ~codes.isin(rule["where"])
    term = incoming.terms[rule["field"]]
    return _messages(wrong, lambda of: term + "填在了编码 " + of(codes) + " 上")


def _needed_on(incoming: Incoming, rule: Rule) -> pd.Series:
    codes = _texts(incoming, rule["code"])
    wrong = (_texts(incoming, rule["field"]) == "") & codes.isin(rule["where"])
    term = incoming.terms[rule["field"]]
    return _messages(wrong, lambda of: term + "在编码 " + of(codes) + " 上未填")


def _length(incoming: Incoming, rule: Rule) -> pd.Series:
    values = _texts(incoming, rule["field"])
    wrong = (values != "") & ~values.str.len().isin(rule["lengths"])
    wanted = "或 ".join(str(length) for length in rule["lengths"])
    term = incoming.terms[rule["field"]]
    return _messages(
        wrong,
        lambda of: (
            term
            + "“"
            + of(values)
            + "”长 "
            + of(values).str.len().astype(str)
            + f" 位，应为 {wanted} 位"
        ),
    )


def _product(incoming: Incoming, rule: Rule) -> pd.Series:
    one, other = (incoming.figures(name) for name in rule["of_fields"])
    return _formula(incoming, rule, one * other)


def _less(incoming: Incoming, rule: Rule) -> pd.Series:
    whole, part = (incoming.figures(name) for name in rule["of_fields"])
    return _formula(incoming, rule, whole - part.fillna(0))


def _formula(incoming: Incoming, rule: Rule, right: pd.Series) -> pd.Series:
    if not all(incoming.has(name) for name in rule["of_fields"]):
        return pd.Series([None] * len(right), dtype=object)
    values = incoming.figures(rule["field"])
    wrong = right.notna() & values.notna() & ((values - right).abs() > HALF_CENT)
    term = incoming.terms[rule["field"]]
    return _messages(
        wrong,
        lambda of: (
            term + of(values).map(" {:.2f}".format) + of(right).map("，按公式应为 {:.2f}".format)
        ),
    )


def _unique(incoming: Incoming, rule: Rule) -> pd.Series:
    values = _texts(incoming, rule["field"])
    wrong = (values != "") & values.duplicated(keep=False)
    term = incoming.terms[rule["field"]]
    numbers = pd.Series(incoming.numbers, index=values.index)

    def tell(of: Callable[[pd.Series], pd.Series]) -> pd.Series:
        first = of(numbers).groupby(of(values)).transform("first")
        return term + "“" + of(values) + "”重复，首见第 " + first.astype(str) + " 行"

    return _messages(wrong, tell)


def _order(incoming: Incoming, rule: Rule) -> pd.Series:
    """Wrong only where even the first day of the earlier is after the last day of the later."""
    before = incoming.days(rule["before"], last=False)
    after = incoming.days(rule["field"], last=True)
    wrong = (before != "") & (after != "") & (before > after)
    one, other = incoming.terms[rule["before"]], incoming.terms[rule["field"]]
    return _messages(wrong, lambda of: one + " " + of(before) + " 晚于" + other + " " + of(after))


def _pattern(incoming: Incoming, rule: Rule) -> pd.Series:
    values = _texts(incoming, rule["field"])
    wrong = (values != "") & ~values.str.match(rule["like"])
    term = incoming.terms[rule["field"]]
    return _messages(wrong, lambda of: term + "“" + of(values) + "”写法不规范")


CHECKS: dict[str, tuple[str, Callable[[Incoming, Rule], pd.Series]]] = {
    "listed": ("unknown_code", _listed),
    "named": ("code_name", _named),
    "between": ("value_range", _between),
    "only_on": ("misplaced_value", _only_on),
    "needed_on": ("missing_value", _needed_on),
    "length": ("code_length", _length),
    "product": ("formula_differs", _product),
    "less": ("formula_differs", _less),
    "unique": ("duplicate_code", _unique),
    "order": ("dates_reversed", _order),
    "pattern": ("document_pattern", _pattern),
}
