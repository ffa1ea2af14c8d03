"""GML as it is written: every value as text, which GDAL would guess to be a number. GML"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

import pyogrio
import pyogrio.errors

if TYPE_CHECKING:
    from pathlib import Path

TYPE = re.compile(r"<Type>(?!FeatureProperty)[A-Za-z0-9]+</Type>")


def keep_as_text(gml: Path) -> None:
    """Have GDAL read every value as the text that it is: it guesses numbers, and a code of
    nineteen digits is more than its whole numbers hold."""
    # a file without a layer fails here in one of three ways; reading it refuses it in words
    with suppress(pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, IndexError):
        pyogrio.read_info(gml)  # leaves what it guessed beside the copy
    guessed = gml.with_suffix(".gfs")
    if guessed.exists():
        told = guessed.read_text(encoding="utf-8", errors="surrogateescape")
        told = TYPE.sub("<Type>String</Type>", told)
        guessed.write_text(told, encoding="utf-8", errors="surrogateescape")
