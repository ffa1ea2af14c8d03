"""What every test starts from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.spatial.touched_world import World


if os.environ.get("PYTEST_XDIST_WORKER"):
    from tests.workers import django_db_setup  # noqa: F401 - takes the place of pytest-django's


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Files stay whole."""
    from tests.workers import ByFile

    return ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """What the workers' databases were copied from goes with them, unless it is to be kept."""
    told = session.config.option
    is_worker = hasattr(session.config, "workerinput")
    if is_worker or not getattr(told, "numprocesses", None) or told.reuse_db:
        return
    from pytest_django.plugin import blocking_manager_key

    from tests.workers import drop, whole_name

    with session.config.stash[blocking_manager_key].unblock():
        drop(whole_name())


@pytest.fixture(scope="session", autouse=True)
def folders(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where files go that a test does not place itself: never into var/, and never two workers'
    into one folder."""
    folder = tmp_path_factory.mktemp("var")
    configured.MEDIA_ROOT, configured.UPLOAD_DIR = folder / "media", folder / "uploads"


@pytest.fixture(autouse=True)
def quick_and_plain(settings) -> None:
    """Static files as they lie in the tree (no collectstatic), and cheap password hashes."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The drawn counties on which one thing changes at a time, made once for a module."""
    from tests.spatial.touched_world import standing_world

    with standing_world(django_db_blocker) as made:
        yield made


@pytest.fixture
def world(standing: World) -> World:
    """A copy of them, to change."""
    return standing.copy()
