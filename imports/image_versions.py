"""Images take one another's place and are withdrawn; nothing of them is deleted. 影像的更替"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely
from django.utils import timezone

from spatial.errors import InputRefused
from spatial.models import Image

if TYPE_CHECKING:
    from spatial.models import User

SAME_PLACE = 0.9
"""Share of an earlier outline (in degrees) that a later one covers to be of the same place."""


def rivals_of(image: Image) -> list[Image]:
    """The images in use of the same day whose ground this one covers."""
    found = Image.objects.filter(
        taken_on=image.taken_on, withdrawn_at__isnull=True, footprint__intersects=image.footprint
    )
    mine = shapely.from_wkb(bytes(image.footprint.wkb))
    return [old for old in found.order_by("pk") if _covered(old, mine) >= SAME_PLACE]


def _covered(old: Image, mine: shapely.Geometry) -> float:
    theirs = shapely.from_wkb(bytes(old.footprint.wkb))
    return float(shapely.area(shapely.intersection(theirs, mine)) / shapely.area(theirs))


def withdraw(image: Image, why: str, *, by: User | None = None) -> None:
    """Take an image out of use; it shows nowhere from then on. Raises InputRefused."""
    if image.withdrawn_at is not None:
        raise InputRefused(f"影像 {image.pk} 已于 {image.withdrawn_at:%Y-%m-%d} 撤回。")
    if not why.strip():
        raise InputRefused("撤回影像须写明原因。请用 --why 给出。")
    image.withdrawn_at, image.withdrawn_why = timezone.now(), why.strip()[:200]
    image.record = {**image.record, "withdrawn_by": by.pk if by else None}
    image.save(update_fields=["withdrawn_at", "withdrawn_why", "record"])


def find(image_id: int) -> Image:
    """The image of that number; raises InputRefused."""
    image = Image.objects.filter(pk=image_id).first()
    if image is None:
        raise InputRefused(f"没有影像 {image_id}。请用 imagery list 查看编号。")
    return image


def listing(*, withdrawn: bool = False) -> list[dict[str, Any]]:
    """Every image in use (or also the withdrawn), oldest first."""
    images = Image.objects.order_by("taken_on", "pk")
    if not withdrawn:
        images = images.filter(withdrawn_at__isnull=True)
    return [
        {
            "id": image.pk,
            "name": image.name,
            "taken_on": image.taken_on.isoformat(),
            "resolution_m": round(image.resolution_m, 3),
            "bands": image.bands,
            "crs": image.delivered_crs,
            "secrecy": image.secrecy,
            "file": image.file,
            "source": image.source_name,
            "withdrawn_on": image.withdrawn_at.date().isoformat() if image.withdrawn_at else None,
            "why": image.withdrawn_why,
            "replaced_by": image.replaced_by_id,
        }
        for image in images
    ]
