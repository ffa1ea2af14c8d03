"""Roles as data: access.toml, read and checked. 角色与密级"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from spatial.errors import GislandError

ACCESS_FILE = Path(__file__).resolve().parent / "access.toml"
SECRECIES = ("public", "internal", "secret")
DEEDS = ("verdict", "map", "identify", "export")


class AccessInvalid(GislandError):
    """An access.toml that cannot be read: where, what is wrong. 角色文件有误"""


@dataclass(frozen=True)
class Role:
    """What one role may do: deeds by secrecy, and acts. 角色"""

    code: str
    term: str
    rights: frozenset[tuple[str, str]]
    """Pairs (deed, secrecy)."""
    acts: frozenset[str]
    anonymous: bool = False


@dataclass(frozen=True)
class Access:
    """The whole of access.toml."""

    deeds: dict[str, str]
    acts: dict[str, str]
    roles: dict[str, Role]

    @property
    def anonymous_role(self) -> Role:
        """The role of a visitor to the demo."""
        return next(role for role in self.roles.values() if role.anonymous)

    @property
    def account_roles(self) -> dict[str, Role]:
        """The roles that an account may hold, by code."""
        return {code: role for code, role in self.roles.items() if not role.anonymous}


@cache
def access() -> Access:
    """The checked access.toml of this installation."""
    return read(ACCESS_FILE.read_text(encoding="utf-8"))


def read(text: str) -> Access:
    """Parse and check; raises AccessInvalid that names the place and the fault."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AccessInvalid(f"access.toml 不是有效的 TOML：{error}") from error
    _only(tree, {"deed", "act", "role"}, "access.toml")
    deeds, acts, roles = (_table(tree, name) for name in ("deed", "act", "role"))
    if set(deeds) != set(DEEDS):
        raise AccessInvalid(
            f"access.toml [deed] 应恰为 {'、'.join(DEEDS)}，现为 {'、'.join(deeds)}"
        )
    for section, terms in (("deed", deeds), ("act", acts)):
        for code, term in terms.items():
            _term(term, f"[{section}] {code}")
    found = {code: _role(code, entry, set(acts)) for code, entry in roles.items()}
    visitors = [code for code, role in found.items() if role.anonymous]
    if len(visitors) != 1:
        raise AccessInvalid(
            f"access.toml 应有且只有一个 anonymous = true 的角色，现有 {len(visitors)} 个"
        )
    return Access(deeds, acts, found)


def _role(code: str, entry: Any, acts: set[str]) -> Role:
    place = f"[role.{code}]"
    if not isinstance(entry, dict):
        raise AccessInvalid(f"access.toml {place} 应为一节")
    _only(entry, {"term", "may", "anonymous", *SECRECIES}, place)
    missing = [name for name in ("term", "may", *SECRECIES) if name not in entry]
    if missing:
        raise AccessInvalid(f"access.toml {place} 缺少 {'、'.join(missing)}（没有则写 []）")
    anonymous = entry.get("anonymous", False)
    if not isinstance(anonymous, bool):
        raise AccessInvalid(f"access.toml {place} 的 anonymous 应为 true 或 false")
    rights = {
        (deed, secrecy)
        for secrecy in SECRECIES
        for deed in _codes(entry[secrecy], set(DEEDS), f"{place} {secrecy}")
    }
    may = _codes(entry["may"], acts, f"{place} may")
    return Role(code, _term(entry["term"], place), frozenset(rights), frozenset(may), anonymous)


def _table(tree: dict[str, Any], name: str) -> dict[str, Any]:
    table = tree.get(name)
    if not isinstance(table, dict) or not table:
        raise AccessInvalid(f"access.toml 缺少 [{name}]")
    return table


def _only(table: dict[str, Any], known: set[str], place: str) -> None:
    strange = sorted(set(table) - known)
    if strange:
        raise AccessInvalid(
            f"access.toml {place} 中不认识 {'、'.join(strange)}；可用：{'、'.join(sorted(known))}"
        )


def _term(term: Any, place: str) -> str:
    if not isinstance(term, str) or not term.strip():
        raise AccessInvalid(f"access.toml {place} 的中文名称不能为空")
    return term


def _codes(listed: Any, known: set[str], place: str) -> list[str]:
    if not isinstance(listed, list) or not all(isinstance(code, str) for code in listed):
        raise AccessInvalid(f"access.toml {place} 应为代码的列表")
    strange = [code for code in listed if code not in known]
    if strange:
        raise AccessInvalid(
            f"access.toml {place} 中不认识 {'、'.join(strange)}；可用：{'、'.join(sorted(known))}"
        )
    return listed
