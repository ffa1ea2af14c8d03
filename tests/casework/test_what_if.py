"""What a decision would do to the ratio: exact, and nothing of it stays."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gisland.casework import what_if
from spatial.engine.ratios import total
from spatial.errors import InputRefused
from spatial.models import Determination, Rectification
from tests.casework.office import NOW, Office, make_office

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def office() -> Office:
    """Half of the ground of the patch is lawful new cultivated ground, half an offence."""
    return make_office("iicc")


def asked(office: Office, **told: Any) -> what_if.Effect:
    query = what_if.query_of(office.case, (office.county.pk,))
    return what_if.effect(office.case, what_if.Asked(**told), office.officer, query, TODAY)


def test_to_confirm_gives_the_ratio_that_it_will_have(office: Office) -> None:
    effect = asked(office, confirm=True)
    assert effect.now.ratio is None
    assert effect.now.undecided_count == 1
    assert effect.then is not None
    assert effect.then.ratio == Decimal("0.5000")
    assert effect.change is None, "there was none to begin with"
    assert not Determination.objects.exists(), "nothing stays"
    office.decide()
    assert total(effect.query).ratio == effect.then.ratio
    assert total(effect.query).numerator_m2 == effect.then.numerator_m2


def test_a_conclusion_and_a_rectification_by_the_switches(office: Office) -> None:
    office.decide()
    assert asked(office, conclusion="unfiled").then.ratio == Decimal("1.0000")
    lawful = asked(office, conclusion="lawful")
    assert (lawful.then.ratio, lawful.change) == (Decimal("0.0000"), Decimal("-0.5000"))
    put_right = asked(office, rectified="reclaimed")
    assert put_right.then.numerator_m2 == 0
    assert Determination.objects.count() == 1
    assert not Rectification.objects.exists()
    assert asked(office).then is None


def test_a_conclusion_that_the_rules_do_not_know_is_refused(office: Office) -> None:
    with pytest.raises(InputRefused):
        asked(office, conclusion="flying")
    assert not Determination.objects.exists()


def test_a_past_moment_is_counted_from_what_was_known_then(office: Office) -> None:
    query = what_if.query_of(office.case, (office.county.pk,))
    before = timezone.now()
    office.decide()
    assert what_if.on_day(query, before).ratio is None
    assert what_if.on_day(query, timezone.now()).ratio == Decimal("0.5000")


def test_the_page_tells_it_and_writes_nothing(office: Office) -> None:
    address = reverse("case_what_if", args=[office.case.pk])
    client = Client()
    client.force_login(office.officer)
    told = client.get(f"{address}?conclusion=confirm&as_of={NOW.date()}").content.decode()
    assert "50.00 %" in told
    assert "如此办理后" in told
    assert f"{NOW.date()} 终了时" in told
    for query in ("conclusion=flying", "rectified=x", "as_of=x", "as_of=2999-01-01"):
        assert client.get(f"{address}?{query}").status_code == 400, query
    assert not Determination.objects.exists()
    assert not Rectification.objects.exists()
    stranger = Client()
    stranger.force_login(office.stranger)
    assert stranger.get(address).status_code == 404


def test_the_day_comes_from_the_page(office: Office) -> None:
    query = what_if.query_of(office.case, (office.county.pk,))
    day = datetime.date(2024, 5, 9)
    found = what_if.effect(office.case, what_if.Asked(confirm=True), office.officer, query, day)
    assert found.then is not None
