"""Personal data as it may be shown: masked for everybody, in full only on request. 个人信息"""

from __future__ import annotations

import re

ACT = "personal"
"""Who may see it in full; each time is recorded."""
HEAD, TAIL = 3, 4
SHORT = 2
MASK = "＊"


def masked_name(name: str) -> str:
    """王＊＊; of a name of one letter, nothing."""
    name = name.strip()
    if len(name) < SHORT:
        return MASK if name else ""
    return name[0] + MASK * (len(name) - 1)


def masked_phone(phone: str) -> str:
    """138＊＊＊＊5678; of a short number, nothing."""
    digits = re.sub(r"\D", "", phone)
    if len(digits) <= HEAD + TAIL:
        return MASK * len(digits)
    return digits[:HEAD] + MASK * (len(digits) - HEAD - TAIL) + digits[-TAIL:]


def masked_text(text: str) -> str:
    """A report's own words with telephone and identity numbers masked."""
    return re.sub(
        r"(?<!\d)(\d{3})(\d{4,11})(\d{3}[\dXx])(?!\d)",
        lambda found: found[1] + MASK * len(found[2]) + found[3],
        text,
    )
