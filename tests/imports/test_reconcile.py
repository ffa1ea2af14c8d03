"""下发 n 个 x 亩，入库 n 个 y 亩，差 0: what was delivered and what is stored close by county."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from imports import load, reconcile
from imports.reconcile import Line
from spatial.models import Patch, Zone
from tests.imports.conftest import CITY, DAY, EAST, WEST, square, written

pytestmark = pytest.mark.django_db

SPEC = load.BatchSpec("2024Q1", source="部")
ROW = {"TBLX": "20", "JCMJ": 10000.0}


def bring(tmp_path, name, rows, geoms, **options):
    path = written(tmp_path / f"{name}.gpkg", rows, geoms)
    return load.stage_patches(path, batch=SPEC, **options)


def both(tmp_path):
    rows = [
        {**ROW, "XZQDM": WEST, "JCBH": "1"}, {**ROW, "XZQDM": WEST, "JCBH": "2"},
        {**ROW, "XZQDM": EAST, "JCBH": "1"}, {**ROW, "XZQDM": None, "JCBH": "9", "JCMJ": None},
    ]  # fmt: skip
    geoms = [square(119.91, 33.05), square(119.93, 33.05), square(120.05, 33.05), square(121, 33)]
    return rows, geoms


def test_each_county_and_the_rest_add_up(counties, tmp_path):
    delivery = bring(tmp_path, "a", *both(tmp_path))
    west, east, beyond, total = reconcile.lines(delivery)
    assert [(line.name, line.delivered, line.stored, line.missing) for line in (west, east)] == [
        ("西县", 2, 2, 0), ("东县", 1, 1, 0),
    ]  # fmt: skip
    assert (beyond.delivered, beyond.outside) == (1, 1)
    assert (total.delivered, total.stored, total.missing) == (4, 3, 1)
    assert west.delivered_m2 == 20000
    stored = sum(float(area) for area in Patch.objects.values_list("area_m2", flat=True))
    assert total.stored_m2 == pytest.approx(stored, abs=0.01)
    assert west.sentence() == "西县：下发 2 个 30.00 亩，入库 2 个 31.08 亩，差 0"
    assert total.sentence().endswith("差 1 个（不在行政区内 1 个）")


def test_what_the_batch_had_already_is_neither_new_nor_lost(counties, tmp_path):
    rows, geoms = both(tmp_path)
    bring(tmp_path, "a", rows[:1], geoms[:1])
    delivery = bring(tmp_path, "b", rows, geoms)
    west = reconcile.lines(delivery)[0]
    assert (west.delivered, west.stored, west.known, west.missing) == (2, 1, 1, 0)
    assert "原有 1 个 15.54 亩" in west.sentence()


def test_a_feature_in_two_counties_counts_once_in_the_total(counties, tmp_path):
    geoms = [square(119.95, 33.05), square(119.9995, 33.05)]
    path = written(tmp_path / "yn.gpkg", [{"BSM": "1"}, {"BSM": "2"}], geoms)
    delivery = load.stage_layer("basic_farmland", path, valid_from=DAY, region_code=CITY)
    west, east, total = reconcile.lines(delivery)
    assert (west.stored, west.shared, east.stored, east.shared) == (2, 1, 1, 1)
    assert (total.delivered, total.stored, total.shared, total.missing) == (2, 3, 1, 0)
    assert Zone.objects.count() == total.stored
    assert "其中跨县 1 个" in total.sentence()


def test_the_command_prints_it_and_the_verdict_keeps_it(counties, tmp_path):
    path = written(tmp_path / "t.gpkg", *both(tmp_path))
    out = io.StringIO()
    call_command("import_patches", str(path), "--batch", "x", stdout=out, stderr=io.StringIO())
    assert "对账：西县：下发 2 个 30.00 亩，入库 2 个 31.08 亩，差 0" in out.getvalue()
    again = io.StringIO()
    call_command(
        "import_patches", str(path), "--batch", "y", "--json", stdout=again, stderr=io.StringIO()
    )
    told = json.loads(again.getvalue())["verdict"]["reconciliation"]
    assert (told["rows"], len(told["lines"])) == (4, 3)


class Told:
    def __init__(self, lines, rows):
        self.verdict = {"reconciliation": {"lines": lines, "rows": rows}}


count = st.integers(0, 500)


@given(st.lists(st.tuples(count, count, st.integers(0, 9_000_000)), min_size=1, max_size=8), count)
def test_totals_are_the_sums_of_their_lines(counties_, skipped):
    lines = [
        {"code": str(at), "name": "县", "delivered": new + old, "stored": new, "known": old,
         "delivered_m2": float(area), "declared": new + old}
        for at, (new, old, area) in enumerate(counties_)
    ]  # fmt: skip
    lines.append({"code": "", "name": "略过", "delivered": skipped, "skipped": skipped})
    rows = sum(line["delivered"] for line in lines)
    *parts, total = reconcile.lines(Told(lines, rows))
    for name in ("delivered", "stored", "known", "skipped", "delivered_m2"):
        assert getattr(total, name) == sum(getattr(line, name) for line in parts)
    for line in (*parts, total):
        assert line.delivered == line.stored + line.known + line.outside + line.skipped
    assert total.shared == 0


def test_an_old_delivery_has_no_lines():
    class Old:
        verdict = {}

    assert reconcile.lines(Old()) == []
    assert Line("1", "甲", delivered=1, stored=1).sentence("交来").startswith("甲：交来 1 个，")
