"""What applying a run would change: ground by the overlay of both assessments, marks, labels."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.engine.classify import apply_run
from spatial.engine.closing import closed
from spatial.engine.compare import UNJUDGED, changes_of
from spatial.engine.compare_tables import lines_of, tables_of
from spatial.models import (
    Assessment,
    DatasetVersion,
    Zone,
)
from tests.spatial.test_versions_in_time import DAY
from tests.spatial.touched_world import LATER, PAPER, PLACES, World

pytestmark = pytest.mark.django_db


class TestMoves:
    """Ground moves from one conclusion to another."""

    def test_it_is_where_the_pieces_of_both_overlap(self, world: World) -> None:
        world.half_a_paper(PAPER)
        found = changes_of(world.rejudged())
        assert {(m.before.code, m.after.code, m.area_m2) for m in found.moves} == {
            ("unfiled", "approved", Decimal("200.00")),
            ("unfiled", "outside", Decimal("200.00")),
        }
        assert [patch.address for patch in found.patches] == ["touch/990101/far"]

    def test_ground_that_changes_places_is_seen_though_no_sum_changes(self, world: World) -> None:
        """Approved in the west, then in the east: both areas stay as they were."""
        x, y = PLACES["far"]
        west = world.half_a_paper(PAPER)
        apply_run(world.rejudged())
        Zone.objects.filter(pk=west.pk).update(recorded_until=LATER.replace(month=8))
        east = {"approved_on": DAY(2023, 1, 1), "recorded_from": LATER.replace(month=8)}
        world.row("approval", x + 20, y, **east)
        moved = changes_of(world.rejudged()).moves
        assert {(m.before.code, m.after.code, m.area_m2) for m in moved} == {
            ("approved", "outside", Decimal("200.00")),
            ("outside", "approved", Decimal("200.00")),
        }

    def test_a_new_cut_that_decides_nothing_moves_nothing(self, world: World) -> None:
        x, y = PLACES["far"]
        world.version("parcel", (x, y, 13, 10))
        world.version("occupied", (x, y, 13, 10), attributes={"holder": "乙公司"})
        run = world.rejudged()
        assert run.assessments.get(patch=world.patches["far"]).pieces.count() > 1
        assert changes_of(run) == type(changes_of(run))((), (), ())

    def test_a_first_judgement_moves_all_of_it(self, world: World) -> None:
        fresh = world.patch("fresh", 0, 830)
        (move,) = changes_of(world.rejudged("fresh")).moves
        assert (move.before.term, move.after.code, move.area_m2) == (
            UNJUDGED, "unfiled", fresh.area_m2,
        )  # fmt: skip

    def test_each_patch_adds_up(self, world: World) -> None:
        """Rows and columns of a crooked overlay close to the hundredth, in both assessments."""
        x, y = PLACES["far"]
        world.row("approval", x - 13.337, y + 3.1, approved_on=DAY(2023, 1, 1))
        apply_run(world.rejudged())
        world.row("supply", x + 21.71, y - 2.3, contract_on=DAY(2023, 1, 1))
        run = world.rejudged()
        found = changes_of(run)
        now = run.assessments.get(patch=world.patches["far"])
        was = Assessment.objects.get(patch=world.patches["far"], is_current=True)
        net: dict[str, Decimal] = {}
        for row in now.conclusions.all():
            net[row.code] = net.get(row.code, Decimal(0)) + row.area_m2
        for row in was.conclusions.all():
            net[row.code] = net.get(row.code, Decimal(0)) - row.area_m2
        for move in found.moves:
            net[move.after.code] -= move.area_m2
            net[move.before.code] += move.area_m2
        assert len(found.moves) >= 2
        assert set(net.values()) == {Decimal(0)}

    def test_what_an_applied_run_changed_can_still_be_read(self, world: World) -> None:
        world.half_a_paper(PAPER)
        run = world.rejudged()
        before = changes_of(run)
        apply_run(run)
        run.refresh_from_db()
        assert changes_of(run) == before


@given(
    st.lists(st.floats(0.004, 900), min_size=1, max_size=6),
    st.lists(st.integers(-1, 1), min_size=6, max_size=6),
)
def test_cells_on_a_diagonal_close(areas: list[float], off: list[int]) -> None:
    """Each piece keeps its conclusion: the cell is what is stored, whatever was measured."""
    exact = {(place, place): area for place, area in enumerate(areas)}
    stored = {
        place: Decimal(max(round(area * 100) + off[place], 0)) / 100
        for place, area in enumerate(areas)
    }
    found = closed(exact, stored, stored)
    assert {row: area for (row, _), area in found.items()} == stored


@given(st.lists(st.lists(st.floats(1, 900), min_size=3, max_size=3), min_size=2, max_size=4))
def test_cells_of_a_full_table_close(areas: list[list[float]]) -> None:
    exact = {
        (row, column): area for row, cells in enumerate(areas) for column, area in enumerate(cells)
    }
    cents = {cell: int(area * 100) for cell, area in exact.items()}
    rows = {
        row: Decimal(sum(c for (r, _), c in cents.items() if r == row)) / 100
        for row in range(len(areas))
    }
    columns = {
        col: Decimal(sum(c for (_, k), c in cents.items() if k == col)) / 100 for col in range(3)
    }
    found = closed(exact, rows, columns)
    for row, area in rows.items():
        assert sum(a for (r, _), a in found.items() if r == row) == area
    for column, area in columns.items():
        assert sum(a for (_, c), a in found.items() if c == column) == area


class TestTables:
    """By county and township, then marks, then patches."""

    def test_marks_and_labels(self, world: World) -> None:
        x, y = PLACES["far"]
        world.version("urban_boundary", (x, y, 10, 10), valid_from=DAY(2025, 2, 1))
        (county,) = tables_of(changes_of(world.rejudged()))
        assert county["moves"] == []
        (mark,) = county["marks"]
        assert (mark["term"], mark["before"], mark["after"]) == ("边界内", "不涉及", "涉及")
        assert (mark["before_m2"], mark["after_m2"], mark["patches"]) == (0, Decimal("100.00"), 1)
        assert [row["address"] for row in county["patches"]] == ["touch/990101/far"]

    def test_by_township(self, world: World) -> None:
        """The patch on the line counts to the township of each half."""
        DatasetVersion.objects.create(
            layer_id="supply", region=world.next, status="active", activated_at=LATER
        )
        apply_run(world.rejudged())
        world.row("approval", *PLACES["line"], approved_on=DAY(2023, 1, 1))
        home, beyond = tables_of(changes_of(world.rejudged()))
        assert (home["county"], beyond["county"]) == ("990101", "990102")
        for county, township in ((home, "990101100"), (beyond, "990102100")):
            (row,) = county["townships"]
            assert row["township"] == township
            assert sum(move["area_m2"] for move in row["moves"]) == Decimal("200.00")
            assert county["moved_m2"] == Decimal("200.00")
        assert beyond["patches"] == []

    def test_nothing_is_said_as_such(self, world: World) -> None:
        assert list(lines_of(tables_of(changes_of(world.rejudged())))) == ["没有变化。"]
