"""Several workers at once (``pytest -n 2``): each with a database of its own.

The migrations run once, into ``…_whole``; each worker's database is a copy of that. Scheduling is
by file, so that what a module makes once is made once; the browser's tests are one lot, for they
share one drawn county and one Chromium.
"""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.db import connection
from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BROWSER = "tests/browser/"


class ByFile(LoadFileScheduling):
    """One file after another to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else str(super()._split_scope(nodeid))


def whole_name() -> str:
    """The database that is copied."""
    return f"{settings.DATABASES['default']['TEST']['NAME']}_whole"


def drop(name: str) -> None:
    """Away with it, whoever is still connected."""
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def own_database(worker: str, shared: Path, *, keep: bool) -> Iterator[None]:
    """A copy of the migrated database for this worker, used until the end of the run."""
    plain, whole = connection.settings_dict["TEST"]["NAME"], whole_name()
    own = f"{plain}_{worker}"
    with (shared / "whole.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # copying needs the original for itself
        lock.seek(0)
        if not lock.read():
            connection.settings_dict["TEST"]["NAME"] = whole
            connection.creation.create_test_db(
                verbosity=0, autoclobber=True, keepdb=keep, serialize=False
            )
            connection.close()
            lock.write("made")
        drop(own)
        with connection.creation._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{own}" TEMPLATE "{whole}"')
    for told in (connection.settings_dict, settings.DATABASES["default"]):
        told["NAME"] = told["TEST"]["NAME"] = own
    yield
    connection.close()
    drop(own)


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """Takes the place of pytest-django's in a worker."""
    worker = request.config.workerinput["workerid"]  # type: ignore[attr-defined]
    keep = django_db_keepdb and not django_db_createdb
    own = own_database(worker, tmp_path_factory.getbasetemp().parent, keep=keep)
    with django_db_blocker.unblock(), own, django_db_blocker.block():
        yield
