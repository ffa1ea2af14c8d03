"""Real input: where it lies, and a database of its own for each module.

The folder is ``shared/data`` beside the checkout, or the one that GISLAND_SHARED names (the folder
``shared``). Without it every test here skips. Nothing of it is copied into the project: what a
test derives (a column of codes, say) goes into pytest's temporary folder.
"""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("GISLAND_SHARED") or ROOT.parent / "shared")
DATA = SHARED / "data"


def needs(*folders: str) -> list[pytest.MarkDecorator]:
    """Marks of a module: skip, saying so, where these folders of the shared data are absent.

    ``django_db`` is among them: only for tests so marked does pytest-django make a test database,
    and each of them is rolled back to what the module's fixtures made.
    """
    absent = [name for name in folders if not (DATA / name).is_dir()]
    reason = f"shared/data/{'、'.join(absent)} is absent (beside the checkout or GISLAND_SHARED)"
    return [
        pytest.mark.skipif(bool(absent), reason=reason),
        pytest.mark.django_db,
        pytest.mark.slow,
    ]


def run(name: str, *words: object) -> str:
    """What a command writes to stdout."""
    out = io.StringIO()
    call_command(name, *[str(word) for word in words], stdout=out, stderr=io.StringIO())
    return out.getvalue()


def told(name: str, *words: object) -> Any:
    """What a command says with --json."""
    return json.loads(run(name, *words, "--json"))


def declare_empty(layers: list[str], region: str, start: str, until: str) -> None:
    """An office's word that these layers hold nothing."""
    for layer in layers:
        run(
            "versions", "declare-empty", layer, "--region", region,
            "--from", start, "--until", until, "--by", "测试科",
        )  # fmt: skip


def settle() -> None:
    """Check deferred constraints now, once: else each test of the module checks them again."""
    connection.check_constraints()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A temporary folder of the module."""
    return tmp_path_factory.mktemp("real")


@pytest.fixture(scope="module")
def database(django_db_setup: None, django_db_blocker: Any, folder: Path) -> Iterator[None]:
    """A database that all tests of the module share and nothing of which stays."""
    assert connection.settings_dict["NAME"] == connection.settings_dict["TEST"]["NAME"]
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=folder / "media"),
        transaction.atomic(),
    ):
        yield
        transaction.set_rollback(True)
