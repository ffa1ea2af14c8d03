"""The mapping a person gave once is used for the next table of the same columns, and said."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command

from imports import load
from imports.models import Source
from spatial.errors import InputRefused
from spatial.models import Patch
from tests.imports.conftest import EAST, WEST, square, written

pytestmark = pytest.mark.django_db

MAPPING = {"jcbh": "顺序号", "holder_name": "谁用"}


def table(path, number, **more):
    row = {"XZQDM": WEST, "顺序号": number, "谁用": f"单位{number}", "说明一": "甲", **more}
    return written(path, [row], [square(119.95, 33.05)])


def bring(path, batch, **options):
    return load.stage_patches(path, batch=load.BatchSpec(batch), **options)


def kinds(delivery):
    return {issue.kind: issue for issue in delivery.found()}


def test_a_table_of_the_same_columns_is_read_as_the_last_one(counties, tmp_path):
    first = bring(table(tmp_path / "一月.gpkg", "1"), "a", mapping=MAPPING)
    assert "mapping_remembered" not in kinds(first)
    second = bring(table(tmp_path / "二月.gpkg", "2"), "b")
    assert Patch.objects.get(batch__code="b").attributes["holder_name"] == "单位2"
    told = kinds(second)["mapping_remembered"]
    assert "一月.gpkg" in told.message
    assert "监测编号 ← 顺序号" in told.message
    assert "--map" in told.done
    assert second.verdict["map"]["jcbh"] == "顺序号"


def test_what_is_given_now_wins_and_is_remembered_in_turn(counties, tmp_path):
    bring(table(tmp_path / "a.gpkg", "1"), "a", mapping=MAPPING)
    bring(table(tmp_path / "b.gpkg", "2"), "b", mapping={"holder_name": "说明一"})
    assert Patch.objects.get(batch__code="b").attributes["holder_name"] == "甲"
    bring(table(tmp_path / "c.gpkg", "3"), "c")
    assert Patch.objects.get(batch__code="c").attributes["holder_name"] == "甲"
    assert Source.objects.count() == 1


def test_a_field_left_out_stays_out(counties, tmp_path):
    bring(table(tmp_path / "a.gpkg", "1", BZ="x"), "a", mapping={**MAPPING, "remark": ""})
    delivery = bring(table(tmp_path / "b.gpkg", "2", BZ="x"), "b")
    assert "remark" not in Patch.objects.get(batch__code="b").attributes
    assert "备注 ← 不取" in kinds(delivery)["mapping_remembered"].message


def test_a_column_that_is_gone_is_said_and_the_rest_still_fits(counties, tmp_path):
    more = {f"列{number}": "x" for number in range(8)}
    bring(table(tmp_path / "a.gpkg", "1", **more), "a", mapping=MAPPING)
    row = {"XZQDM": WEST, "顺序号": "2", "说明一": "甲", **more}
    delivery = bring(written(tmp_path / "b.gpkg", [row], [square(119.95, 33.05)]), "b")
    assert Patch.objects.get(batch__code="b").jcbh == "2"
    assert "用地单位 ← 谁用" in kinds(delivery)["mapping_gone"].message


def test_a_table_of_other_columns_is_not_guessed_at(counties, tmp_path):
    bring(table(tmp_path / "a.gpkg", "1"), "a", mapping=MAPPING)
    row = {"XZQDM": WEST, "顺序号": "2", "别的": 1, "又一": 2}
    with pytest.raises(InputRefused, match="缺少必填字段"):
        bring(written(tmp_path / "b.gpkg", [row], [square(119.95, 33.05)]), "b")


def test_a_mapping_of_one_region_is_not_another_ones(counties, tmp_path):
    bring(table(tmp_path / "a.gpkg", "1"), "a", mapping=MAPPING, region_code=WEST)
    path = written(
        tmp_path / "b.gpkg",
        [{"XZQDM": EAST, "顺序号": "2", "谁用": "x", "说明一": "甲"}], [square(120.05, 33.05)],
    )  # fmt: skip
    with pytest.raises(InputRefused, match="缺少必填字段"):
        bring(path, "b", region_code=EAST)


def test_values_given_for_all_rows_are_not_applied_again_but_said(counties, tmp_path):
    bring(
        table(tmp_path / "a.gpkg", "1"), "a", mapping=MAPPING, constants={"after_on": "2024-03-01"}
    )
    delivery = bring(table(tmp_path / "b.gpkg", "2"), "b")
    assert Patch.objects.get(batch__code="b").after_on is None
    assert "after_on=2024-03-01" in kinds(delivery)["constants_not_kept"].message


def test_forget_drops_it(counties, tmp_path):
    bring(table(tmp_path / "a.gpkg", "1"), "a", mapping=MAPPING)
    bring(table(tmp_path / "b.gpkg", "2"), "b", mapping={"jcbh": "顺序号"}, forget=True)
    assert "holder_name" not in Patch.objects.get(batch__code="b").attributes
    assert Source.objects.get().mapping == {"jcbh": "顺序号"}


def test_a_refused_or_tried_import_leaves_nothing_to_remember(counties, tmp_path):
    bring(table(tmp_path / "a.gpkg", "1"), "a", mapping=MAPPING, dry_run=True)
    assert not Source.objects.exists()


def test_the_command_lists_and_clears(counties, tmp_path):
    bring(table(tmp_path / "a.gpkg", "1"), "a", mapping=MAPPING)
    out = StringIO()
    call_command("sources", "list", "--json", stdout=out)
    (row,) = json.loads(out.getvalue())
    assert (row["target"], row["map"]) == ("patch", MAPPING)
    with pytest.raises(Exception, match="--all"):
        call_command("sources", "clear")
    call_command("sources", "clear", str(row["id"]), stdout=out)
    assert not Source.objects.exists()
