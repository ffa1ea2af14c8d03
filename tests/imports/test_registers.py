"""Registers tell of patches that were there: beside what was issued, never over it."""

from __future__ import annotations

import csv
import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from imports import load, register_told, registers
from imports.models import Delivery, RegisterEntry
from spatial.accounts import make_user
from spatial.engine.corrections import subject_of
from spatial.errors import BatchUnknown, InputRefused, NotAllowed
from spatial.models import Holder, Patch, SubjectCorrection
from tests.imports.conftest import EAST, WEST, square, written
from tests.imports.exported import formats

pytestmark = pytest.mark.django_db

DAY = date(2024, 5, 6)
ISSUED = [
    {"XZQDM": WEST, "JCBH": "0001", "YDDW": "甲公司", "BZ": None},
    {"XZQDM": WEST, "JCBH": "0002", "YDDW": None, "BZ": None},
    {"XZQDM": EAST, "JCBH": "0002", "YDDW": None, "BZ": "下发时的备注"},
    {"XZQDM": EAST, "JCBH": "0003", "YDDW": None, "BZ": None},
]
GROUND = [
    square(119.95, 33.05), square(119.96, 33.05), square(120.05, 33.05), square(120.06, 33.05),
]  # fmt: skip


@pytest.fixture
def issued(counties, tmp_path):
    path = written(tmp_path / "in.gpkg", ISSUED, GROUND)
    load.stage_patches(path, batch=load.BatchSpec("B"))
    return {(patch.region.code, patch.jcbh): patch for patch in Patch.objects.all()}


@pytest.fixture
def clerk(counties):
    return make_user(
        "clerk", "a-long-enough-word-7", region_code="990100", roles=("brigade", "data_admin")
    )


def table(path, rows, titles=()):
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([title] for title in titles)
        writer.writerow(list(rows[0]))
        writer.writerows(row.values() for row in rows)
    return path


def bring(path, **options):
    return registers.import_register(path, batch="B", today=DAY, **options)


def told(delivery, kind):
    return [issue for issue in delivery.found() if issue.kind == kind]


def test_what_a_register_knows_is_added_beside_the_patch(issued, clerk, tmp_path):
    rows = [
        {"监测编号": "0002", "XZQDM": WEST, "用地单位": "乙公司", "备注": "已约谈", "批单": "甲-1"}
    ]
    before = Patch.objects.values().get(pk=issued[WEST, "0002"].pk)
    delivery = bring(table(tmp_path / "a.csv", rows), by=clerk)
    assert Patch.objects.values().get(pk=issued[WEST, "0002"].pk) == before
    entry = RegisterEntry.objects.get()
    assert entry.patch == issued[WEST, "0002"]
    assert entry.attributes["remark"] == "已约谈"
    assert entry.delivered["批单"] == "甲-1"
    assert entry.holder.name == "乙公司"
    numbers = delivery.verdict
    assert [numbers[name] for name in ("matched", "filled", "conflicts", "corrected")] == [
        1, 2, 0, 1,
    ]  # fmt: skip
    assert (delivery.kind, delivery.batch.code, delivery.row_count) == ("register", "B", 1)


def test_the_page_of_a_patch_says_what_registers_told(issued, clerk, tmp_path):
    patch = issued[WEST, "0002"]
    for name, said in (("a.csv", "已约谈"), ("b.csv", "已拆除")):
        rows = [{"监测编号": "0002", "XZQDM": WEST, "用地单位": "乙公司", "备注": said}]
        bring(table(tmp_path / name, rows), by=clerk)
    found = register_told.told(patch.pk)
    assert [row["term"] for row in found] == ["备注"]
    one = found[0]
    assert (one["term"], one["value"], one["file"]) == ("备注", "已拆除", "b.csv")
    first = RegisterEntry.objects.order_by("pk").first()
    (earlier,) = register_told.told(patch.pk, first.recorded_at)
    assert earlier["value"] == "已约谈"
    client = Client()
    client.force_login(clerk)
    page = client.get(reverse("patch", args=[patch.pk])).content.decode()
    assert "已拆除" in page
    assert "登记表 b.csv" in page


def test_a_user_that_was_unknown_becomes_a_fact_with_its_author(issued, clerk, tmp_path):
    rows = [{"监测编号": "0003", "用地单位": "乙公司"}]
    bring(table(tmp_path / "a.csv", rows), by=clerk)
    fact = SubjectCorrection.objects.get()
    assert (fact.by, fact.on, fact.note) == (clerk, DAY, "登记表 a.csv")
    subject = subject_of(issued[EAST, "0003"])
    assert (subject.holder.name, subject.told_by) == ("乙公司", "correction")


