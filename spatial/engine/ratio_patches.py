"""The patches behind a figure, by how much of it each makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatial import sqlfiles, vocabulary
from spatial.engine.ratio_cells import FOLDER, counted
from spatial.engine.ratio_query import DIGITS
from spatial.engine.ratio_rows import DENOMINATOR, NUMERATOR
from spatial.errors import GislandError
from spatial.rules.problems import near

if TYPE_CHECKING:
    from spatial.engine.ratio_law import Law
    from spatial.engine.ratio_query import RatioQuery

FIGURES = {"numerator": NUMERATOR, "denominator": DENOMINATOR}
"""Figures that are sums over several bands; ``all`` is every band."""


def patches_behind(
    query: RatioQuery, region_code: str, band: str, *, first: int = 0, most: int | None = None
) -> list[dict[str, Any]]:
    """The patches that make up a figure of a region, the weightiest first.

    ``region_code`` and ``band`` as for ``pieces_behind``. Each row has ``patch`` (its id),
    ``address``, ``project``, ``terms`` (what its ground there is), ``area_m2`` and
    ``cultivated_m2`` of what counts in the figure, and ``of_count``, ``of_area_m2``,
    ``of_cultivated_m2`` of all the patches behind it.
    """
    with counted(query) as law:
        return patches_of(query, law, region_code, band, first=first, most=most)


def patches_of(
    query: RatioQuery,
    law: Law,
    region_code: str,
    band: str,
    *,
    first: int = 0,
    most: int | None = None,
) -> list[dict[str, Any]]:
    """The same while the working tables of the query are open."""
    found = sqlfiles.rows(
        f"{FOLDER}/96_list_patches",
        {**place_of(query, region_code), "bands": bands_of(band), "first": first, "most": most},
    )
    return [
        {
            **{key: row[key] for key in _KEPT},
            "patch": row["patch_id"],
            "terms": [law.terms.get(code, code) for code in row["codes"]],
        }
        for row in found
    ]


_KEPT = (
    "address", "county", "townships", "project", "area_m2", "cultivated_m2",
    "of_count", "of_area_m2", "of_cultivated_m2",
)  # fmt: skip


def place_of(query: RatioQuery, region_code: str) -> dict[str, Any]:
    """A region of the query's table as values of a statement; all of it without a code."""
    digits = DIGITS[query.level if region_code else "all"]
    return {
        "county_ids": list(query.county_ids),
        "digits": digits,
        "region_code": region_code[:digits] if digits <= 6 else region_code,
    }


def bands_of(band: str) -> list[str]:
    """The bands that a word means; one that is not known is refused."""
    known = vocabulary.ratio_band_terms()
    if band == "all":
        return list(known)
    if band in FIGURES:
        return list(FIGURES[band])
    if band not in known:
        raise GislandError(f"没有分栏 {band}；{near(band, [*FIGURES, 'all', *known])}")
    return [band]
