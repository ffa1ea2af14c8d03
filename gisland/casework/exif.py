"""What a photo says of itself: when, where and in which direction it was taken. 照片信息"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from PIL import Image, UnidentifiedImageError
from PIL.ExifTags import GPS, IFD, Base

from gisland.casework.errors import EvidenceRefused

if TYPE_CHECKING:
    from pathlib import Path

CHINA = ZoneInfo("Asia/Shanghai")
"""Cameras write local time; without an offset it is China's."""
DEVICE_LENGTH = 120
MOST_PIXELS = 200_000_000


@dataclass(frozen=True)
class Shot:
    """What was found; None or empty where the photo does not say."""

    taken_at: datetime.datetime | None = None
    lon: float | None = None
    lat: float | None = None
    azimuth: float | None = None
    """Degrees from north, clockwise, 0 ≤ azimuth < 360; magnetic north as delivered."""
    device: str = ""


def read_shot(path: Path) -> Shot:
    """Read a photo's EXIF; raises EvidenceRefused for a picture that cannot be opened.

    Values that make no sense (latitude 95, the place 0° 0°) count as not told.
    """
    try:
        with Image.open(path) as image:
            if image.width * image.height > MOST_PIXELS:
                raise EvidenceRefused(
                    f"照片有 {image.width}×{image.height} 像素，超过 2 亿像素的上限。"
                )
            exif = image.getexif()
            main = exif.get_ifd(IFD.Exif)
            gps = exif.get_ifd(IFD.GPSInfo)
            image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise EvidenceRefused("照片打不开，可能没有传完或已损坏。请重新选择原图。") from error
    except Image.DecompressionBombError as error:
        raise EvidenceRefused("照片像素过多，超过 2 亿像素的上限。") from error
    lon, lat = _place(gps)
    return Shot(_taken(main, exif), lon, lat, _azimuth(gps), _device(exif))


def _taken(main: Any, exif: Any) -> datetime.datetime | None:
    said = main.get(Base.DateTimeOriginal) or main.get(Base.DateTimeDigitized)
    said = said or exif.get(Base.DateTime)
    if not isinstance(said, str):
        return None
    try:
        naive = datetime.datetime.strptime(said.strip("\0 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        return None
    offset = main.get(Base.OffsetTimeOriginal) or main.get(Base.OffsetTime)
    if isinstance(offset, str):
        try:
            zone = datetime.datetime.strptime(offset.strip("\0 "), "%z").tzinfo
            return naive.replace(tzinfo=zone)
        except ValueError:
            pass
    return naive.replace(tzinfo=CHINA)


def _place(gps: Any) -> tuple[float | None, float | None]:
    lat = _degrees(gps.get(GPS.GPSLatitude), gps.get(GPS.GPSLatitudeRef), "S")
    lon = _degrees(gps.get(GPS.GPSLongitude), gps.get(GPS.GPSLongitudeRef), "W")
    if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180:
        return None, None
    return (None, None) if (lon, lat) == (0, 0) else (lon, lat)


def _degrees(parts: Any, ref: Any, negative: str) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    found = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(found):
        return None
    return -found if str(ref).strip("\0 ").upper() == negative else found


def _azimuth(gps: Any) -> float | None:
    try:
        found = float(gps[GPS.GPSImgDirection])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return found % 360 if math.isfinite(found) else None


def _device(exif: Any) -> str:
    parts = [exif.get(tag) for tag in (Base.Make, Base.Model)]
    said = " ".join(part.strip("\0 ") for part in parts if isinstance(part, str))
    return "".join(letter for letter in said if letter.isprintable())[:DEVICE_LENGTH]
