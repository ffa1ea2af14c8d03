"""Cells that a spreadsheet would calculate: guarded on the way out, plain again on the way in."""

from __future__ import annotations

import re
from typing import Any

_RUNS = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r])")
"""How such a text begins, perhaps guarded already; full-width signs pass for the plain ones."""


def guarded(value: Any) -> Any:
    """The text with an apostrophe before it where a spreadsheet would run it; else the value."""
    return f"'{value}" if isinstance(value, str) and _RUNS.match(value) else value


def unguarded(value: Any) -> Any:
    """What ``guarded`` was given."""
    runs = isinstance(value, str) and value.startswith("'") and _RUNS.match(value)
    return value[1:] if runs else value