def test_without_an_author_nobody_becomes_the_user(issued, tmp_path):
    delivery = bring(table(tmp_path / "a.csv", [{"监测编号": "0003", "用地单位": "乙公司"}]))
    assert not SubjectCorrection.objects.exists()
    (issue,) = told(delivery, "register_holders")
    assert "--by" in issue.done
    assert RegisterEntry.objects.count() == 1


def test_what_differs_is_told_from_old_to_new_and_nothing_is_overwritten(issued, clerk, tmp_path):
    rows = [
        {"监测编号": "0001", "XZQDM": WEST, "用地单位": "丙公司", "备注": "新备注"},
        {"监测编号": "0002", "XZQDM": EAST, "用地单位": "", "备注": "新备注"},
    ]
    delivery = bring(table(tmp_path / "a.csv", rows), by=clerk)
    messages = [issue.message for issue in told(delivery, "register_differs")]
    assert messages == [
        "第 2 行（0001）用地单位：下发“甲公司”，登记“丙公司”。",
        "第 3 行（0002）备注：下发“下发时的备注”，登记“新备注”。",
    ]
    assert not SubjectCorrection.objects.exists()
    assert "--correct" in told(delivery, "register_holders")[0].done
    assert issued[WEST, "0001"].holder.name == "甲公司"
    entry = RegisterEntry.objects.get(patch=issued[WEST, "0001"])
    assert entry.differs == {"holder_name": "甲公司"}


def test_on_request_another_user_is_corrected(issued, clerk, tmp_path):
    rows = [{"监测编号": "0001", "用地单位": "丙公司"}]
    bring(table(tmp_path / "a.csv", rows), by=clerk, correct=True)
    assert subject_of(issued[WEST, "0001"]).holder.name == "丙公司"
    assert Patch.objects.get(pk=issued[WEST, "0001"].pk).holder.name == "甲公司"


def test_the_same_name_written_otherwise_is_no_difference(issued, clerk, tmp_path):
    delivery = bring(
        table(tmp_path / "a.csv", [{"监测编号": "0001", "用地单位": "甲 公司"}]), by=clerk
    )
    assert delivery.verdict["conflicts"] == delivery.verdict["corrected"] == 0


def test_rows_that_match_nothing_or_several_are_told(issued, tmp_path):
    rows = [
        {"监测编号": "0001", "备注": "a"}, {"监测编号": "0002", "备注": "b"},
        {"监测编号": "0001", "备注": "c"}, {"监测编号": "3", "备注": "d"},
        {"监测编号": "9.90101E+17", "备注": "e"}, {"监测编号": "77", "备注": "f"},
    ]  # fmt: skip
    delivery = bring(table(tmp_path / "a.csv", rows))
    counts = {
        name: delivery.verdict[name] for name in ("matched", "ambiguous", "double", "unknown")
    }
    assert counts == {"matched": 1, "ambiguous": 1, "double": 1, "unknown": 3}
    (issue,) = told(delivery, "register_ambiguous")
    assert (issue.row, f"{WEST}、{EAST}" in issue.message) == (3, True)
    assert told(delivery, "register_double")[0].row == 4
    unknown = {issue.row: issue for issue in told(delivery, "register_unknown")}
    assert "有 0003，像是丢了前面的 0" in unknown[5].message
    assert "科学计数法" in unknown[6].message
    assert "设为文本" in unknown[6].done
    assert "没有监测编号 77" in unknown[7].message
    assert RegisterEntry.objects.get().attributes["remark"] == "a"


def test_rows_that_are_not_taken_enter_no_holder(issued, clerk, tmp_path):
    rows = [{"监测编号": "0001", "用地单位": "甲公司"}, {"监测编号": "77", "用地单位": "无此公司"}]
    bring(table(tmp_path / "a.csv", rows), by=clerk)
    assert not Holder.objects.filter(name="无此公司").exists()


def test_the_same_table_again_changes_nothing(issued, clerk, tmp_path):
    path = table(tmp_path / "a.csv", [{"监测编号": "0003", "用地单位": "乙公司"}])
    first = bring(path, by=clerk)
    again = bring(path, by=clerk)
    assert (again.repeated, again.pk) == (True, first.pk)
    assert (RegisterEntry.objects.count(), SubjectCorrection.objects.count()) == (1, 1)
    assert Delivery.objects.filter(kind="register").count() == 1


