"""Clues for tests: an office whose county has a boundary, and what is told of a clue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from gisland.casework import clue_ground, clues
from tests.casework.office import Office, make_office
from tests.site_ground import bounded

if TYPE_CHECKING:
    from gisland.casework.models import Clue

TODAY = timezone.localdate()
SECRET, PHONE, PARTY = "王小明", "13812345678", "李四砖厂"


def bounded_office() -> Office:
    """An office whose county has a boundary."""
    made = make_office()
    bounded(made.county, -500, -500, 500, 500)
    cache.clear()
    return made


def ground(office: Office, radius_m: float = 10) -> clue_ground.Ground:
    return clue_ground.circle(*office.middle(), radius_m)


def given(office: Office, **told: Any) -> clues.Given:
    told = {"source": "举报", "found_on": TODAY, "text": f"村口挖土，联系{PHONE}",
            "ground": ground(office), "reporter_name": SECRET, "reporter_phone": PHONE,
            "party_said": PARTY, **told}  # fmt: skip
    return clues.Given(**told)


def reported(office: Office, **told: Any) -> Clue:
    return clues.receive(office.officer, given(office, **told), timezone.now())[0]


def as_(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(response: Any) -> str:
    return response.content.decode()
