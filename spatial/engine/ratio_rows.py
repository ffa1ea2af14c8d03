"""The sums of one region, sorted into bands, and the ratios of them. 比率"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from spatial import vocabulary
from spatial.engine.ratio_official import Figure

if TYPE_CHECKING:
    from spatial.engine.ratio_query import RatioQuery
    from spatial.sqlfiles import Row

    Bands = dict[str | None, Row]

ZERO = Decimal("0.00")

NUMERATOR = ("illegal",)
DENOMINATOR = ("illegal", "uncounted", "legal", "rectified_kept")
DOUBTFUL = ("illegal_doubtful", "new_doubtful")
OPEN = ("undecided", "pending", "unknown")
"""Ground of which it is not yet known on which side it will stand."""
RECTIFIED = ("rectified_kept", "rectified_out")


@dataclass(frozen=True)
class RegionRatio:
    """The sums of one region in m2 (exact decimals) and its ratios, shares to four decimals.

    ``ratio`` is None where there is nothing to divide by; ``reason`` says why. ``bands`` holds
    each band's ``area_m2`` (they add up to ``area_m2``), ``cultivated_m2`` and ``patch_count``.
    ``land_ratio`` is 违法用地比例 (illegal ÷ new, all ground); ``ratio_before_rectification``
    counts as if nothing had been put right. Between ``ratio_low`` and ``ratio_high`` it will lie,
    whatever is found of the ground that stands apart (``open_cultivated_m2``: nobody has decided,
    data are missing, a person must look, cultivated area unknown).
    """

    code: str
    name: str
    patch_count: int = 0
    undecided_count: int = 0
    area_m2: Decimal = ZERO
    illegal_m2: Decimal = ZERO
    illegal_cultivated_m2: Decimal = ZERO
    new_m2: Decimal = ZERO
    new_cultivated_m2: Decimal = ZERO
    unknown_m2: Decimal = ZERO
    unknown_cultivated_m2: Decimal = ZERO
    doubtful_cultivated_m2: Decimal = ZERO
    pending_m2: Decimal = ZERO
    undecided_m2: Decimal = ZERO
    undecided_cultivated_m2: Decimal = ZERO
    excluded_m2: Decimal = ZERO
    rectified_m2: Decimal = ZERO
    counted_twice_m2: Decimal = ZERO
    unassessed_m2: Decimal = ZERO
    other_m2: Decimal = ZERO
    numerator_m2: Decimal = ZERO
    denominator_m2: Decimal | None = ZERO
    ratio: Decimal | None = None
    ratio_before_rectification: Decimal | None = None
    numerator_before_m2: Decimal = ZERO
    denominator_before_m2: Decimal | None = ZERO
    open_cultivated_m2: Decimal = ZERO
    ratio_low: Decimal | None = None
    ratio_high: Decimal | None = None
    land_ratio: Decimal | None = None
    reason: str = ""
    official: dict[str, Any] | None = None
    bands: dict[str, dict[str, Any]] = field(default_factory=dict)
    basis: str = "proposed"
    denominator: str = "new_cultivated"
    caliber: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain values: areas as text with two decimals, ratios as text or None."""
        found: dict[str, Any] = _plain(asdict(self))
        return found


