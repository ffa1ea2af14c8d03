"""What every test starts from."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def quick_and_plain(settings) -> None:
    """Static files as they lie in the tree (no collectstatic), and cheap password hashes."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
