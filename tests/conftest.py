"""What every test starts from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.spatial.touched_world import World


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
