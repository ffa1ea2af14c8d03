"""Every operation of the API, asked by schemathesis what its schema allows and what it does not.

In this process, against a drawn county, from one seed. ``GISLAND_API_EXAMPLES=500`` asks longer.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gisland.pages.site_check_query import CheckThrottle
from spatial.api_tokens import make_token
from spatial.models import Patch, Region
from spatial.scope import scope_of
from spatial.site_check.check import Asked, check
from spatial.site_check.parcels import parcels_of
from tests import drawing
from tests.gisland.test_api import assess
from tests.people import make_patch
from tests.site_ground import AS_OF, bounded, box, county, planner

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
EXAMPLES = int(os.environ.get("GISLAND_API_EXAMPLES", "12"))
GROUND = json.loads(drawing.geographic(box(0, 0, 80, 10)).geojson)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture
def asker(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Headers of an account over a county with a judged patch and a site check."""
    cache.clear()
    monkeypatch.setattr(CheckThrottle, "rate", "100000/min")
    bounded(county(basic_farmland={"draw": "ZZ......"}), -2000, -2000, 2000, 2000)
    assess(make_patch())
    user = planner()
    _, key = make_token(user, "schemathesis")
    check(parcels_of(GROUND), Asked("site-selection", AS_OF), scope_of(user), by=user)
    ends = (request_started, request_finished)
    for signal in ends:  # the test's transaction goes on after each answer
        signal.disconnect(close_old_connections)
    yield {"Authorization": f"Token {key}"}
    for signal in ends:
        signal.connect(close_old_connections)
    cache.clear()


def made_real(case: Any) -> Any:
    """Every other number is one that exists, every other piece of ground a real one: else nearly
    all that is asked ends at the first check."""
    number = next((name for name in case.path_parameters or {} if name in ("id", "number")), None)
    if number and str(case.path_parameters[number])[-1:] in "02468":
        case.path_parameters[number] = a_number(case.path)
    if isinstance(case.body, dict) and len(repr(case.body)) % 2:
        case.body = {name: case.body[name] for name in case.body if name in ("title", "shared")}
        if "share" not in case.path:
            case.body |= {"ground": GROUND, "as_of": AS_OF.isoformat()}
    return case


def a_number(path: str) -> int:
    """A number that exists: of a region, a site check or a patch."""
    if "region" in path:
        return Region.objects.get(code="990101").pk
    batch = "SITE" if "site-checks" in path else "2024"
    return Patch.objects.get(batch__code__startswith=batch).pk


schema = schemathesis.openapi.from_dict(
    json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True), default=str))
)
schema.app = get_wsgi_application()


@schema.parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
    suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate),
)  # fmt: skip
def test_every_answer_is_as_the_schema_says(case: Any, asker: dict[str, str]) -> None:
    made_real(case).call_and_validate(headers=asker, checks=CHECKS)


def test_the_schema_asked_is_the_one_served(asker: dict[str, str]) -> None:
    answer = Client(headers=asker).get("/api/schema/?format=json")
    assert answer.json() == schema.raw_schema
