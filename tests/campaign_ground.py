"""A park that is drawn and judged, for tests of campaigns."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from spatial.campaigns.figures import figures_of
from spatial.campaigns.read import campaign_of
from spatial.engine.classify import apply_run, classify
from spatial.engine.make_patches import make_patches
from spatial.models import Patch
from spatial.scope import scope_of
from tests import drawing
from tests.people import make_regions, person

if TYPE_CHECKING:
    from spatial.models import Region, User

AS_OF = datetime.date(2026, 1, 1)
HOME, NEXT = "990101", "990102"
LEASES = {"direction": "租出", "signed_on": datetime.date(2022, 1, 1), "plan": "厂房"}


def draw_park(region: Region, **without: str) -> None:
    """甲厂 fenced 600 m², acquired 300 of it; 乙厂 took 400 m² of leased ground without a lease."""
    told: dict[str, Any] = {
        "occupied": {"draw": "AAAAAABBBB", "A": {"holder": "甲厂"}, "B": {"holder": "乙厂"}},
        "approval": {"draw": "RRR.......", "R": {"step": "征收", "holder": "甲厂",
                                                 "approved_on": datetime.date(2020, 1, 1)}},
        "lease": {"draw": "......LLLL", "L": {**LEASES, "direction": "租入", "holder": "园区"}},
        "township": {"draw": "TTTTTTTTTT", "T": {"code": f"{region.code}001"}},
    }  # fmt: skip
    for layer, drawn in (told | without).items():
        drawing.draw_layer(layer, drawn, region=region)


def judge(batch: str, layer: str, ruleset: str) -> None:
    make_patches(layer, batch=batch, ruleset=ruleset, as_of=AS_OF)
    ids = list(Patch.objects.filter(batch__code=batch).values_list("pk", flat=True))
    apply_run(classify(ids, ruleset=ruleset, as_of=AS_OF))


@pytest.fixture
def park(db: None) -> User:
    """A park in one county, judged, and an officer of that county."""
    make_regions()
    home = drawing.county(HOME)
    draw_park(home)
    judge("园区2026", "occupied", "park-audit")
    return person(HOME, "brigade", name="officer")


def page(user: User, address: str, **posted: str) -> Any:
    client = Client()
    client.force_login(user)
    return client.post(address, posted) if posted else client.get(address)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def firms(user: User) -> dict[str, dict[str, Any]]:
    table = campaign_of("park-audit").tables[0]
    return {line.name: line.cells for line in figures_of(table, scope_of(user)).lines}
