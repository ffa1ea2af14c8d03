"""Personal data as it may be shown: masked for everybody, in full only on request. 个人信息"""

from __future__ import annotations

import re

ACT = "personal"
"""Who may see it in full; each time is recorded."""
HEAD, TAIL = 3, 4
SHORT = 2
MASK = "＊"
GAP = r"[ \t\u3000()（）\-－‐‑–—]{0,3}"
NUMBERS = re.compile(
    r"(?<!\d)(?:"
    r"\d{10,17}[\dXx]"  # as one
    rf"|\d{{6}}{GAP}(?:19|20)\d{{2}}{GAP}\d{{4}}{GAP}\d{{3}}[\dXx]"  # an identity number
    rf"|[1１][3-9３-９]\d(?:{GAP}\d){{8}}"  # a mobile telephone
    rf"|[0０]\d{{2,3}}{GAP}\d{{3,4}}{GAP}\d{{4}}"  # a landline with its area code
    r")(?!\d)"
)


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
    """A report's own words with telephone and identity numbers masked, however they are spaced."""
    return NUMBERS.sub(_masked_digits, text)


def _masked_digits(found: re.Match[str]) -> str:
    """The same with the digits between the first three and the last four masked."""
    said = found[0]
    at = [index for index, letter in enumerate(said) if letter.isdigit() or letter in "Xx"]
    hidden = set(at[HEAD:-TAIL])
    return "".join(MASK if index in hidden else letter for index, letter in enumerate(said))
