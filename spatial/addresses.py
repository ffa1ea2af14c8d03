"""What an address says, read safely: anybody may write anything there. 地址"""

from __future__ import annotations

DIGITS = 18
"""What fits a key of the database."""


def key_in(text: str) -> int | None:
    """The key that a text is; None for anything that is no whole number of plain digits."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS else None
