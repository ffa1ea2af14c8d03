"""The day on which an image was taken, as its name or its tags suggest it. 拍摄日期的线索"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TAGS = ("ACQUISITIONDATETIME", "ACQUISITION_DATE", "IMAGING_DATE", "TIFFTAG_DATETIME")
"""Tags that may hold it, the surest first: TIFFTAG_DATETIME is often the day of processing."""
DAY = r"(?<!\d)((?:19|20)\d\d)\s*[-_.:/年]?\s*(\d{1,2}|\d\d)\s*[-_.:/月]?\s*(\d\d?)日?(?!\d{3})"
PACKED = r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?=T\d|\D|$)"


def suggest(file_name: str, tags: Mapping[str, str]) -> tuple[date, str] | None:
    """The day and where it stands, or None; a person confirms it, it is never taken silently."""
    for text, origin in [(file_name, "文件名"), *((tags.get(tag, ""), tag) for tag in TAGS)]:
        for pattern in (PACKED, DAY):
            for found in re.finditer(pattern, text):
                try:
                    return date(int(found[1]), int(found[2]), int(found[3])), origin
                except ValueError:
                    continue
    return None
