"""What the ground of a case is, by people's word: the question that every step asks. 认定情况"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from spatial import sqlfiles

if TYPE_CHECKING:
    from collections.abc import Sequence

ILLEGAL = "illegal"
UNSETTLED = ("pending", "unknown", "")
HUNDREDTH = Decimal("0.01")


@dataclass
class Finding:
    """Areas of one patch in m², to 0.01; ``by_code`` has the decided ground by conclusion and
    class (ground of a lawful kind may still be 数据不足), without crumbs below half a hundredth."""

    illegal_m2: Decimal = Decimal(0)
    lawful_m2: Decimal = Decimal(0)
    unsettled_m2: Decimal = Decimal(0)
    """Decided to be 待核 or 数据不足: neither an offence nor a clearance."""
    undecided_m2: Decimal = Decimal(0)
    rectified_m2: Decimal = Decimal(0)
    """Of the illegal ground, what was put right."""
    by_code: dict[tuple[str, str], Decimal] = field(default_factory=dict)

    @property
    def word(self) -> str:
        """``illegal`` where decided ground is an offence, ``lawful`` where all is decided and
        none is; empty while that is open."""
        if self.illegal_m2:
            return ILLEGAL
        settled = self.lawful_m2 and not self.undecided_m2 and not self.unsettled_m2
        return "lawful" if settled else ""

    @property
    def unrectified_m2(self) -> Decimal:
        """Of the illegal ground, what is not put right yet."""
        return self.illegal_m2 - self.rectified_m2


def findings_of(patch_ids: Sequence[int]) -> dict[int, Finding]:
    """The findings of these patches; one statement for all. Patches never judged have zeros."""
    exact: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    codes: dict[int, dict[tuple[str, str], float]] = defaultdict(lambda: defaultdict(float))
    for row in sqlfiles.rows("casework/10_sum_findings", {"patch_ids": list(patch_ids)}):
        told = exact[row["patch_id"]]
        if not row["decided"]:
            told["undecided_m2"] += row["area_m2"]
            continue
        codes[row["patch_id"]][row["code"], row["class"]] += row["area_m2"]
        if row["class"] == ILLEGAL:
            told["illegal_m2"] += row["area_m2"]
            told["rectified_m2"] += row["area_m2"] if row["rectified"] else 0.0
        else:
            told["unsettled_m2" if row["class"] in UNSETTLED else "lawful_m2"] += row["area_m2"]
    return {
        pk: Finding(
            **{name: _rounded(found) for name, found in exact[pk].items()},
            by_code={code: area for code, found in codes[pk].items() if (area := _rounded(found))},
        )
        for pk in patch_ids
    }


def _rounded(exact: float) -> Decimal:
    return Decimal(str(exact)).quantize(HUNDREDTH)
