"""CRS texts of strangers: parsed only if they are of a sensible size and name no files."""

from __future__ import annotations

import re

import pyproj

LONGEST = 20_000
"""Characters of the longest honest definition, several times over."""


FILES = re.compile(
    r"grids\s*=\s*(?!@null(?![,\w]))|\+init\s*=\s*(?!epsg:\d+\b)|\+file\s*=|\+inter\s*=|PARAMETERFILE",
    re.IGNORECASE,
)
"""What makes PROJ read a file that the text chose."""
OPERATIONS = re.compile(r"\+?proj\s*=\s*pipeline|\+step\b", re.IGNORECASE)
"""Ways from one system to another are none themselves."""


def parsed(text: str) -> pyproj.CRS:
    """The CRS of a WKT, a PROJ text or a code; raises pyproj's CRSError for all else.

    A definition that names grids or initialisation files is refused: it would make PROJ read
    files that the text chose.
    """
    plain = str(text).strip().lstrip("\ufeff")
    if len(plain) > LONGEST:
        message = f"definition of {len(plain)} characters"
        raise pyproj.exceptions.CRSError(message)
    if FILES.search(plain):
        message = "definition names files"
        raise pyproj.exceptions.CRSError(message)
    if (
        OPERATIONS.search(plain)
        or not plain.replace("\n", "").replace("\t", "").replace("\r", "").isprintable()
    ):
        message = "definition is no coordinate reference system"
        raise pyproj.exceptions.CRSError(message)
    try:
        return pyproj.CRS.from_user_input(plain)
    except RecursionError as error:
        message = "definition nests without end"
        raise pyproj.exceptions.CRSError(message) from error
