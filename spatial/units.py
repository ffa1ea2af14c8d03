"""m2 to 亩 and ha, at print only: of exact sums, half up (design 4.7)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
MU_M2 = Decimal(2000) / 3
"""Square metres of one 亩, for limits that people give in 亩; areas are converted by ``mu``."""


def mu(area_m2: Decimal) -> Decimal:
    """亩 with two decimals: m2 × 3 / 2000."""
    return (area_m2 * 3 / 2000).quantize(CENT, ROUND_HALF_UP)


def hectares(area_m2: Decimal) -> Decimal:
    """Hectares with four decimals."""
    return (area_m2 / 10000).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def percent(share: Decimal | None) -> str:
    """A share as a percentage with two decimals, or — where there is none."""
    return "—" if share is None else f"{(share * 100).quantize(CENT, ROUND_HALF_UP)} %"
