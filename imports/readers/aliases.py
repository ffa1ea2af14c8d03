"""What columns are called besides their names: aliases of File GDBs and GeoPackages, and domains.

Offices' databases name columns in code and give the Chinese name as alias; coded values stand for
words that only the database's domain tells.
"""

from __future__ import annotations

import html
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pyogrio.errors
import pyogrio.raw

from imports.readers.held import Column

if TYPE_CHECKING:
    from pathlib import Path

    from imports.readers.bundle import Bundle

MOST = 2000
"""Coded values of one domain; more are a register, not a code."""


@dataclass
class Speech:
    """By column, its other name and the words that its codes stand for."""

    aliases: dict[str, str] = field(default_factory=dict)
    domains: dict[str, dict[str, str]] = field(default_factory=dict)


def of_layer(bundle: Bundle, path: Path, layer: str) -> Speech:
    """The aliases and domains of a layer; nothing for formats that have none."""
    try:
        if bundle.kind == "filegdb":
            return _of_gdb(path, layer)
        if bundle.kind == "geopackage":
            return Speech(_of_gpkg(path, layer))
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, sqlite3.Error):
        pass  # the data are read all the same: an alias is a help, no content
    return Speech()


def _of_gdb(path: Path, layer: str) -> Speech:
    meta, _, _, columns = pyogrio.raw.read(
        path, layer="GDB_Items", read_geometry=False, columns=["Name", "Definition"],
        LIST_ALL_TABLES="YES",
    )  # fmt: skip
    held: dict[str, Any] = dict(zip(meta["fields"], columns, strict=True))
    items = list(zip(held["Name"], held["Definition"], strict=True))
    definition = next((text for name, text in items if name == layer and text), "")
    speech, domain_of = Speech(), {}
    for block in _blocks(definition, "GPFieldInfoEx"):
        name, alias = _text(block, "Name"), _text(block, "AliasName")
        if name and alias and alias != name:
            speech.aliases[name] = alias
        if name and (domain := _text(block, "DomainName")):
            domain_of[name] = domain
    known = {name: text for name, text in items if text and "CodedValueDomain" in text}
    for name, domain in domain_of.items():
        if domain in known and (values := _coded(known[domain])):
            speech.domains[name] = values
    return speech


def _coded(definition: str) -> dict[str, str]:
    pairs = [
        (_text(block, "Code"), _text(block, "Name")) for block in _blocks(definition, "CodedValue")
    ]
    found = {code: name for code, name in pairs if code and name and code != name}
    return found if len(found) <= MOST else {}


def _blocks(text: str, name: str) -> list[str]:
    return re.findall(rf"<{name}(?:\s[^>]*)?>(.*?)</{name}>", text or "", re.DOTALL)


def _text(block: str, name: str) -> str:
    found = re.search(rf"<{name}(?:\s[^>]*)?>([^<]*)</{name}>", block)
    return html.unescape(found[1]).strip() if found else ""


def _of_gpkg(path: Path, layer: str) -> dict[str, str]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as base:
        asked = "SELECT name FROM sqlite_master WHERE name = 'gpkg_data_columns'"
        if base.execute(asked).fetchone() is None:
            return {}
        rows = base.execute(
            "SELECT column_name, coalesce(nullif(title, ''), name) FROM gpkg_data_columns"
            " WHERE table_name = ?",
            (layer,),
        ).fetchall()
    return {str(name): str(alias) for name, alias in rows if alias and alias != name}


def spoken(names: list[str], values: list[Any], speech: Speech) -> None:
    """Add, behind the columns, the words of those whose codes a domain explains."""
    for at, name in enumerate(list(names)):
        words = speech.domains.get(name)
        if not words:
            continue
        named = f"{speech.aliases.get(name, name)}（域值）"
        names.append(named)
        column = values[at]
        if isinstance(column, Column):
            values.append(column.changed(partial(_spoken, words)))
        else:
            values.append([_spoken(words, value) for value in column])


def _spoken(words: dict[str, str], value: Any) -> str | None:
    return words.get(_code(value))


def _code(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()
