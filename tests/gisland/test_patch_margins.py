"""The patch page shows margins, both values, and what was known on a past day; it keeps secrets."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from spatial.models import Layer
from tests.explained import changed, judged
from tests.people import make_regions, person

if TYPE_CHECKING:
    from spatial.models import Patch, User

pytestmark = pytest.mark.django_db
HOME = "990101"
BESIDE = {
    "draw": "S",
    "offset": [42.5, 0],
    "S": {"document": "示供〔2023〕3号", "contract_on": datetime.date(2023, 1, 1)},
}
"""A supply that lies two and a half metres beside the patch."""


@pytest.fixture
def patch() -> Patch:
    make_regions()
    return judged(changed(supply=BESIDE), at=datetime.datetime(2025, 3, 1, 4, tzinfo=datetime.UTC))


@pytest.fixture
def officer(patch: Patch) -> User:
    return person(HOME, "brigade", name="zhang")


def page(user: User, patch: Patch, query: str = "", status: int = 200) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(f"/patches/{patch.pk}/{query}")
    assert answer.status_code == status
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_both_values_and_the_margin_stand_beside_the_test(patch: Patch, officer: User) -> None:
    text = page(officer, patch)
    assert (
        "不满足：截至判定截止日已批准（实为：2024-04-04，相比：2024-04-01，晚 3 天） 临界" in text
    )
    assert "最近的“供地”相距 2.5 米） 临界" in text
    assert "归类怎样得出" in text
    assert "违法 400.00 平方米（100%），达到起算" in text


def test_a_margin_does_not_tell_of_ground_that_may_not_be_identified(
    patch: Patch, officer: User
) -> None:
    Layer.objects.filter(code="supply").update(secrecy="secret")
    clerk = person(HOME, "admin", name="clerk")
    text = page(clerk, patch)
    assert "供地" not in text
    assert "2.5 米" not in text
    told = page(officer, patch)
    assert "不在“供地”内" in told, "the brigade may know of the verdict, not of the ground"
    assert "2.5 米" not in told


def test_the_page_of_a_past_day_says_which_it_is(patch: Patch, officer: User) -> None:
    text = page(officer, patch, "?known_at=2025-06-30")
    assert "按 2025-06-30 所知" in text
    assert "未批先用(事后批准)" in text
    assert "所知" not in page(officer, patch).replace("所知截至", "")
    before: Any = page(officer, patch, "?known_at=2025-02-28")
    assert "截至 2025-02-28，本图斑尚未评定" in before
    assert "晚 3 天" not in before
    assert "应写作 2024-03-31" in page(officer, patch, "?known_at=昨天", status=400)
