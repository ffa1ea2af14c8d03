"""What a person may say of an image when it comes in. 影像选项"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from spatial.access import SECRECIES
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from datetime import date

    from spatial.models import User


@dataclass(frozen=True)
class RasterOptions:
    """Options of one import; those of ``content`` change the pixels or their place."""

    taken_on: date | None = None
    name: str | None = None
    crs: str | None = None
    bands: tuple[int, ...] = ()
    nodata: float | None = None
    stretch: bool = False
    secrecy: str | None = None
    replace: bool = False
    by: User | None = None

    @property
    def content(self) -> dict[str, Any]:
        """What decides the file that is made."""
        return {
            "crs": self.crs, "bands": list(self.bands), "nodata": self.nodata,
            "stretch": self.stretch,
        }  # fmt: skip

    def checked_secrecy(self) -> str:
        """The secrecy, by default the one of settings; raises InputRefused for an unknown one."""
        found = self.secrecy or settings.IMAGE_SECRECY
        if found not in SECRECIES:
            raise InputRefused(f"密级 {found} 无效：应为 {'、'.join(SECRECIES)} 之一。")
        return found


def bands_of(text: str) -> tuple[int, ...]:
    """Band numbers of ``3,2,1``; raises InputRefused for anything else."""
    if not re.fullmatch(r"\d{1,3}(,\d{1,3}){0,3}", text):
        raise InputRefused(f"波段 {text} 应写作 3,2,1（红、绿、蓝的波段号）。")
    return tuple(int(number) for number in text.split(","))
