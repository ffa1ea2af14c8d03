"""A zone belongs to a version, and to the layer of that version: the database holds to both."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection

from tests.people import make_regions, make_zone

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "wrong", [{"layer_id": "land_use"}, {"version_id": 0}], ids=["other layer", "no version"]
)
def test_a_zone_of_another_layer_or_of_no_version_is_refused(wrong: dict[str, object]) -> None:
    make_regions()
    zone = make_zone("990101", "basic_farmland")
    connection.check_constraints()
    type(zone).objects.filter(pk=zone.pk).update(**wrong)
    with pytest.raises(IntegrityError, match="zone_version_layer"):
        connection.check_constraints()
