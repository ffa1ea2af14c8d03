"""The error file: each issue with place, mender and remedy, each row as it was delivered."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import openpyxl
import pytest
import shapely
from django.core.management import CommandError, call_command

from imports import issue_report, load, parties
from imports.checks import field_rules
from spatial import vocabulary
from spatial.errors import InputRefused
from tests.imports.conftest import DAY, WEST, square, written

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
HERE = square(119.95, 33.05)


@pytest.fixture
def delivery(counties, tmp_path):
    """Row 1 crosses itself and begins like a formula, row 2 has no ground, row 3 lies abroad."""
    bow = shapely.Polygon([(119.95, 33.05), (119.951, 33.051), (119.951, 33.05), (119.95, 33.051)])
    rows = [
        {"BSM": "1", "MC": "=cmd()", "坐落": "+甲村"}, {"BSM": "2", "MC": "乙", "坐落": "-2"},
        {"BSM": "3", "MC": "丙", "坐落": None}, {"BSM": "4", "MC": "丁", "坐落": "好"},
    ]  # fmt: skip
    geoms = [bow, None, square(121, 33), square(119.97, 33.05)]
    path = written(tmp_path / "yn.gpkg", rows, geoms)
    return load.stage_layer("basic_farmland", path, valid_from=DAY, region_code=WEST, skip_bad=True)


def sheets(path):
    book = openpyxl.load_workbook(path)
    return {sheet.title: [list(row) for row in sheet.values] for sheet in book}


def test_the_workbook_has_issues_rows_and_reconciliation(delivery, tmp_path):
    issue_report.write_report(delivery, tmp_path / "r.xlsx", "xlsx")
    found = sheets(tmp_path / "r.xlsx")
    heads, *lines = found["问题"]
    table = {line[0]: dict(zip(heads, line, strict=True)) for line in lines}
    assert set(table) == {1, 2, 3}
    assert table[1]["种类"] == "图形无效"
    assert table[1]["经度(CGCS2000)"] == pytest.approx(119.9505)
    assert table[1]["处理后面积(平方米)"] == pytest.approx(5180, rel=0.01)
    assert (table[2]["程度"], table[2]["由谁改正"]) == ("错误", "数据提供单位")
    assert "重交" in table[2]["怎样改正"]
    assert (table[3]["种类"], table[3]["程度"]) == ("不在行政区内", "错误")
    assert found["涉及的行"][0] == ["行号", "BSM", "MC", "坐落"]
    assert [line[0] for line in found["涉及的行"][1:]] == [1, 2, 3]
    assert [line[2] for line in found["对账"][1:]] == [2, 1, 1, 4]


def test_no_cell_is_run_by_a_spreadsheet(delivery, tmp_path):
    issue_report.write_report(delivery, tmp_path / "r.xlsx", "xlsx")
    row = sheets(tmp_path / "r.xlsx")["涉及的行"][1]
    assert row == [1, "1", "'=cmd()", "'+甲村"]


def test_the_points_are_geojson(delivery, tmp_path):
    issue_report.write_report(delivery, tmp_path / "r.geojson", "geojson")
    found = json.loads((tmp_path / "r.geojson").read_text("utf-8"))["features"]
    by_row = {feature["properties"]["row"]: feature for feature in found}
    assert by_row[1]["geometry"]["coordinates"] == pytest.approx([119.9505, 33.0505])
    assert by_row[2]["geometry"] is None
    assert by_row[2]["properties"]["delivered"]["坐落"] == "-2"


def test_the_summary_counts_by_level_kind_and_mender(delivery):
    found = issue_report.summary(delivery)
    assert (found["issues"], found["rows"]) == (3, 3)
    assert found["levels"] == {"error": 2, "warning": 1, "note": 0}
    assert [kind["level"] for kind in found["kinds"]] == ["error", "error", "warning"]
    assert found["by"] == {"source": 2, "importer": 1}


def test_the_command_writes_and_says(delivery, tmp_path):
    out = io.StringIO()
    call_command("import_report", str(delivery.pk), str(tmp_path / "r.xlsx"), stdout=out)
    assert (tmp_path / "r.xlsx").stat().st_size > 1000
    assert "错误 2，警告 1，说明 0" in out.getvalue()
    assert "对账：西县" in out.getvalue()
    told = io.StringIO()
    call_command("import_report", str(delivery.pk), "--json", stdout=told)
    assert len(json.loads(told.getvalue())["issues"]) == 3


def test_what_cannot_be_written_is_said(delivery, tmp_path):
    with pytest.raises(InputRefused, match="不认识格式 pdf"):
        issue_report.write_report(delivery, tmp_path / "r.pdf", "pdf")
    with pytest.raises(CommandError, match="没有导入 999999"):
        call_command("import_report", "999999")
    with pytest.raises(CommandError, match="写不了"):
        call_command("import_report", str(delivery.pk), str(tmp_path / "no" / "r.json"))


def test_every_kind_that_an_import_tells_has_words_and_no_other():
    """Kinds stand as the first argument of Finding, the second of add_issues_at and _sum_up."""
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in sorted((ROOT / "imports").rglob("*.py"))
    )
    told = set(re.findall(r"Finding\(\s*\"(\w+)\"", source))
    told |= set(re.findall(r"(?:add_issues_at|_sum_up)\(\s*delivery,\s*\"(\w+)\"", source))
    told |= {kind for kind, _ in field_rules.CHECKS.values()}
    told |= {f"holder_{doubt}" for doubt in parties.DOUBTS} | {"row_skipped"}
    assert told == set(vocabulary.issue_codes())


def test_a_kind_names_a_level_a_mender_and_a_remedy():
    for code in vocabulary.issue_codes():
        kind = vocabulary.issue_kind(code)
        assert kind["level_term"]
        assert kind["by_term"]
        assert kind["remedy"].endswith("。")
