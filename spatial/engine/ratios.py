"""Ratios: sums of piece areas by region; a ratio is one sum over another, never a mean.

违法占耕比 = illegal net cultivated m2 ÷ new net cultivated m2 (《违反土地管理规定行为处分办法》,
15号令) or ÷ all new m2 (the looser wording). A zero denominator has no ratio.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from spatial import sqlfiles
from spatial.errors import GislandError
from spatial.models import Region

DIGITS = {"all": 0, "province": 2, "city": 4, "county": 6, "township": 9}
DENOMINATORS = {"new_cultivated": "new_cultivated_m2", "new_all": "new_m2"}
BASES = ("proposed", "decided")
PERIODS_BY = ("batch", "after_on")
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class RegionRatio:
    """The sums of one region in m2 (exact decimals) and the ratio, a share to four decimals.

    ``ratio`` is None where the denominator is zero. Unknown, pending and undecided ground are
    bands of their own: in neither numerator nor denominator.
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
    ratio: Decimal | None = None
    basis: str = "proposed"
    denominator: str = "new_cultivated"

    def as_json(self) -> dict[str, Any]:
        """Plain values: areas as text with two decimals, the ratio as text or None."""
        return {
            key: (str(value) if isinstance(value, Decimal) else value)
            for key, value in asdict(self).items()
        }


@dataclass(frozen=True)
class RatioQuery:
    """What is asked: level, period and how it is counted, basis, denominator, whose ground."""

    county_ids: tuple[int, ...]
    level: str = "county"
    period: str | None = None
    by: str = "batch"
    basis: str = "proposed"
    denominator: str = "new_cultivated"
    ruleset: str = "land-enforcement"
    unit_id: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be computed, naming what can."""
        for name, value, known in (
            ("level", self.level, tuple(DIGITS)),
            ("by", self.by, PERIODS_BY),
            ("basis", self.basis, BASES),
            ("denominator", self.denominator, tuple(DENOMINATORS)),
        ):
            if value not in known:
                raise GislandError(f"{name}={value} 无效，可用：{'、'.join(known)}")


def ratios(query: RatioQuery) -> list[RegionRatio]:
    """One row per region that has patches, in order of code."""
    found = sqlfiles.rows(
        "engine/ratios/sum_regions",
        {
            "ruleset": query.ruleset,
            "county_ids": list(query.county_ids),
            "by": query.by,
            "period": query.period,
            "decided": query.basis == "decided",
            "digits": DIGITS[query.level],
            "unit_id": query.unit_id,
        },
    )
    names = _names([row["region_code"] for row in found], query.level)
    codes = [str(row.pop("region_code")) for row in found]
    return [
        _with_ratio(query, names.get(code, code), code, row)
        for code, row in zip(codes, found, strict=True)
    ]


def total(query: RatioQuery, name: str = "合计") -> RegionRatio:
    """The sums of the whole scope and the ratio of those sums; each patch counted once."""
    found = ratios(replace(query, level="all"))
    if not found:
        return RegionRatio(code="", name=name, basis=query.basis, denominator=query.denominator)
    return replace(found[0], name=name)


def _with_ratio(query: RatioQuery, name: str, code: str, sums: dict[str, Any]) -> RegionRatio:
    denominator = sums[DENOMINATORS[query.denominator]]
    ratio = None
    if denominator:
        ratio = (sums["illegal_cultivated_m2"] / denominator).quantize(
            Decimal("0.0001"), ROUND_HALF_UP
        )
    return RegionRatio(
        code=_full_code(code),
        name=name,
        ratio=ratio,
        basis=query.basis,
        denominator=query.denominator,
        **sums,
    )


def _full_code(code: str) -> str:
    return code.ljust(6, "0") if code and len(code) < 6 else code


def _names(codes: list[str], level: str) -> dict[str, str]:
    known = dict(
        Region.objects.filter(code__in=[_full_code(code) for code in codes])
        .order_by("valid_from")
        .values_list("code", "name")
    )
    names = {code: known[full] for code in codes if (full := _full_code(code)) in known}
    if level == "township":
        names = {code: f"{name}（乡镇不明）" for code, name in names.items()}
        names |= {
            row["code"]: row["name"]
            for row in sqlfiles.rows("engine/ratios/name_townships", {"codes": codes})
        }
    return names
