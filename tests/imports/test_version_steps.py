"""Versions activated, given up and taken back: whole or not at all, by whoever may."""

from __future__ import annotations

import datetime
import json

import pytest
from django.core.management import call_command

from imports import activate, load, versions
from imports.models import Delivery, DeliveryStatus
from spatial.engine import derive
from spatial.errors import InputRefused, NotAllowed
from spatial.models import DatasetVersion, Document, Zone
from tests.imports.conftest import CITY, DAY, EAST, WEST, square
from tests.imports.versioned import LATER, PAPER, active, land, paper, stage, version_of
from tests.people import person

pytestmark = pytest.mark.django_db


def test_a_rollback_brings_back_the_version_of_the_same_day(counties, tmp_path):
    first = active(tmp_path, "a.gpkg", land("0101"), [square(119.95, 33.05)])
    second = active(tmp_path, "b.gpkg", land("0201"), [square(119.95, 33.05)])
    third = active(tmp_path, "c.gpkg", land("0601"), [square(119.95, 33.05)])
    (back,) = versions.rollback(third.pk).restored
    assert (back.restores, back.status, back.valid_from) == (second, "active", DAY)
    zone = Zone.objects.get(version=back)
    assert (zone.code, zone.area_m2) == ("0201", Zone.objects.get(version=second).area_m2)
    assert Delivery.objects.get(versions=second).status == DeliveryStatus.ACTIVE
    (again,) = versions.rollback(back.pk).restored
    assert again.restores == first
    assert versions.rollback(again.pk).restored == []
    assert not DatasetVersion.objects.filter(status="active").exists()


def test_a_rollback_brings_back_the_word_that_there_was_nothing(counties, tmp_path):
    versions.declare_empty("land_use", region_code=WEST, valid_from=datetime.date(2020, 1, 1),
                           valid_until=datetime.date(2030, 1, 1), by="科长")  # fmt: skip
    new = active(tmp_path, "a.gpkg", land("0101"), [square(119.95, 33.05)])
    (back,) = versions.rollback(new.pk).restored
    assert (back.declared_empty, back.declared_by, back.status) == (True, "科长", "active")


def snapshot_of_all() -> list[tuple]:
    return sorted(DatasetVersion.objects.values_list("pk", "status", "activated_at", "retired_at"))


@pytest.mark.parametrize("step", ["activate", "rollback"])
def test_what_breaks_off_in_the_middle_leaves_everything_as_it_was(
    counties, tmp_path, monkeypatch, step
):
    both = [square(119.95, 33.05), square(120.05, 33.05)]
    first = stage(tmp_path, "a.gpkg", land("0101", "0101"), both, region=CITY)
    activate.activate(first)
    second = stage(tmp_path, "b.gpkg", land("0201", "0201"), both, region=CITY)
    if step == "rollback":
        activate.activate(second)
    before = snapshot_of_all(), Zone.objects.count()
    real, begun = derive.derive_version, []

    def breaks(version):
        begun.append(version)
        if step == "rollback" or len(begun) == 2:
            raise RuntimeError("断电")
        real(version)

    monkeypatch.setattr(derive, "derive_version", breaks)
    acts = {
        "activate": lambda: activate.activate(second),
        "rollback": lambda: versions.rollback(second.versions.first().pk),
    }
    with pytest.raises(RuntimeError):
        acts[step]()
    assert (snapshot_of_all(), Zone.objects.count()) == before
    assert len(begun) == (2 if step == "activate" else 1)


def test_what_is_discarded_leaves_no_zones_and_may_come_again(counties, tmp_path):
    delivery = stage(tmp_path, "a.gpkg", land("0101"), [square(119.95, 33.05)])
    versions.discard_delivery(delivery)
    delivery.refresh_from_db()
    assert (delivery.status, Zone.objects.count()) == (DeliveryStatus.DISCARDED, 0)
    with pytest.raises(InputRefused, match="没有待启用的版本"):
        versions.discard_delivery(delivery)
    again = load.stage_layer("land_use", tmp_path / "a.gpkg", valid_from=DAY, region_code=WEST)
    assert not again.repeated
    activate.activate(again)
    with pytest.raises(InputRefused, match="versions rollback"):
        versions.discard([version_of(again)])


def test_nobody_changes_versions_of_another_county(counties, tmp_path):
    delivery = stage(tmp_path, "a.gpkg", land("0101"), [square(119.95, 33.05)])
    for stranger in (person(EAST, "data_admin"), person(WEST, "brigade")):
        with pytest.raises(NotAllowed):
            activate.activate(delivery, by=stranger)
        with pytest.raises(NotAllowed):
            versions.discard_delivery(delivery, by=stranger)
    activate.activate(delivery, by=person(WEST, "data_admin"))
    with pytest.raises(NotAllowed):
        versions.rollback(version_of(delivery).pk, by=person(EAST, "data_admin", name="other"))


def run(capsys, *words: str) -> str:
    call_command(*words)
    return capsys.readouterr().out


def test_dry_runs_of_the_commands_write_nothing(counties, tmp_path, capsys):
    old = active(tmp_path, "a.gpkg", land("0101"), [square(119.95, 33.05)])
    new = version_of(stage(tmp_path, "b.gpkg", land("0601"), [square(119.95, 33.05)], day=LATER))
    activate.activate(paper(tmp_path, "p.gpkg", [PAPER], [square(119.95, 33.05)]))
    before = snapshot_of_all()
    told = json.loads(run(capsys, "versions", "activate", str(new.pk), "--dry-run", "--json"))
    assert (told["dry_run"], told["patches"]) == (True, 0)
    assert "未写入" in run(capsys, "versions", "discard", str(new.pk), "--dry-run")
    assert "未写入" in run(capsys, "versions", "rollback", str(old.pk), "--dry-run")
    assert "未写入" in run(
        capsys, "versions", "declare-empty", "green_line", "--region", WEST,
        "--from", "2024-01-01", "--until", "2025-01-01", "--dry-run",
    )  # fmt: skip
    gone = run(capsys, "import_layer", "approval", "--withdraw", PAPER["PZWH"], "--dry-run")
    assert "将撤回" in gone
    assert snapshot_of_all() == before
    assert Zone.objects.filter(recorded_until__isnull=False).count() == 0
    assert Document.objects.count() == 1
