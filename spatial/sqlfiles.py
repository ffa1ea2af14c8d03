"""The only door to sql/ and to the database cursor."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connections, transaction  # noqa: TID251 - this module is the door

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

SQL_ROOT = Path(__file__).resolve().parent.parent / "sql"

Row = dict[str, Any]

JSON_TYPES = (114, 3802)
"""PostgreSQL's type numbers of json and jsonb."""


@cache
def text(name: str) -> str:
    """The statement of ``sql/<name>.sql``, as it is sent."""
    return (SQL_ROOT / f"{name}.sql").read_text(encoding="utf-8")


@cache
def written_tables(name: str) -> tuple[str, ...]:
    """The tables that the file's header names under ``writes``."""
    found = re.search(r"^-- writes:[ \t]*(.*)$", text(name), re.MULTILINE)
    names = (part.strip() for part in found.group(1).split(",")) if found else ()
    return tuple(part for part in names if part and part != "-")


def execute(name: str, params: Mapping[str, Any] | None = None, *, using: str = "default") -> int:
    """Run one file and return the number of rows that it touched."""
    with connections[using].cursor() as cursor:
        cursor.execute(text(name), params or None)
        return int(cursor.rowcount)


def rows(
    name: str, params: Mapping[str, Any] | None = None, *, using: str = "default"
) -> list[Row]:
    """Run one file and return its rows as dictionaries."""
    with connections[using].cursor() as cursor:
        cursor.execute(text(name), params or None)
        read = _reader(cursor.description)
        return [read(row) for row in cursor.fetchall()]


def stream(
    name: str, params: Mapping[str, Any] | None = None, *, size: int = 2000, using: str = "default"
) -> Iterator[Row]:
    """Run one file with a server-side cursor: rows in bounded memory."""
    connection = connections[using]
    connection.ensure_connection()
    with transaction.atomic(using=using), connection.connection.cursor(name="stream") as cursor:
        cursor.itersize = size
        cursor.execute(text(name), params or None)
        read = _reader(cursor.description)
        for row in cursor:
            yield read(row)


def _reader(description: Any) -> Callable[[tuple[Any, ...]], Row]:
    """Turns a row into a dictionary; JSON, which Django leaves as text, into values."""
    columns = [(column.name, column.type_code in JSON_TYPES) for column in description or ()]

    def read(row: tuple[Any, ...]) -> Row:
        return {
            name: json.loads(found) if is_json and isinstance(found, str) else found
            for (name, is_json), found in zip(columns, row, strict=True)
        }

    return read


def value(name: str, params: Mapping[str, Any] | None = None, *, using: str = "default") -> Any:
    """Run one file and return the first column of its first row, or None."""
    found = rows(name, params, using=using)
    return next(iter(found[0].values())) if found else None


def copy_rows(
    table: str,
    columns: Iterable[str],
    records: Iterable[tuple[Any, ...]],
    *,
    using: str = "default",
) -> int:
    """COPY records into a table; returns how many. Names come from our own code only."""
    count = 0
    connection = connections[using]
    connection.ensure_connection()
    from psycopg import sql  # noqa: PLC0415 - only loads need it

    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for record in records:
            copy.write_row(record)
            count += 1
    return count


def copy_text(
    table: str,
    columns: Iterable[str],
    texts: Iterable[bytes | memoryview],
    *,
    using: str = "default",
) -> None:
    """COPY lines that are already in its text format. Names come from our own code only."""
    connection = connections[using]
    connection.ensure_connection()
    from psycopg import sql  # noqa: PLC0415 - only loads need it

    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for text in texts:
            copy.write(text)


def analyze(table: str, columns: Iterable[str] = (), *, using: str = "default") -> None:
    """Refresh the planner's statistics of one table, or of some of its columns."""
    connection = connections[using]
    quoted = ", ".join(map(connection.ops.quote_name, columns))
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(table)
        cursor.execute(f"ANALYZE {name} ({quoted})" if quoted else f"ANALYZE {name}")


def install(folder: str, *, using: str = "default") -> None:
    """Run every file of ``sql/<folder>/`` in name order (functions, views)."""
    for path in sorted((SQL_ROOT / folder).glob("*.sql")):
        execute(f"{folder}/{path.stem}", using=using)


def drop_view(name: str, *, using: str = "default") -> None:
    """Drop one view of sql/views, if it is there."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP VIEW IF EXISTS {connection.ops.quote_name(name)} CASCADE")


def in_thread(work: Callable[..., Any], *args: Any) -> Any:
    """Call ``work`` in a worker thread and close the connection that it opened there."""
    try:
        return work(*args)
    finally:
        connections.close_all()