def test_a_later_table_adds_its_word(issued, tmp_path):
    bring(table(tmp_path / "a.csv", [{"监测编号": "0003", "备注": "一"}]))
    bring(table(tmp_path / "b.csv", [{"监测编号": "0003", "备注": "二"}]))
    remarks = [entry.attributes["remark"] for entry in RegisterEntry.objects.order_by("pk")]
    assert remarks == ["一", "二"]


def test_a_dry_run_writes_nothing(issued, clerk, tmp_path):
    path = table(tmp_path / "a.csv", [{"监测编号": "0003", "用地单位": "乙公司"}])
    delivery = bring(path, by=clerk, dry_run=True)
    assert delivery.verdict["corrected"] == 1
    assert not RegisterEntry.objects.exists()
    assert not SubjectCorrection.objects.exists()
    assert not Holder.objects.filter(name="乙公司").exists()


def test_titles_above_the_head_are_found(issued, tmp_path):
    path = table(
        tmp_path / "a.csv", [{"监测编号": "0003", "备注": "x"}], titles=["登记表", "单位：亩"]
    )
    delivery = bring(path)
    assert delivery.verdict["matched"] == 1
    assert "第 3 行起为表头" in told(delivery, "head_found")[0].message
    entry = RegisterEntry.objects.get()
    assert (entry.row, entry.attributes["remark"]) == (4, "x")


@pytest.mark.parametrize("name", formats("xlsx"))
def test_a_workbook(issued, tmp_path, name):
    import xlsxwriter

    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("登记")
        for line, row in enumerate([["监测编号", "备注"], ["0003", "已拆"]]):
            page.write_row(line, 0, row)
    bring(path)
    assert RegisterEntry.objects.get().attributes["remark"] == "已拆"


def test_another_countys_patches_are_as_if_they_were_not(issued, tmp_path):
    west = make_user("w", "a-long-enough-word-7", region_code=WEST, roles=("brigade", "data_admin"))
    rows = [{"监测编号": "0001", "备注": "a"}, {"监测编号": "0003", "备注": "b"}]
    delivery = bring(table(tmp_path / "a.csv", rows), by=west)
    assert (delivery.verdict["matched"], delivery.verdict["unknown"]) == (1, 1)
    only = [{"监测编号": "0003", "备注": "b"}]
    with pytest.raises(InputRefused, match="没有一行对得上"):
        bring(table(tmp_path / "b.csv", only), by=west)
    with pytest.raises(NotAllowed):
        bring(table(tmp_path / "c.csv", only), by=make_user(
            "o", "a-long-enough-word-7", region_code=EAST, roles=("official",)))  # fmt: skip


def test_what_cannot_be_taken_is_refused_whole(issued, tmp_path):
    with pytest.raises(BatchUnknown):
        registers.import_register(
            table(tmp_path / "a.csv", [{"监测编号": "1"}]), batch="nope", today=DAY
        )
    with pytest.raises(InputRefused, match=r"缺少必填字段：监测编号.*--map"):
        bring(table(tmp_path / "b.csv", [{"编号列": "0001", "备注": "x"}]))
    with pytest.raises(InputRefused, match="import_patches"):
        bring(tmp_path / "in.gpkg")
    assert not Delivery.objects.filter(kind="register").exists()


def test_an_entry_is_never_changed(issued, tmp_path):
    bring(table(tmp_path / "a.csv", [{"监测编号": "0003", "备注": "x"}]))
    with pytest.raises(DatabaseError, match="只可追加"), transaction.atomic():
        RegisterEntry.objects.update(row=9)


def test_the_command_reports_the_match(issued, clerk, tmp_path):
    path = table(
        tmp_path / "a.csv",
        [{"监测编号": "0003", "用地单位": "乙公司"}, {"监测编号": "7", "用地单位": ""}],
    )
    out = StringIO()
    call_command("import_register", path, "--batch", "B", "--by", "clerk", stdout=out)
    for word in (
        "对上 1 个图斑",
        "未找到 1 行",
        "更正用地单位 1 个",
        "classify --batch B --touched",
    ):
        assert word in out.getvalue()
    out = StringIO()
    call_command("import_register", path, "--batch", "B", "--by", "clerk", "--json", stdout=out)
    assert json.loads(out.getvalue())["repeated"] is True
    with pytest.raises(CommandError, match="没有账号"):
        call_command("import_register", path, "--batch", "B", "--by", "nobody")
