"""What the documents promise is there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))

every_document = pytest.mark.parametrize(
    "path", DOCUMENTS, ids=[path.relative_to(ROOT).as_posix() for path in DOCUMENTS]
)


def prose(path: Path) -> str:
    """The text without its code blocks."""
    return re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)


@every_document
def test_links_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose(path))
    ours = [target for target in targets if not re.match(r"[a-z]+:", target)]
    missing = [target for target in ours if not (path.parent / target).exists()]
    assert not missing


def test_contributing_is_one_page() -> None:
    assert len((ROOT / "CONTRIBUTING.md").read_text("utf-8").splitlines()) <= 120


@pytest.mark.parametrize("script", ["demo", "test"])
def test_operations_explain_every_option(script: str) -> None:
    """--help works on a bare machine, and the manual has each option that it names."""
    asked = subprocess.run(
        [ROOT / "bin" / script, "--help"], capture_output=True, text=True, check=True
    )
    manual = (ROOT / "docs" / "operations.md").read_text("utf-8")
    options = set(re.findall(r"(?<!\S)--[a-z][a-z-]+", asked.stdout))
    assert not {option for option in options if option not in manual}
    assert f"bin/{script}" in manual


def test_decisions_are_numbered_once() -> None:
    names = [path.name for path in DECISIONS]
    assert all(re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", name) for name in names)
    numbers = [name[:4] for name in names]
    assert len(set(numbers)) == len(numbers)
