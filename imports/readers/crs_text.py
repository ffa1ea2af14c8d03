"""CRS texts of strangers: parsed only if they are of a sensible size and name no files."""

from __future__ import annotations

import re

import pyproj

LONGEST = 20_000
"""Characters of the longest honest definition, several times over."""


def parsed(text: str) -> pyproj.CRS:
    """The CRS of a WKT, a PROJ text or a code; raises pyproj's CRSError for all else.

    A definition that names grids or initialisation files is refused: it would make PROJ read
    files that the text chose.
    """
    plain = str(text).strip().lstrip("\ufeff")
    if len(plain) > LONGEST:
        message = f"definition of {len(plain)} characters"
        raise pyproj.exceptions.CRSError(message)
    if re.search(r"grids\s*=|\+init\s*=\s*[^\s]*/|\+file\s*=|\+inter\s*=", plain, re.IGNORECASE):
        message = "definition names files"
        raise pyproj.exceptions.CRSError(message)
    return pyproj.CRS.from_user_input(plain)
