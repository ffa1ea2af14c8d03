"""All checks of one delivery, in the transaction that stores it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imports import deliveries
from imports.checks import doubles, field_rules, flags, image_dates, outside, registration, tiling
from spatial import sqlfiles
from spatial.job_progress import silent
from spatial.models import Region

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from imports.checks.incoming import Incoming
    from imports.models import Delivery
    from spatial.job_progress import Progress
    from spatial.models import Layer


def check_layer(
    delivery: Delivery,
    incoming: Incoming,
    layer: Layer,
    counties: Sequence[Region],
    progress: Progress = silent,
) -> None:
    """Store as issues what is doubtful in the rows of a layer; needs the rows placed."""
    deliveries.add_issues(delivery, field_rules.check(incoming))
    found, pairs = doubles.same_shapes(incoming)
    deliveries.add_issues(delivery, found)
    outside.check(delivery, incoming, counties, progress)
    placed = [row["region_id"] for row in sqlfiles.rows("imports/36_list_placed_regions")]
    grounds = list(Region.objects.filter(pk__in=placed))
    tiling.check(delivery, incoming, layer, grounds, pairs, progress)


def check_patches(
    delivery: Delivery, incoming: Incoming, counties: Sequence[Region], issued_on: date | None
) -> None:
    """Store as issues what is doubtful in new patches; needs the rows placed."""
    deliveries.add_issues(delivery, field_rules.check(incoming))
    deliveries.add_issues(delivery, image_dates.check(incoming, issued_on))
    found, _ = doubles.same_shapes(incoming)
    deliveries.add_issues(delivery, found)
    outside.check(delivery, incoming, counties)


def check_stored(delivery: Delivery, added_ids: list[int]) -> None:
    """Compare what the issuer flagged with our own overlay, and the batch as a whole with the
    edges of the survey; needs the patches stored."""
    flags.check(delivery, added_ids)
    registration.check(delivery, added_ids)
