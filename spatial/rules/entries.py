"""Reads single entries of a TOML tree, noting what is not as it should be. 取值"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from spatial.rules.problems import Problems, allowed, near

if TYPE_CHECKING:
    from collections.abc import Iterable

_CODE = re.compile(r"^[a-z][a-z0-9_-]*$")


def only_keys(tree: dict[str, Any], known: Iterable[str], what: str, problems: Problems) -> None:
    """Note every key that the language does not have."""
    choices = list(known)
    for key in tree:
        if key not in choices:
            problems.add(f"没有名为 {key} 的{what}；{near(key, choices)}")


def table(tree: dict[str, Any], key: str, problems: Problems) -> dict[str, Any]:
    """A table, empty when absent."""
    found = tree.get(key, {})
    if isinstance(found, dict):
        return found
    problems.add(f"{key} 应为一个表（[{key}] 或 {{ … }}），现为 {found!r}")
    return {}


def text(
    tree: dict[str, Any], key: str, problems: Problems, *, longest: int, required: bool = False
) -> str:
    """A text, empty when absent."""
    found = tree.get(key, "")
    if not isinstance(found, str):
        problems.add(f"{key} 应为文字，现为 {found!r}")
        return ""
    if required and not found.strip():
        problems.add(f"缺少 {key}")
    if len(found) > longest:
        problems.add(f"{key} 太长（{len(found)} 字），最多 {longest} 字")
    return found.strip()


def code(tree: dict[str, Any], key: str, problems: Problems, longest: int = 40) -> str:
    """An English code: small letters, digits, - and _."""
    found = text(tree, key, problems, longest=longest, required=True)
    if found and not _CODE.match(found):
        problems.add(f"{key} “{found}”应由小写字母开头，只含小写字母、数字、- 和 _")
    return found


def names(tree: dict[str, Any], key: str, problems: Problems) -> list[str]:
    """A list of words, each once."""
    found = tree.get(key, [])
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        problems.add(f'{key} 应为一列文字，例如 ["…", "…"]，现为 {found!r}')
        return []
    twice = sorted({item for item in found if found.count(item) > 1})
    if twice:
        problems.add(f"{key} 中重复：{allowed(twice)}")
    return found


def yes_no(tree: dict[str, Any], key: str, problems: Problems) -> bool:
    """A truth value, false when absent."""
    found = tree.get(key, False)
    if not isinstance(found, bool):
        problems.add(f"{key} 应为 true 或 false，现为 {found!r}")
        return False
    return found


def is_number(value: Any) -> bool:
    """Whether it is a number (true and false are none)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def period(tree: dict[str, Any], problems: Problems) -> tuple[date | None, date | None]:
    """``from`` and ``until``, the first day on which something no longer holds."""
    days: list[date | None] = []
    for key in ("from", "until"):
        day = tree.get(key)
        if day is not None and type(day) is not date:
            problems.add(f"{key} 应为日期，例如 2021-11-27（不加引号），现为 {day!r}")
            day = None
        days.append(day)
    first, last = days
    if first and last and first >= last:
        problems.add(f"from {first} 应早于 until {last}")
    return first, last
