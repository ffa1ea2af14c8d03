"""The pieces behind a figure: where each lies, what it is, and why it stands in its band."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatial import sqlfiles, vocabulary
from spatial.engine.gaps import all_said
from spatial.engine.ratio_cells import FOLDER, counted
from spatial.engine.ratio_law import EFFECT_TERMS, Law, effect_of
from spatial.engine.ratio_patches import FIGURES, bands_of, place_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatial.engine.ratio_query import RatioQuery

__all__ = ["FIGURES", "Key", "bands_of", "pieces_behind", "pieces_page"]

Key = tuple[str, int, int, int, int, int]
"""Where a row stands: county, patch, piece, facts, and the patch that counts the ground."""


def pieces_behind(query: RatioQuery, region_code: str, band: str) -> list[dict[str, Any]]:
    """The pieces that make up a band (or ``numerator``, ``denominator``, ``all``) of a region.

    ``region_code`` is a code of the query's table; empty: all of it. Each row has the patch's
    ``address`` and ``patch`` (its id), the piece's ``seq`` (None: the patch was never judged),
    conclusion ``code``, ``term`` and ``class``, ``area_m2``, ``cultivated_m2``, ``band`` and, in
    Chinese, ``why``. A piece that drawn facts divide stands there once for each part; areas add up
    to the figure.
    """
    return pieces_page(query, region_code, band)[0]


def pieces_page(
    query: RatioQuery,
    region_code: str,
    band: str,
    *,
    after: Key | None = None,
    most: int | None = None,
) -> tuple[list[dict[str, Any]], Key | None]:
    """At most so many of these rows after a key, and the key after which the rest follows."""
    with counted(query) as law:
        rows = sqlfiles.rows(
            f"{FOLDER}/95_list_pieces",
            {
                **place_of(query, region_code),
                "bands": bands_of(band),
                "after_county": after[0] if after else None,
                "after": list(after[1:]) if after else None,
                "most": None if most is None else most + 1,
            },
        )
    told = rows[:most]
    key: Key | None = None
    if told and len(rows) > len(told):
        key = (told[-1]["county"], *told[-1]["key"])
    return [_told(row, law) for row in told], key


def _told(row: sqlfiles.Row, law: Law) -> dict[str, Any]:
    return {
        "address": row["address"],
        "patch": row["patch_id"],
        "seq": row["seq"],
        "run": row["run"],
        "county": row["county"],
        "township": row["township"],
        "code": row["code"],
        "term": row["term"],
        "class": row["class"],
        "area_m2": f"{row['area_m2']:.2f}",
        "cultivated_m2": f"{row['cultivated_m2']:.2f}",
        "band": row["band"],
        "band_term": vocabulary.ratio_band_terms()[row["band"]],
        "counted_in": row["counted_in"],
        "why": _WHY.get(row["band"], _concluded)(row, law),
    }


def _concluded(row: sqlfiles.Row, _: Law) -> str:
    """What the ground is, and by whose word."""
    term = f"{row['term'] or row['code']}（{vocabulary.class_term(row['class'])}）"
    if row["decided"] is None:
        return f"初判 {term}"
    how = {"confirm": "确认初判", "change": "改判"}[row["decided"]]
    return f"{row['decided_on']} {how} {term}"


def _unknown(row: sqlfiles.Row, law: Law) -> str:
    missing = "、".join(row["missing"] or [])
    return f"{_concluded(row, law)}，缺 {missing}" if missing else _concluded(row, law)


def _doubtful(row: sqlfiles.Row, law: Law) -> str:
    missing = "、".join(all_said(row["doubt"] or []))
    what = "没有田坎系数" if row["net_unknown"] else "不能判断是否耕地"
    if missing:
        what += f"（{missing}）"
    return f"{_concluded(row, law)}；{what}，占用耕地面积不明，不计入分子分母"


def _uncounted(row: sqlfiles.Row, law: Law) -> str:
    return f"{_concluded(row, law)}；按口径不计入分子"


def _rectified(row: sqlfiles.Row, law: Law) -> str:
    kind = vocabulary.rectification_terms().get(row["rectified"], row["rectified"])
    effect = EFFECT_TERMS[effect_of(law.ratio["effect"].get(row["rectified"]))]
    return f"{_concluded(row, law)}；{row['rectified_on']} {kind}，{effect}"


def _excluded(row: sqlfiles.Row, law: Law) -> str:
    terms = vocabulary.exclusion_terms()
    reasons = [code for code in row["reasons"] if code in law.ratio["exclude"]]
    return f"剔除：{'、'.join(terms.get(code, code) for code in reasons)}"


def _undecided(row: sqlfiles.Row, law: Law) -> str:
    return f"尚未认定；{_concluded(row, law)}"


def _counted_twice(row: sqlfiles.Row, _: Law) -> str:
    return f"同一地块已计入图斑 {row['counted_in']}"


def _unassessed(_: sqlfiles.Row, __: Law) -> str:
    return "尚未分析，请运行 classify"


_WHY: dict[str, Callable[[sqlfiles.Row, Law], str]] = {
    "illegal_doubtful": _doubtful,
    "new_doubtful": _doubtful,
    "uncounted": _uncounted,
    "rectified_kept": _rectified,
    "rectified_out": _rectified,
    "unknown": _unknown,
    "excluded": _excluded,
    "undecided": _undecided,
    "counted_twice": _counted_twice,
    "unassessed": _unassessed,
}
