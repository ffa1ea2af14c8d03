"""``pytest tests/cases``: the drawn cases alone, as tests/test_cases.py judges them."""

from __future__ import annotations

from tests.test_cases import judged, test_case

__all__ = ["judged", "test_case"]
