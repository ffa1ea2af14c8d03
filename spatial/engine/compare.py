"""What applying a run would change: ground that moves between conclusions, marks, labels.

Ground moves by the exact overlay of the pieces of both assessments, so a patch whose areas stay the
same while two conclusions change places is seen as well. What was current before a run that has
been applied is compared in the same way.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction

from spatial import sqlfiles
from spatial.engine.closing import closed

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatial.models import Run
    from spatial.sqlfiles import Row

NONE = Decimal(0)
UNJUDGED = "未评定"
UNKNOWN = "数据不足"
NO_MARK = "无此项"
Cell = tuple[tuple[str, str], tuple[str, str, int, str]]
"""Class and code before; class, code, county and township after."""
ANSWERS = {True: "涉及", False: "不涉及", None: "无数据"}


class Verdict(NamedTuple):
    """A conclusion, or a label, of one version of a ruleset."""

    ruleset: int | None
    code: str
    rule_class: str
    term: str


@dataclass(frozen=True)
class Move:
    """Ground of one patch, in one township, that has another conclusion than before."""

    patch_id: int
    county_id: int
    township: str
    before: Verdict
    after: Verdict
    area_m2: Decimal


@dataclass(frozen=True)
class MarkChange:
    """A mark of one patch whose answer or area is another."""

    patch_id: int
    county_id: int
    ruleset: int | None
    code: str
    term: str
    before: str
    after: str
    before_m2: Decimal
    after_m2: Decimal


@dataclass(frozen=True)
class PatchChange:
    """A patch on which anything changes, with its labels."""

    patch_id: int
    county_id: int
    address: str
    before: Verdict
    after: Verdict
    area_m2: Decimal
    moved_m2: Decimal


@dataclass(frozen=True)
class Changes:
    """Everything that would change, patch by patch."""

    moves: tuple[Move, ...]
    marks: tuple[MarkChange, ...]
    patches: tuple[PatchChange, ...]

    def seen(
        self, patch_ids: set[int], county_ids: set[int], mask: Callable[[Verdict], Verdict],
        hides_mark: Callable[[MarkChange], bool],
    ) -> Changes:  # fmt: skip
        """The part that somebody may see: patches, ground of counties, verdicts as masked."""
        masked = (
            replace(move, before=mask(move.before), after=mask(move.after))
            for move in self.moves
            if move.patch_id in patch_ids and move.county_id in county_ids
        )
        moves = tuple(move for move in masked if move.before != move.after)
        moved = _moved(moves)
        return Changes(
            moves,
            tuple(
                mark for mark in self.marks if mark.patch_id in patch_ids and not hides_mark(mark)
            ),
            tuple(
                replace(
                    patch,
                    before=mask(patch.before),
                    after=mask(patch.after),
                    moved_m2=moved[patch.patch_id],
                )
                for patch in self.patches
                if patch.patch_id in patch_ids
            ),
        )


@transaction.atomic
def changes_of(run: Run) -> Changes:
    """What a run says otherwise than the assessments that it takes the place of."""
    sqlfiles.execute("engine/runs/80_drop_pairs")
    sqlfiles.execute("engine/runs/81_pair_assessments", {"run_id": run.pk})
    sqlfiles.analyze("run_pair")
    labels = sqlfiles.rows("engine/runs/82_list_labels")
    moves = _moves({row["patch_id"]: row for row in labels if row["differs"]})
    marks = tuple(_mark(row) for row in sqlfiles.rows("engine/runs/85_list_marks"))
    sqlfiles.execute("engine/runs/80_drop_pairs")
    touched = {move.patch_id for move in moves} | {mark.patch_id for mark in marks}
    moved = _moved(moves)
    patches = tuple(
        _patch(row, moved[row["patch_id"]])
        for row in labels
        if row["is_said"] or row["patch_id"] in touched
    )
    return Changes(moves, marks, patches)


def _moves(labels: dict[int, Row]) -> tuple[Move, ...]:
    """The cells of each patch's overlay that lie off its diagonal, rounded so that they close."""
    cells: dict[int, dict[Cell, float]] = defaultdict(dict)
    for row in sqlfiles.rows("engine/runs/84_overlay_pieces"):
        before = (row["was_class"], row["was_code"])
        after = (row["now_class"], row["now_code"], row["county_id"], row["township"])
        cells[row["patch_id"]][before, after] = row["exact_m2"]
    found: list[Move] = []
    sums = sqlfiles.rows("engine/runs/83_sum_conclusions")
    for patch_id, rows in groupby(sums, key=itemgetter("patch_id")):
        found += _moves_of(labels[patch_id], list(rows), cells[patch_id])
    return tuple(found)


def _moves_of(label: Row, sums: list[Row], cells: dict[Cell, float]) -> list[Move]:
    was = {(row["class"], row["code"]): row for row in sums if not row["is_now"]}
    new = {
        (row["class"], row["code"], row["county_id"], row["township"]): row
        for row in sums
        if row["is_now"]
    }
    if not was:
        nothing = Verdict(None, "", "", UNJUDGED)
        return [
            Move(label["patch_id"], row["county_id"], row["township"], nothing,
                 _verdict(row, label["now_ruleset"]), row["area_m2"])
            for row in new.values()
        ]  # fmt: skip
    areas = closed(
        cells,
        {key: row["area_m2"] for key, row in was.items()},
        {key: row["area_m2"] for key, row in new.items()},
    )
    return [
        Move(label["patch_id"], new[after]["county_id"], new[after]["township"],
             _verdict(was[before], label["was_ruleset"]),
             _verdict(new[after], label["now_ruleset"]), area)
        for (before, after), area in areas.items()
        if area and before != after[:2]
    ]  # fmt: skip


def _verdict(row: Row, ruleset: int) -> Verdict:
    return Verdict(ruleset, row["code"], row["class"], row["term"] or UNKNOWN)


def _moved(moves: tuple[Move, ...]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = defaultdict(Decimal)
    for move in moves:
        found[move.patch_id] += move.area_m2
    return found


def _mark(row: Row) -> MarkChange:
    return MarkChange(
        patch_id=row["patch_id"],
        county_id=row["county_id"],
        ruleset=row["now_ruleset"] if row["is_now"] else row["was_ruleset"],
        code=row["code"],
        term=row["term"],
        before=ANSWERS[row["was_answer"]] if row["was_there"] else NO_MARK,
        after=ANSWERS[row["now_answer"]] if row["is_now"] else NO_MARK,
        before_m2=row["was_m2"] if row["was_answer"] else NONE,
        after_m2=row["now_m2"] if row["now_answer"] else NONE,
    )


def _patch(row: Row, moved_m2: Decimal) -> PatchChange:
    before = Verdict(row["was_ruleset"], row["was_code"], row["was_class"], row["was_term"])
    return PatchChange(
        patch_id=row["patch_id"],
        county_id=row["county_id"],
        address=row["address"],
        before=before if before.ruleset else before._replace(term=UNJUDGED),
        after=Verdict(row["now_ruleset"], row["now_code"], row["now_class"], row["now_term"]),
        area_m2=row["area_m2"],
        moved_m2=moved_m2,
    )
