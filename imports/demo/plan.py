"""The plan of the campaign: batches, and which situations each county shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Issue:
    """One batch of patches: who issued it, when, over which pair of images."""

    code: str
    source: str
    issued_on: str
    due_on: str
    period: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    share: tuple[float, float, float, float]


ISSUES = (
    Issue(
        "BU2024Q1",
        "部",
        "2024-04-10",
        "2024-05-20",
        "2024Q1",
        ("20230315", "20230315", "20230118", "202303", "20230602", "20230911"),
        ("20240320", "20240320", "20240215", "202403", "20240128"),
        (0.72, 0.60, 0.8, 0.72),
    ),
    Issue(
        "SHENG202404",
        "省",
        "2024-04-28",
        "2024-05-31",
        "2024Q2",
        ("2023-10-08", "2023-09-21", "202310"),
        ("2024-04-16", "2024-04-02"),
        (0.14, 0.12, 0.2, 0.16),
    ),
    Issue(
        "SHI202405",
        "市",
        "2024-05-20",
        "2024-06-20",
        "2024Q2",
        ("2024年1月10日", "2024/1/18"),
        ("2024年5月12日", "2024/5/9"),
        (0.14, 0.10, 0.0, 0.12),
    ),
    Issue(
        "XUNCHA202405",
        "巡查",
        "2024-05-31",
        "2024-06-30",
        "2024Q2",
        ("20240218",),
        ("20240520", "20240527"),
        (0.0, 0.18, 0.0, 0.0),
    ),
)
BATCHES = {issue.code: issue for issue in ISSUES}
WANTS = {"existing": "village", "mining": "eco", "existing_eco": "eco"}

FIRST: tuple[tuple[str, ...], ...] = (
    (
        "unsupplied",
        "approved",
        "late",
        "over_use",
        "over_use_next",
        "outside",
        "purpose",
        "temporary",
        "reclaiming",
        "unclear",
        "unchanged",
        "existing",
        "overlapping",
        "shifted",
        "unfiled",
        "unfiled_hole",
        "tiny",
        "homestead",
    ),
    (
        "facility",
        "facility",
        "rented",
        "rural_road",
        "overdue",
        "filing",
        "revoked",
        "temporary_over",
        "reclaimed",
        "homestead",
        "unfiled_pixels",
        "sliver",
        "wide_road",
        "existing",
        "unclear",
        "unchanged",
        "late",
        "outside",
        "unsupplied",
        "approved",
    ),
    (
        "unfiled",
        "mining",
        "unchanged",
        "temporary",
        "facility",
        "rented",
        "late",
        "unsupplied",
        "rural_road",
        "unclear",
        "unfiled_pixels",
    ),
    (
        "highway",
        "linked",
        "advance_expired",
        "mining",
        "existing_later",
        "over_use",
        "rented",
        "filing",
        "overdue",
        "rural_road",
        "facility",
        "unfiled",
        "unfiled",
        "late",
        "unfiled_hole",
        "existing",
        "unclear",
        "unsupplied",
        "temporary",
        "homestead",
    ),
)
MORE: tuple[tuple[str, ...], ...] = (
    ("unclear", "unfiled", "temporary", "unsupplied", "approved", "existing", "unchanged"),
    ("facility", "unfiled", "unclear", "late", "rural_road", "unsupplied", "temporary", "rented"),
    ("unfiled", "unclear", "facility", "late", "unfiled_hole", "rural_road"),
    (
        "unfiled",
        "unfiled",
        "late",
        "over_use",
        "filing",
        "rented",
        "unfiled_pixels",
        "facility",
        "unclear",
        "outside",
        "unsupplied",
    ),
)
LAWFUL = (
    ("supplied", "supplied", "supplied", "collective"),
    ("supplied", "supplied", "advance"),
    ("supplied", "supplied"),
    ("supplied", "collective"),
)
LAWFUL_SHARE = (0.46, 0.40, 0.34, 0.34)
