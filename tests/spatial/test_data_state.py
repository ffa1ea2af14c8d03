"""What data are in force where: one answer for the front page, the matrix and the command."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from django.core.management import call_command

from spatial import data_state
from spatial.models import DatasetVersion, Layer, Region
from spatial.scope import scope_of
from tests.people import county, make_regions, person

pytestmark = pytest.mark.django_db
DAY = datetime.date
TODAY = DAY(2026, 3, 1)
NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
HOME, NEXT = "990101", "990102"


@pytest.fixture(autouse=True)
def regions() -> None:
    make_regions()


def version(layer: str, status: str = "active", code: str = HOME, **more: Any) -> DatasetVersion:
    return DatasetVersion.objects.create(
        layer_id=layer, region=county(code), status=status,
        activated_at=NOW if status in ("active", "retired") else None, **more,
    )  # fmt: skip


def cell(layer: str, code: str = HOME, today: datetime.date = TODAY) -> data_state.Cell:
    (found,) = [one for one in data_state.in_force(today).layers if one.code == layer]
    return next(one for one in found.cells if one.county_code == code)


def test_the_newest_snapshot_begun_by_the_day_counts() -> None:
    older = version("land_use", valid_from=DAY(2020, 1, 1), source_name="a.shp", zone_count=2)
    newer = version("land_use", valid_from=DAY(2026, 3, 1), zone_count=3)
    coming = version("land_use", valid_from=DAY(2026, 3, 2))
    version("land_use", "retired", valid_from=DAY(2025, 1, 1))
    found = cell("land_use")
    assert found.version
    assert found.version.pk == newer.pk
    assert (found.state, found.others) == ("data", 2)
    assert [one.pk for one in found.later] == [coming.pk]
    before = cell("land_use", today=DAY(2026, 2, 28))
    assert before.version
    assert before.version.pk == older.pk
    assert (before.version.source_name, before.version.zone_count) == ("a.shp", 2)


def test_missing_is_not_empty_and_a_word_of_none_ends() -> None:
    version("green_line", valid_from=DAY(2020, 1, 1), valid_until=DAY(2026, 3, 1),
            declared_empty=True, declared_by="王某")  # fmt: skip
    assert cell("green_line", today=DAY(2026, 2, 28)).state == "declared_empty"
    assert cell("green_line").state == "lapsed"
    assert cell("green_line", NEXT).state == "missing"


def test_a_staged_version_waits_and_does_not_count() -> None:
    staged = version("land_use", "staged", valid_from=DAY(2025, 1, 1))
    found = cell("land_use")
    assert found.state == "missing"
    assert [(one.pk, one.valid_from) for one in found.staged] == [(staged.pk, DAY(2025, 1, 1))]
    assert data_state.in_force(TODAY).counts["staged"] == 1


def test_a_ledger_names_the_file_that_it_took_in_last() -> None:
    ledger = version("approval", source_name="台账", zone_count=7)
    version("approval", "merged", source_name="一.txt")
    version("approval", "merged", source_name="二.txt")
    found = cell("approval").version
    assert found
    assert (found.pk, found.valid_from) == (ledger.pk, None)
    assert (found.source_name, found.zone_count) == ("二.txt", 7)
    assert found.merged_at is not None


def test_a_ledger_with_papers_goes_before_a_word_of_none() -> None:
    ledger = version("approval", zone_count=1)
    version("approval", valid_from=DAY(2024, 1, 1), valid_until=DAY(2030, 1, 1),
            declared_empty=True)  # fmt: skip
    found = cell("approval").version
    assert found
    assert found.pk == ledger.pk


def test_the_counts_close_over_layers_and_counties() -> None:
    version("land_use", valid_from=DAY(2020, 1, 1))
    state = data_state.in_force(TODAY)
    counts = dict(state.counts)
    counts.pop("staged")
    assert len(state.counties) == 3
    assert sum(counts.values()) == len(state.layers) * 3 == Layer.objects.count() * 3


def test_a_scope_sees_its_counties_and_layers_alone() -> None:
    version("land_use", valid_from=DAY(2020, 1, 1))
    version("land_use", code=NEXT, valid_from=DAY(2021, 1, 1))
    Layer.objects.filter(pk="parcel").update(secrecy="secret")
    state = data_state.in_force(TODAY, scope_of(person(HOME, "admin")))
    assert [code for code, _ in state.counties] == [HOME]
    assert "parcel" not in [layer.code for layer in state.layers]
    assert "land_use" in [layer.code for layer in state.layers]


def test_a_county_of_earlier_days_is_not_listed() -> None:
    Region.objects.filter(code=NEXT).update(valid_until=DAY(2025, 1, 1))
    assert [code for code, _ in data_state.in_force(TODAY).counties] == [HOME, "990201"]


def test_the_command_tells_the_same_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    version("land_use", valid_from=DAY(2020, 1, 1), source_name="a.shp")
    call_command("data_state", "--json", "--as-of", "2026-03-01")
    told = json.loads(capsys.readouterr().out)
    found = {(row["layer"], row["county"]): row for row in told["layers"]}
    assert found["land_use", HOME]["state"] == "data"
    assert found["land_use", HOME]["source"] == "a.shp"
    assert found["land_use", NEXT]["state"] == "missing"
    assert told["counts"] == data_state.in_force(TODAY).counts
    call_command("data_state", "--as-of", "2026-03-01")
    assert "有数据 · 版本" in capsys.readouterr().out
