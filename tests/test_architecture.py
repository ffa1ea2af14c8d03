"""Sizes, names and addresses that hold for the whole tree."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = {
    ".git", ".venv", "var", "node_modules", "staticfiles", "__pycache__", "shared",
    ".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache", ".hypothesis",
}  # fmt: skip
LONGEST_PYTHON_FILE = 300
LONGER: dict[str, int] = {}
"""Files that are longer still, by path, and how long they may be. This list only shrinks."""


def files(*suffixes: str) -> list[Path]:
    """Our files, as paths from the root."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in NOT_OURS]
        found += [(Path(folder) / name).relative_to(ROOT) for name in names]
    return sorted(path for path in found if not suffixes or path.suffix in suffixes)


PYTHON = [path for path in files(".py") if "migrations" not in path.parts]


@pytest.mark.parametrize("path", PYTHON, ids=str)
def test_python_file_has_one_idea(path: Path) -> None:
    lines = len((ROOT / path).read_text(encoding="utf-8").splitlines())
    allowed = LONGER.get(path.as_posix(), LONGEST_PYTHON_FILE)
    assert lines <= allowed, "find the second idea and split the file"


@pytest.mark.parametrize("name", LONGER)
def test_an_exception_is_still_needed(name: str) -> None:
    lines = len((ROOT / name).read_text(encoding="utf-8").splitlines())
    assert lines > LONGEST_PYTHON_FILE, f"take {name} off the list"


@pytest.mark.parametrize("path", PYTHON, ids=str)
def test_a_file_is_named_for_what_it_holds(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "helper", "misc", "common"}


def test_no_address_of_a_registry_or_of_a_machine() -> None:
    """A commit says what it needs, never from where one machine fetched it."""
    hosts = [
        ("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs", "org"), ("ghcr", "io"),
        ("registry.npmmirror", "com"), ("registry.yarnpkg", "com"), ("docker", "io"),
        ("quay", "io"), ("mirrors.aliyun", "com"), ("tuna.tsinghua", "edu"),
    ]  # fmt: skip
    folders = [("work",), ("opt", "wheels"), ("tmp", "uvenv"), ("root", r"\.")]
    pattern = re.compile(
        "|".join(
            [re.escape(".".join(host)) + r"\b" for host in hosts]
            + [r"(?<![\w.})\]*-])/" + "/".join(folder) + r"\b/?" for folder in folders]
        )
    )
    found = []
    for path in files():
        try:
            text = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path}: {match[0]}" for match in pattern.finditer(text)]
    assert not found
