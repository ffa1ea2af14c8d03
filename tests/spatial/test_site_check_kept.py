"""A site check is kept under an address of its own; what is no site is refused."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from spatial.errors import InputRefused, NotAllowed
from spatial.models import Assessment, Batch, Patch, Run
from spatial.site_check.parcels import parcels_of
from tests import drawing, people
from tests.site_ground import checked, county, line, planner, seen

pytestmark = pytest.mark.django_db
DAY = datetime.date


def test_the_same_ground_on_the_same_data_is_the_same_check() -> None:
    county()
    by = planner()
    first, again = checked(by), checked(by)
    assert (again.id, again.repeated, first.repeated) == (first.id, True, False)
    assert Run.objects.count() == 1
    assert checked(by, title="另一个项目").id != first.id


def test_new_data_make_a_new_check_and_the_old_one_stays() -> None:
    region = county()
    by = planner()
    first = checked(by)
    drawing.draw_version(
        "basic_farmland", {"draw": "ZZZZ", "valid_from": DAY(2025, 1, 1)}, region=region,
        activated_at=drawing.now(),
    )  # fmt: skip
    second = checked(by)
    assert second.id != first.id
    assert line(seen(first, by), "basic_farm")["answer"] == "clear"
    assert line(seen(second, by), "basic_farm")["answer"] == "hit"
    assert [row["id"] for row in seen(second, by)["earlier_checks"]] == [first.id]


def test_a_check_is_a_private_patch_of_the_unit() -> None:
    county()
    by = planner()
    site = checked(by, title="示范项目")
    batch = Batch.objects.get()
    assert (batch.source, batch.owner, batch.shared, batch.title) == (
        "选址", by.unit, False, "示范项目",
    )  # fmt: skip
    assert batch.code.startswith("SITE-20260101-")
    assert site.assessment.is_current
    assert site.assessment.label_term == "项目用地"


def test_patches_of_the_past_are_listed_with_their_common_ground() -> None:
    region = county()
    drawing.draw_patch({"draw": "PP", "jcbh": "旧-1"}, region=region)
    drawing.draw_patch({"draw": "P", "offset": [500, 0]}, region=region)
    by = planner()
    told = seen(checked(by), by)
    assert [(row["jcbh"], round(row["common_m2"]), row["label"]) for row in told["past"]] == [
        ("旧-1", 200, "尚未评定"),
    ]  # fmt: skip


# ---------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("SITE_VERTICES", 3, "个界址点，超过 3 个"),
        ("SITE_AREA_M2", 500, "公顷，超过 0 公顷"),
        ("SITE_PARCELS", 0, "一次选址最多 0 个地块"),
    ],
)
def test_too_much_is_refused_and_nothing_is_kept(
    settings: Any, setting: str, value: int, said: str
) -> None:
    county()
    setattr(settings, setting, value)
    by = planner()
    with pytest.raises(InputRefused, match=said):
        checked(by)
    assert not Patch.objects.exists()
    assert not Batch.objects.exists()
    assert not Assessment.objects.exists()


def test_an_outline_that_crosses_itself_is_refused_with_the_place() -> None:

    county()
    bow = {"type": "Polygon", "coordinates": [[[117, 33.4], [117.01, 33.41], [117.01, 33.4],
                                               [117, 33.41], [117, 33.4]]]}  # fmt: skip
    by = planner()
    with pytest.raises(InputRefused, match=r"地块 1的边界自相交（经纬度 117\.00"):
        checked(by, *parcels_of(bow))


def test_a_role_without_the_act_is_refused() -> None:
    county()
    with pytest.raises(NotAllowed, match="选址检查"):
        checked(people.person("990101", "official", unit="办公室"))


def test_an_account_without_a_unit_has_nowhere_to_keep_it() -> None:
    county()
    with pytest.raises(NotAllowed, match="没有所属单位"):
        checked(people.person("990101", "planner"))
