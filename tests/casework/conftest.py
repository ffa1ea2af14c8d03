"""The office, and a folder of its own for evidence."""

from __future__ import annotations

import pytest

from tests.casework.office import Office, make_office


@pytest.fixture(autouse=True)
def evidence_dir(settings, tmp_path) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    settings.EVIDENCE_SPARE_BYTES = 0


@pytest.fixture
def office() -> Office:
    """One patch of unlawful ground, judged, issued by the ministry; a case just opened."""
    return make_office()
