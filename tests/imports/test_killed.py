"""An import that is killed (kill -9) in the middle leaves the database as it was. 中途被杀"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest
from django.apps import apps
from django.db import connection

from imports import activate, load
from imports.models import Delivery, DeliveryStatus
from spatial.models import DatasetVersion, Zone
from tests.imports.conftest import CITY, DAY, square, written
from tests.imports.versioned import land

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

CHILD = """
import sys, time
from datetime import date
import django; django.setup()
from imports import activate, deliveries, load
from imports.models import Delivery
from spatial import sqlfiles

def hang(*_, **__):
    print("middle", flush=True)
    time.sleep(600)

def broken_off(table, columns, texts, **more):
    def some():
        for at, text in enumerate(texts):
            yield text
            if at == 1:
                hang()
    return whole_copy(table, columns, some(), **more)

whole_copy, step = sqlfiles.copy_text, {step!r}
if step == "copy":
    sqlfiles.copy_text = broken_off
elif step == "checks":
    load.check_layer = hang
elif step == "zones":
    load.sources.remember = hang
elif step == "activate":
    deliveries.discard_retired = hang
if step == "activate":
    activate.activate(Delivery.objects.get(pk={delivery}))
else:
    load.stage_layer("land_use", {path!r}, valid_from=date(2024, 6, 1), region_code={region!r})
print("ended", flush=True)
"""
ROWS = 4000


def everything() -> dict[str, str]:
    """A fingerprint of the rows of every table of the two apps."""
    found = {}
    with connection.cursor() as cursor:
        for app in ("spatial", "imports"):
            for model in apps.get_app_config(app).get_models(include_auto_created=True):
                name = model._meta.db_table
                cursor.execute(
                    f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {name} t"
                )
                found[name] = str(cursor.fetchone())
        cursor.execute("SELECT count(*), 0 FROM zone_part")
        found["zone_part"] = str(cursor.fetchone())
    return found


def killed_in(step: str, path: str, delivery: int | None) -> None:
    """Run the step in a process of its own, kill it in the middle, see the server undo it."""
    code = CHILD.format(step=step, path=path, delivery=delivery, region=CITY)
    socket = connection.settings_dict["HOST"]
    database = connection.settings_dict["NAME"]
    url = f"postgis://{connection.settings_dict['USER']}@/{database}?host={socket}"
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "gisland.settings"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        said = child.stdout.readline().strip()
        assert said == "middle", said or child.stderr.read()[-2000:]
        assert workers(database), "its connection is open when it is killed"
    finally:
        child.send_signal(signal.SIGKILL)
        child.communicate()
    pause = threading.Event()
    for _ in range(400):
        if not workers(database):
            return
        pause.wait(0.05)
    pytest.fail("the server never noticed")


def workers(database: str) -> int:
    """Other connections to the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'",
            [database],
        )
        return int(cursor.fetchone()[0])


@pytest.fixture
def survey(tmp_path):
    """A survey of both counties, of so many squares."""
    geoms = [square(119.91 + at % 80 * 0.002, 33.01 + at // 80 * 0.0015) for at in range(ROWS)]
    return str(written(tmp_path / "DLTB.gpkg", land(*["0101"] * ROWS), geoms))


@pytest.mark.parametrize("step", ["copy", "checks", "zones"])
def test_an_import_killed_in_the_middle_leaves_nothing_and_can_be_repeated(
    counties, survey, step, media
):
    before = everything()
    killed_in(step, survey, None)
    assert everything() == before
    delivery = load.stage_layer("land_use", survey, valid_from=DAY, region_code=CITY)
    assert (delivery.row_count, delivery.repeated) == (ROWS, False)
    assert Zone.objects.filter(version__in=delivery.versions.all()).count() >= ROWS


def test_an_activation_killed_in_the_middle_changes_nothing_and_can_be_repeated(
    counties, survey, media
):
    delivery = load.stage_layer("land_use", survey, valid_from=DAY, region_code=CITY)
    before = everything()
    killed_in("activate", survey, delivery.pk)
    assert everything() == before
    assert not DatasetVersion.objects.filter(status="active").exists()
    assert len(activate.activate(Delivery.objects.get(pk=delivery.pk))) == 2
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.ACTIVE
