"""Invented photos that say where, when and whither they were taken. 演示照片"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

if TYPE_CHECKING:
    import datetime

SIZE = (480, 360)
SKY, GROUND, WORK = (198, 214, 226), (134, 150, 96), (186, 170, 150)


def photo(lon: float, lat: float, azimuth: int, taken: datetime.datetime, word: str) -> bytes:
    """A JPEG with EXIF; ``word`` (ASCII) stands in the picture, which says that it is invented."""
    image = Image.new("RGB", SIZE, SKY)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 150, *SIZE), fill=GROUND)
    left = 60 + azimuth * 7 % 200
    draw.rectangle((left, 170, left + 150, 290), fill=WORK, outline=(90, 80, 70))
    for line, text in enumerate(("INVENTED DEMO PHOTO", word, f"AZIMUTH {azimuth}")):
        draw.text((12, 10 + 16 * line), text, fill=(30, 30, 30))
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Model] = "gisland", "demo"
    main, gps = exif.get_ifd(IFD.Exif), exif.get_ifd(IFD.GPSInfo)
    main[Base.DateTimeOriginal] = taken.strftime("%Y:%m:%d %H:%M:%S")
    main[Base.OffsetTimeOriginal] = "+08:00"
    gps[GPS.GPSLongitudeRef], gps[GPS.GPSLongitude] = "E", _parts(lon)
    gps[GPS.GPSLatitudeRef], gps[GPS.GPSLatitude] = "N", _parts(lat)
    gps[GPS.GPSImgDirection] = IFDRational(azimuth, 1)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, quality=70)
    return out.getvalue()


def _parts(degrees: float) -> tuple[IFDRational, ...]:
    whole = int(degrees)
    minutes = int((degrees - whole) * 60)
    seconds = (degrees - whole - minutes / 60) * 3600
    return (
        IFDRational(whole, 1), IFDRational(minutes, 1), IFDRational(round(seconds * 1e5), 100000),
    )  # fmt: skip
