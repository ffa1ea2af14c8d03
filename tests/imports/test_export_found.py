"""What was found on a patch goes out with it: conclusions and marks in m2, label, who, and when."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pyogrio
import pytest

from spatial import sqlfiles
from spatial.models import (
    Assessment,
    AssessmentConclusion,
    AssessmentMark,
    Holder,
    Patch,
    Piece,
    Run,
)
from spatial.rules.load import load_ruleset
from spatial.scope import scope_of
from tests.imports.conftest import EAST, WEST
from tests.imports.exported import bring_patches, take
from tests.imports.test_export_asked import person

pytestmark = pytest.mark.django_db

MARCH = datetime.datetime(2024, 3, 1, tzinfo=datetime.UTC)
MAY = datetime.datetime(2024, 5, 1, tzinfo=datetime.UTC)


@pytest.fixture
def judged(counties, tmp_path):
    """Patch 0001 of the west: in March taken for lawful, since May for half unlawful."""
    bring_patches(tmp_path / "in.gpkg")
    patch = Patch.objects.get(region__code=WEST, jcbh="0001")
    Patch.objects.update(created_at=MARCH)
    holder = Holder.objects.create(name="推定公司", name_key="推定公司")
    first = _assess(patch, MARCH, "legal", "lawful", "合法用地", current=False)
    _conclude(first, "lawful", "合法用地", "legal", patch.area_m2)
    second = _assess(patch, MAY, "illegal", "unapproved", "非法占地", current=True, subject=holder)
    _conclude(second, "lawful", "合法用地", "legal", Decimal("1000.10"))
    _conclude(second, "unapproved", "非法占地", "illegal", Decimal("234.57"))
    for code, term, answer, area, unknown in (
        ("basic_farmland", "占用永久基本农田", True, "123.45", "0"),
        ("redline", "占用生态保护红线", False, "0", "0"),
        ("green", "占用绿线", None, "0", "55.5"),
    ):
        AssessmentMark.objects.create(
            assessment=second, code=code, term=term, answer=answer,
            area_m2=Decimal(area), unknown_m2=Decimal(unknown),
        )  # fmt: skip
    return patch


def _assess(patch, at, label_class, code, term, *, current, subject=None) -> Assessment:
    run = Run.objects.create(
        ruleset=load_ruleset("land-enforcement"), as_of=at.date(), known_at=at,
        code_version="test", status="done", applied_at=at,
    )  # fmt: skip
    return Assessment.objects.create(
        patch=patch, run=run, label_class=label_class, label_code=code, label_term=term,
        area_m2=patch.area_m2, exact_area_m2=float(patch.area_m2), is_current=current,
        applied_at=at, subject=subject, subject_from="parcel.holder" if subject else "",
        borderline=bool(subject),
    )  # fmt: skip


def _conclude(assessment, code, term, label_class, area_m2) -> None:
    AssessmentConclusion.objects.create(
        assessment=assessment, code=code, term=term, conclusion_class=label_class, area_m2=area_m2
    )


def rows(done) -> dict:
    frame = pyogrio.read_dataframe(done.path)
    return {row["TBDZ"].split("/", 1)[1]: row for _, row in frame.iterrows()}


def test_label_areas_marks_and_who(judged, tmp_path):
    found = rows(take("patches", tmp_path / "t.gpkg"))
    row = found[f"{WEST}/0001"]
    assert (row["CPGL"], row["CPDM"], row["CPMC"]) == ("违法", "unapproved", "非法占地")
    assert bool(row["LJ"]) is True
    assert (row["CP_lawful"], row["CP_unapproved"]) == (1000.1, 234.57)
    assert row["CPMX"] == "合法用地 1000.10 m²；非法占地 234.57 m²"
    assert row["SJ_basic_farmland"] == 123.45
    assert row["SJ_redline"] == 0
    assert row["SJ_green"] != row["SJ_green"]  # not known is not nothing
    assert row["SJMX"] == (
        "占用永久基本农田 是 123.45 m²；占用绿线 数据不足（55.50 m² 不能判断）；占用生态保护红线 否"
    )
    assert (row["CYDW"], row["CYDWLY"]) == ("推定公司", "推定（取自宗地）")
    unjudged = found[f"{EAST}/0001"]
    assert unjudged["CPGL"] != unjudged["CPGL"]
    assert unjudged["CP_lawful"] != unjudged["CP_lawful"]
    assert (unjudged["CYDW"], unjudged["CYDWLY"]) == ("@单位", "登记")


def test_as_it_was_known_then(judged, tmp_path):
    then = datetime.datetime(2024, 4, 1, tzinfo=datetime.UTC)
    row = rows(take("patches", tmp_path / "t.gpkg", known_at=then))[f"{WEST}/0001"]
    assert (row["CPGL"], row["CPMC"]) == ("合法", "合法用地")
    assert row["CP_lawful"] == float(judged.area_m2)
    assert "CP_unapproved" not in row
    assert (row["CYDW"], row["CYDWLY"]) == ("某市有限公司", "登记")


def test_by_class(judged, tmp_path):
    assert take("patches", tmp_path / "t.gpkg", label_class="illegal").rows == 1


def test_a_user_without_a_secret_layer_gets_no_answer_that_reads_it(judged, tmp_path, monkeypatch):
    scope = scope_of(person(WEST, "brigade"))
    ruleset = Run.objects.latest("pk").ruleset_id
    monkeypatch.setattr(
        "imports.export_patches.hidden_rules",
        lambda _: frozenset({(ruleset, "mark", "redline"), (ruleset, "conclude", "lawful")}),
    )
    row = rows(take("patches", tmp_path / "t.gpkg", scope=scope))[f"{WEST}/0001"]
    assert "SJ_redline" not in row
    assert "CP_lawful" not in row
    assert row["CPMX"] == "非法占地 234.57 m²"
    assert "红线" not in row["SJMX"]


def test_what_reaches_beyond_the_user_is_not_told(judged, counties, tmp_path):
    scope = scope_of(person(WEST, "brigade"))
    Piece.objects.create(
        assessment=Assessment.objects.get(is_current=True), seq=1, county=counties[EAST],
        area_m2=1, exact_area_m2=1.0, ground=judged.ground,
    )  # fmt: skip
    row = rows(take("patches", tmp_path / "t.gpkg", scope=scope))[f"{WEST}/0001"]
    assert row["CPMC"] == "非法占地"
    assert row["CPMX"] == "区外部分未核查"
    assert row["CP_unapproved"] != row["CP_unapproved"]


def test_a_million_features_would_not_lie_in_memory(judged, tmp_path, monkeypatch):
    """Rows are asked for as they are written: the first chunk goes out before the last is read."""
    monkeypatch.setattr("imports.export_source.CHUNK", 1)
    read, events = sqlfiles.stream, []

    def watched(*args, **how):
        for row in read(*args, **how):
            events.append("read")
            yield row

    monkeypatch.setattr(sqlfiles, "stream", watched)
    from imports.writers import geojson

    outline = geojson._outline
    monkeypatch.setattr(geojson, "_outline", lambda g: events.append("write") or outline(g))
    take("patches", tmp_path / "t.geojson")
    assert events == ["read", "write"] * 3
