"""Every file in sql/ is one statement whose header says the truth about its body."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SQL = ROOT / "sql"
FILES = sorted(SQL.rglob("*.sql"))
HEADER = ("what", "reads", "writes", "params")
NAME = r'"?([a-z_][\w.]*)"?'

every_file = pytest.mark.parametrize(
    "path", FILES, ids=[file.relative_to(SQL).as_posix() for file in FILES]
)


def in_folder(name: str) -> pytest.MarkDecorator:
    files = sorted((SQL / name).rglob("*.sql"))
    return pytest.mark.parametrize("path", files, ids=[file.stem for file in files])


def header(text: str) -> dict[str, str]:
    """The fields of the leading comment; a field may go on in the next line, indented."""
    fields: dict[str, str] = {}
    field = ""
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        start = re.match(r"--\s{0,2}(\w+):\s*(.*)$", line)
        if start:
            field = start[1]
            fields[field] = start[2].strip()
        elif field:
            fields[field] += " " + line.removeprefix("--").strip()
    return fields


def listed(field: str) -> set[str]:
    names = {name.strip() for name in field.split(",")}
    return names - {"", "-", "–", "none", "nothing"}


def without_comments(text: str) -> str:
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)
    return re.sub(r"--[^\n]*", " ", text)


def without_strings(code: str) -> str:
    return re.sub(r"'(?:[^']|'')*'", "''", code)


def without_grants(code: str) -> str:
    return re.sub(r"^\s*(?:GRANT|REVOKE)\b[^;]*", "", code)


def without_dollar_bodies(code: str) -> str:
    return re.sub(r"\$(\w*)\$.*?\$\1\$", "''", code, flags=re.DOTALL)


def through_functions(code: str, field: str) -> set[str]:
    """What the functions of sql/functions/ that a statement calls say under this field."""
    return {
        name
        for path in (SQL / "functions").glob("*.sql")
        if re.search(rf"\b{path.stem}\s*\(", code) and not is_function(path, code)
        for name in listed(header(path.read_text(encoding="utf-8")).get(field, ""))
    }


def is_function(path: Path, code: str) -> bool:
    """Whether the code is the definition in that file."""
    return re.search(rf"CREATE OR REPLACE FUNCTION {path.stem}\s*\(", code) is not None


def code_of(path: Path) -> str:
    """The text that acts: no comments, no strings, no list of privileges."""
    text = without_comments(path.read_text(encoding="utf-8"))
    return without_grants(without_strings(text))


def written(code: str) -> set[str]:
    """Tables that the statement creates, fills, changes, empties or alters."""
    table = r"TABLE\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?(?:ONLY\s+)?"
    patterns = (
        r"(?:INSERT|MERGE)\s+INTO\s+",
        r"DELETE\s+FROM\s+(?:ONLY\s+)?",
        r"(?<!FOR )(?<!KEY )(?<!DO )\bUPDATE\s+(?:ONLY\s+)?(?!(?:SET|OR|ON|OF)\b)",
        rf"(?:CREATE|ALTER|DROP)\s+(?:(?:GLOBAL|LOCAL|TEMP|TEMPORARY|UNLOGGED)\s+)*{table}",
        r"CREATE\s+MATERIALIZED\s+VIEW\s+(?:IF\s+NOT\s+EXISTS\s+)?",
        r"CREATE\s+(?:UNIQUE\s+)?INDEX\b[^;(]*?\bON\s+(?:ONLY\s+)?",  # statistics of expressions
        r"TRUNCATE\s+(?:TABLE\s+)?(?:ONLY\s+)?",
    )
    return {
        found.lower()
        for pattern in patterns
        for found in re.findall(pattern + NAME, code, re.IGNORECASE)
    }


def read(code: str) -> set[str]:
    """Tables and views that the statement selects from; its own CTEs and functions are none."""
    code = re.sub(r"\b(EXTRACT|SUBSTRING|TRIM|OVERLAY)\s*\([^()]*\)", "x", code, flags=re.I)
    code = re.sub(r"\bDISTINCT\s+FROM\b|\bDELETE\s+FROM\s+\S+", "x", code, flags=re.I)
    named = re.findall(
        rf"\b(?:FROM|JOIN|USING)\s+(?:LATERAL\s+)?(?:ONLY\s+)?{NAME}(?!\w|\s*\()", code, re.I
    )
    ctes = re.findall(
        rf"{NAME}\s*(?:\([^()]*\)\s*)?\bAS\s+(?:NOT\s+)?(?:MATERIALIZED\s*)?\(", code, re.I
    )
    keywords = {"lateral", "only", "select", "values", "unnest"}
    return {name.lower() for name in named} - {name.lower() for name in ctes} - keywords


@every_file
def test_header_is_complete(path: Path) -> None:
    fields = header(path.read_text(encoding="utf-8"))
    missing = [name for name in HEADER if not fields.get(name)]
    assert not missing, f"begin the file with '-- {missing[0]}: …' ('-' for none)"


@every_file
def test_one_statement(path: Path) -> None:
    code = without_strings(without_dollar_bodies(without_comments(path.read_text("utf-8"))))
    statements = [part for part in code.split(";") if part.strip()]
    assert len(statements) == 1


@every_file
def test_params_are_those_of_the_body(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert listed(header(text)["params"]) == set(re.findall(r"%\((\w+)\)s", text))


@every_file
def test_no_other_percent_sign(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.parent.name == "functions" and not re.search(r"%\(\w+\)s", text):
        text = without_dollar_bodies(
            text
        )  # sent without parameters: format() and RAISE may have it
    text = re.sub(r"%\(\w+\)s", "", text)
    assert "%" not in text, "the driver reads every % as a placeholder: use mod(), starts_with(), ~"


@every_file
def test_writes_are_those_of_the_body(path: Path) -> None:
    text, code = path.read_text(encoding="utf-8"), code_of(path)
    line = re.search(r"^-- writes:[ \t]*(.*)$", text, re.MULTILINE)  # as spatial.sqlfiles reads it
    assert line is not None
    said, done = listed(line[1]), written(code)
    assert done <= said, "written by the body, but not named under writes"
    if path.parent.name != "functions":  # those may build statements as they run
        assert said <= done | through_functions(code, "writes"), "not written by the body"


@every_file
def test_reads_are_those_of_the_body(path: Path) -> None:
    said, code = listed(header(path.read_text(encoding="utf-8"))["reads"]), code_of(path)
    if path.parent.name == "functions":
        return
    known = through_functions(code, "reads")
    unused = {name for name in said - known if not re.search(rf"\b{re.escape(name)}\b", code)}
    assert not unused, "named under reads, but not in the body"
    unsaid = read(code) - said - written(code)
    assert not unsaid, "read by the body, but not named under reads"


@in_folder("functions")
def test_a_function_file_creates_the_function_it_is_named_for(path: Path) -> None:
    assert re.search(rf"CREATE OR REPLACE FUNCTION {path.stem}\s*\(", code_of(path))


@in_folder("views")
def test_a_view_file_creates_the_view_it_is_named_for(path: Path) -> None:
    assert re.search(rf"CREATE (OR REPLACE )?VIEW {path.stem}\b", code_of(path))


@in_folder("engine")
def test_the_engine_does_not_ask_the_clock(path: Path) -> None:
    clock = r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\("
    constants = r"\b(current_date|current_timestamp|current_time|localtimestamp|localtime)\b"
    assert not re.findall(rf"{clock}|{constants}", code_of(path), re.IGNORECASE)


def test_area_has_one_definition() -> None:
    found = [path for path in FILES if re.search(r"\bST_Area\s*\(", code_of(path), re.I)]
    python = [
        path
        for package in ("gisland", "spatial", "imports", "tiles")
        for path in (ROOT / package).rglob("*.py")
        if "bench" not in path.stem and re.search(r"\bST_Area\s*\(", path.read_text("utf-8"))
    ]
    elsewhere = [path for path in found + python if path != SQL / "functions" / "area_m2.sql"]
    assert not elsewhere, "use area_m2()"


EXAMPLE = """\
-- what:   Example. FROM nowhere;
-- reads:  spatial_run, spatial_patch,
--         spatial_zone
-- writes: temp_piece
-- params: run_id
CREATE TEMPORARY TABLE temp_piece AS
WITH touched AS MATERIALIZED (
    SELECT patch.id FROM spatial_patch AS patch
    INNER JOIN spatial_run AS run ON patch.id IS DISTINCT FROM run.id
    CROSS JOIN LATERAL (SELECT 1 FROM spatial_zone OFFSET 0) AS zone
    CROSS JOIN LATERAL unnest(patch.labels) AS label
    WHERE run.id = %(run_id)s AND extract(YEAR FROM patch.after_on) > 2000 AND 'a;FROM b' <> ''
    FOR UPDATE
)
SELECT touched.id FROM touched;
"""


def test_the_reader_of_these_tests() -> None:
    code = without_strings(without_comments(EXAMPLE))
    assert listed(header(EXAMPLE)["reads"]) == read(code)
    assert read(code) == {"spatial_run", "spatial_patch", "spatial_zone"}
    assert written(code) == {"temp_piece"}
    assert written("INSERT INTO a SELECT 1 ON CONFLICT DO UPDATE SET b = 1") == {"a"}
    assert written("UPDATE a SET b = 1 FROM c") == {"a"}
    assert read("DELETE FROM a USING b WHERE a.id = b.id") == {"b"}
    assert written("CREATE TRIGGER t BEFORE UPDATE OR DELETE ON a EXECUTE FUNCTION f()") == set()
