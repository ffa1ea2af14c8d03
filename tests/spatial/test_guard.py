"""The demo opens over invented data only."""

from __future__ import annotations

import importlib
import sys

import pytest
from django.core.checks import run_checks

from spatial import guard
from spatial.models import DatasetVersion
from tests.people import make_patch, make_regions, make_zone

pytestmark = pytest.mark.django_db


@pytest.fixture
def regions() -> None:
    make_regions()


@pytest.mark.usefixtures("regions")
def test_the_demo_opens_over_invented_data_only(settings) -> None:
    make_patch("990101")
    settings.DEMO = True
    guard.demo_guard()
    assert not [fault for fault in run_checks() if fault.id == "spatial.E001"]
    make_regions("34")
    guard.demo_guard()  # registered regions alone are no data
    make_zone("340101")
    with pytest.raises(guard.DemoRefused, match="340101"):
        guard.demo_guard()
    assert [fault for fault in run_checks() if fault.id == "spatial.E001"]
    DatasetVersion.objects.update(status="retired")
    guard.demo_guard()
    make_patch("340201", "real")
    with pytest.raises(guard.DemoRefused, match="340201"):
        guard.demo_guard()
    settings.DEMO = False
    guard.demo_guard()


@pytest.mark.usefixtures("regions")
def test_the_web_server_refuses_to_start(settings, monkeypatch) -> None:
    monkeypatch.delitem(sys.modules, "gisland.wsgi", raising=False)
    make_regions("34")
    make_patch("340101")
    settings.DEMO = True
    with pytest.raises(guard.DemoRefused):
        importlib.import_module("gisland.wsgi")