def region_ratio(
    query: RatioQuery,
    caliber: dict[str, Any],
    named: tuple[str, str],
    found: Bands,
    official: Figure,
) -> RegionRatio:
    """One row: ``found`` by band, with None for all bands together."""

    def area(*bands: str, key: str = "area_m2") -> Decimal:
        return sum((found[band][key] for band in bands if band in found), ZERO)

    def cultivated(*bands: str) -> Decimal:
        return area(*bands, key="cultivated_m2")

    whole = found.get(None, {"patch_count": 0, "area_m2": ZERO})
    above, below = cultivated(*NUMERATOR), _below(query, official, area)
    put_right_above = area(*RECTIFIED, key="illegal_cultivated_m2")
    put_right_below = _put_right_below(query, area)
    above_before = above + put_right_above
    below_before = None if below is None else below + put_right_below
    low, high = _bounds(query, area, above, below)
    new_m2, illegal_m2 = area(*DENOMINATOR, *DOUBTFUL), area("illegal", "illegal_doubtful")
    return RegionRatio(
        *named,
        patch_count=whole["patch_count"],
        undecided_count=found.get("undecided", {}).get("patch_count", 0),
        area_m2=whole["area_m2"],
        illegal_m2=illegal_m2,
        illegal_cultivated_m2=above,
        new_m2=new_m2,
        new_cultivated_m2=cultivated(*DENOMINATOR),
        unknown_m2=area("unknown"),
        unknown_cultivated_m2=cultivated("unknown"),
        doubtful_cultivated_m2=area(*DOUBTFUL),
        pending_m2=area("pending"),
        undecided_m2=area("undecided"),
        undecided_cultivated_m2=cultivated("undecided"),
        excluded_m2=area("excluded"),
        rectified_m2=area(*RECTIFIED),
        counted_twice_m2=area("counted_twice"),
        unassessed_m2=area("unassessed"),
        other_m2=area("other"),
        numerator_m2=above,
        denominator_m2=below,
        ratio=_share(above, below),
        ratio_before_rectification=_share(above_before, below_before),
        numerator_before_m2=above_before,
        denominator_before_m2=below_before,
        open_cultivated_m2=cultivated(*OPEN) + area(*DOUBTFUL),
        ratio_low=low,
        ratio_high=high,
        land_ratio=_share(illegal_m2, new_m2),
        reason=official.reason if below is None else ("" if below else "分母为零，没有比率"),
        official=official.as_json() if query.denominator == "official" else None,
        bands={
            band: {
                "term": term,
                **{
                    key: found.get(band, {}).get(key, zero)
                    for key, zero in (
                        ("area_m2", ZERO), ("cultivated_m2", ZERO), ("patch_count", 0)
                    )
                },
            }
            for band, term in vocabulary.ratio_band_terms().items()
        },
        basis=query.basis,
        denominator=query.denominator,
        caliber=caliber,
    )  # fmt: skip


def _below(query: RatioQuery, official: Figure, area: Any) -> Decimal | None:
    """What is divided by; ground of doubtful cultivation is on neither side."""
    if query.denominator == "official":
        return official.area_m2
    key = "cultivated_m2" if query.denominator == "new_cultivated" else "area_m2"
    return area(*DENOMINATOR, key=key)


def _put_right_below(query: RatioQuery, area: Any) -> Decimal:
    """What left the denominator because it was put right; an official figure knows of none."""
    if query.denominator == "official":
        return ZERO
    if query.denominator == "new_cultivated":
        return area("rectified_out", key="cultivated_m2")
    return area("rectified_out") - area("rectified_out", key="doubtful_m2")


def _bounds(
    query: RatioQuery, area: Any, above: Decimal, below: Decimal | None
) -> tuple[Decimal | None, Decimal | None]:
    """The ratio if all open ground were lawful, and if all of it that is cultivated were not.

    Ground may also turn out to be no new construction: that moves the ratio less than either.
    """
    if below is None:
        return None, None
    cultivated = area(*OPEN, key="cultivated_m2")
    lawful = cultivated if query.denominator == "new_cultivated" else area(*OPEN)
    unlawful = cultivated + area("illegal_doubtful")
    if query.denominator == "official":
        return _share(above, below), _share(above + unlawful, below)
    known = ZERO if query.denominator == "new_all" else area("new_doubtful")
    return _share(above, below + lawful + known), _share(above + unlawful, below + unlawful)


def _share(above: Decimal, below: Decimal | None) -> Decimal | None:
    return (above / below).quantize(Decimal("0.0001"), ROUND_HALF_UP) if below else None


def sum_of(given: list[Figure]) -> Figure:
    """The sum of the regions' official figures, if each has one."""
    lacking = [figure.reason for figure in given if figure.area_m2 is None]
    if not given or lacking:
        return Figure(reason=lacking[0] if lacking else "没有县，不求官方数据之和")
    sources = "；".join(dict.fromkeys(figure.source for figure in given))
    return Figure(sum((figure.area_m2 or ZERO for figure in given), ZERO), sources)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Decimal) else value
