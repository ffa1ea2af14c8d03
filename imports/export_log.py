"""Who took what, in the database and in the file itself: the mark in a copy leads to the record."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, transaction

from imports.models import ExportLog
from spatial.errors import GislandError

if TYPE_CHECKING:
    from imports.export import Export
    from imports.export_source import Asked
    from spatial.models import User
    from spatial.scope import Scope

NAMED = (
    ("region_code", "行政区"), ("batch", "批次"), ("label_class", "归类"), ("where", "条件"),
    ("version_ids", "版本"), ("as_of", "当日"), ("known_at", "已知于"), ("said", "筛选"),
)  # fmt: skip
WORDS = 120
"""Characters of the conditions that stand in the file."""


class ExportNotLogged(GislandError):
    """A file that could not be recorded is not given out. 未能记录导出"""


def new_mark() -> str:
    """A number for one file, not to be guessed from another's."""
    return secrets.token_hex(5)


def asked_record(asked: Asked) -> dict[str, Any]:
    """What was asked for, as JSON."""
    told = {name: getattr(asked, name) for name, _ in NAMED}
    told |= {name: told[name].isoformat() for name in ("as_of", "known_at") if told[name]}
    told["where"], told["version_ids"] = list(asked.where), list(asked.version_ids)
    told["plain"] = asked.plain
    told["patch_count"] = 0 if asked.patch_ids is None else len(asked.patch_ids)
    if asked.scope is not None:
        told["counties"] = list(asked.scope.county_codes)
        told["roles"] = list(asked.scope.roles)
    return {name: value for name, value in told.items() if value}


def words_of(asked: Asked) -> str:
    """What was asked for, as it stands in the file."""
    told = asked_record(asked)
    parts = []
    for name, term in NAMED:
        value = told.get(name)
        if value:
            text = "，".join(map(str, value)) if isinstance(value, list) else str(value)
            parts.append(f"{term} {text}")
    if not told.get("region_code") and "counties" in told:
        parts.insert(0, f"账号可见的 {len(told['counties'])} 个县")
    text = "；".join(parts) or "全部"
    return text if len(text) <= WORDS else f"{text[: WORDS - 1]}…"


def stamp_of(title: str, count: int, by: str, day: str, asked: Asked, mark: str) -> str:
    """Who, when, which ground, and the number of the record: one line for every format."""
    return f"gisland 导出 {mark}：{title} {count} 个要素，{by}，{day}，{words_of(asked)}"


def write_paper(  # noqa: PLR0913 - what a record holds
    what: str,
    form: str,
    name: str,
    *,
    rows: int,
    asked: dict[str, Any],
    scope: Scope,
    by: str,
    user: User | None,
) -> ExportLog:
    """Record a page's paper or table (a bulletin, an extract); raises ExportNotLogged."""
    told = {"counties": list(scope.county_codes), "roles": list(scope.roles), **asked}
    return _create(
        mark=new_mark(), by=user, by_name=by[:150], what=what, format=form, path=name[-400:],
        rows=rows, crs="", asked=told, told={}, scope_key=scope.key,
    )  # fmt: skip


def write(mark: str, done: Export, asked: Asked, *, by: str, user: User | None) -> ExportLog:
    """Record the export; raises ExportNotLogged where that fails: then nothing may be given out."""
    return _create(
        mark=mark, by=user, by_name=by[:150], what=done.what, format=done.format,
        path=str(done.path)[-400:], rows=done.rows, crs=done.crs[:200],
        asked=asked_record(asked), told=done.told(),
        scope_key=asked.scope.key if asked.scope is not None else "",
    )  # fmt: skip


def write_page(
    mark: str, name: str, asked: Asked, *, what: str, rows: int, by: str, user: User | None
) -> ExportLog:
    """Record a file that a page made itself (a register, printed sheets), by its name.

    Raises ExportNotLogged as ``write`` does.
    """
    return _create(
        mark=mark, by=user, by_name=by[:150], what=what, format=name.rpartition(".")[2],
        path=name[-400:], rows=rows, crs="", asked=asked_record(asked), told={"path": name},
        scope_key=asked.scope.key if asked.scope is not None else "",
    )  # fmt: skip


def _create(**values: Any) -> ExportLog:
    try:
        with transaction.atomic():
            return ExportLog.objects.create(**values)
    except DatabaseError as error:
        raise ExportNotLogged(
            "导出记录写不进数据库，未交出文件。请联系系统管理员检查数据库后重试。"
        ) from error
