"""Aliases and domains of databases: columns are known by their Chinese names, codes by words."""

from __future__ import annotations

import sqlite3

import pytest

from imports import fields
from spatial.errors import InputRefused
from tests.imports.conftest import square, written
from tests.imports.reading import read

HERE = [square(119.95, 33.05), square(119.96, 33.05)]


def gdb(path, rows, aliases, domain=""):
    """A File GDB with aliases written over lines of its definitions, byte for byte as long."""
    written(path, rows, HERE[: len(rows)])
    items = path / "a00000004.gdbtable"
    data = items.read_bytes()
    for name, alias in aliases.items():
        at = data.index(f"<Name>{name}</Name>".encode())
        start = data.index(b"<IsNullable>", at)
        end = data.index(b"</GPFieldInfoEx>", at)
        text = f"<AliasName>{alias}</AliasName>".encode()
        if domain:
            text += f"<DomainName>{domain}</DomainName>".encode()
        assert len(text) <= end - start
        data = data[:start] + text.ljust(end - start) + data[end:]
    items.write_bytes(data)
    return path


def test_a_gdbs_aliases_name_its_columns(tmp_path):
    rows = [{"f_a1": 7, "f_a2": 20240301}, {"f_a1": 8, "f_a2": 20240302}]
    table = read(gdb(tmp_path / "a.gdb", rows, {"f_a1": "监测编号", "f_a2": "后时相"}))
    assert table.aliases == {"f_a1": "监测编号", "f_a2": "后时相"}
    canonical = fields.canonical(table, fields.PATCH)
    assert canonical.columns == {"jcbh": "f_a1", "after_on": "f_a2"}
    assert canonical.rows[0] == {"jcbh": "7", "after_on": "2024-03-01"}


def test_a_columns_own_name_goes_before_anothers_alias(tmp_path):
    rows = [{"JCBH": 1, "f_a1": 2}]
    table = read(gdb(tmp_path / "a.gdb", rows, {"f_a1": "监测编号"}))
    assert fields.canonical(table, fields.PATCH).columns["jcbh"] == "JCBH"


def test_a_person_may_name_the_alias_and_messages_show_it(tmp_path):
    table = read(gdb(tmp_path / "a.gdb", [{"f_a1": 1}], {"f_a1": "顺序"}))
    assert fields.canonical(table, fields.PATCH, {"jcbh": "顺序"}).columns == {"jcbh": "f_a1"}
    with pytest.raises(InputRefused, match="f_a1（顺序）"):
        fields.canonical(table, fields.PATCH)


def test_a_geopackages_titles_name_its_columns(tmp_path):
    path = written(tmp_path / "a.gpkg", [{"f1": "7"}], HERE[:1])
    with sqlite3.connect(path) as base:
        base.execute(
            "CREATE TABLE IF NOT EXISTS gpkg_data_columns (table_name TEXT, column_name TEXT,"
            " name TEXT, title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT)"
        )
        base.execute(
            "INSERT INTO gpkg_data_columns (table_name, column_name, name, title)"
            " VALUES ('a', 'f1', 'f1', '监测编号')"
        )
    assert fields.canonical(read(path), fields.PATCH).columns == {"jcbh": "f1"}


def test_codes_get_the_words_of_their_domain(tmp_path, monkeypatch):
    from imports.readers import aliases

    monkeypatch.setattr(
        aliases, "of_layer",
        lambda *_: aliases.Speech({"LX": "用途"}, {"LX": {"1": "厂房", "2": "道路"}}),
    )  # fmt: skip
    table = read(written(tmp_path / "a.gpkg", [{"LX": 1}, {"LX": 9}], HERE))
    assert table.columns == ["LX", "用途（域值）"]
    assert [row["用途（域值）"] for row in table.records] == ["厂房", None]
    assert [row["LX"] for row in table.records] == [1, 9]


def test_a_domain_is_read_as_gdbs_write_it():
    from imports.readers.aliases import _coded

    text = (
        "<typens:GPCodedValueDomain2><CodedValues><CodedValue xsi:type='typens:CodedValue'>"
        "<Name>厂房 &amp; 仓库</Name><Code xsi:type='xs:string'>01</Code></CodedValue>"
        "<CodedValue xsi:type='typens:CodedValue'><Name>道路</Name>"
        "<Code xsi:type='xs:int'>2</Code></CodedValue></CodedValues>"
    )
    assert _coded(text) == {"01": "厂房 & 仓库", "2": "道路"}
