"""Shapes that a page brings to its map, and drawing on it by pointer and by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import world as drawn
from tests.browser.test_map_and_patch import click_ground, enter, legend, place

if TYPE_CHECKING:
    from tests.browser.conftest import Seat
    from tests.browser.world import World

M = drawn.M
MAP = "document.getElementById('map').gisMap"


def square(number: int, east: float, kind: str) -> dict[str, Any]:
    """A square of one cell beside the drawn patch."""
    corners = [(0, 0), (M, 0), (M, M), (0, M), (0, 0)]
    ring = [drawn.degrees(east + x, -2 * M + y) for x, y in corners]
    return {
        "type": "Feature",
        "id": number,
        "properties": {"name": f"变化 {number}", "kind": kind},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


@pytest.fixture
def shapes(seat: Seat, world: World) -> Seat:
    """The map with two squares that the page brought."""
    enter(seat, place(17))
    features = [square(1, 0, "new"), square(2, 2 * M, "gone")]
    seat.page.evaluate(
        f"""(features) => {{
          window.heard = [];
          const hear = ({{detail}}) => window.heard.push(detail && [detail.layer, detail.id]);
          {MAP}.on("select", hear);
          window.shapes = {MAP}.shapes("changes", {{
            title: "版本变化", features, pickable: true, legend: true, name_field: "name",
            look: {{by: "kind", hatch: "slash", looks: {{
              new: {{color: "--accent", term: "新增"}}, gone: {{color: "--ink", term: "删去"}},
            }}}},
          }});
        }}""",
        {"type": "FeatureCollection", "features": features},
    )
    return seat


def heard(seat: Seat) -> list[Any]:
    return list(seat.page.evaluate("() => window.heard"))


def test_a_shape_is_listed_picked_and_named(shapes: Seat) -> None:
    seat = shapes
    seat.page.wait_for_function(
        "() => document.querySelector('.gis-legend').innerText.includes('新增')"
    )
    assert "删去" in legend(seat)
    click_ground(seat, 0.5 * M, -1.5 * M)
    assert heard(seat) == [["changes", 1]]
    assert "变化 1" in seat.page.locator(".gis-here").inner_text()
    click_ground(seat, 2.5 * M, -1.5 * M)
    assert heard(seat)[-1] == ["changes", 2]
    seat.page.evaluate("() => window.shapes.select(1)")
    assert seat.page.evaluate(f"() => {MAP}.selected.id") == 1
    assert heard(seat)[-1] == ["changes", 2], "a selection by the page is no event"
    seat.picture("shapes")
    seat.require_quiet()


def test_shapes_can_be_hidden_replaced_and_removed(shapes: Seat) -> None:
    seat = shapes
    row = seat.page.get_by_role("checkbox", name="版本变化")
    row.uncheck()
    seat.page.wait_for_function(
        "() => !document.querySelector('.gis-legend').innerText.includes('新增')"
    )
    click_ground(seat, 0.5 * M, -1.5 * M)
    assert heard(seat) == []
    row.check()
    seat.page.evaluate("(one) => window.shapes.set([one])", square(3, 0, "gone"))
    click_ground(seat, 0.5 * M, -1.5 * M)
    assert heard(seat) == [["changes", 3]]
    seat.page.evaluate("() => window.shapes.remove()")
    assert row.count() == 0
    assert seat.page.evaluate(f"() => {MAP}.selected") is None
    seat.require_quiet()


def draw(seat: Seat, kind: str) -> None:
    seat.page.evaluate(
        f"""(kind) => {{
          window.drawn = null;
          const keep = (found) => {{ window.drawn = found; }};
          return {MAP}.draw({{kind, onDone: keep, onCancel: () => keep("given up")}}).ready;
        }}""",
        kind,
    )


def result(seat: Seat) -> Any:
    seat.page.wait_for_function("() => window.drawn !== null")
    assert seat.page.locator(".gis-draw-bar").count() == 0
    return seat.page.evaluate("() => window.drawn")


@pytest.mark.parametrize(
    ("kind", "corners", "type_", "count"),
    [("polygon", [(400, 300), (600, 300), (600, 450)], "Polygon", 4),
     ("split", [(400, 300), (600, 450)], "LineString", 2),
     ("rectangle", [(400, 300), (600, 450)], "Polygon", 5)],
)  # fmt: skip
def test_drawing_by_pointer(
    seat: Seat, world: World, kind: str, corners: list[tuple[int, int]], type_: str, count: int
) -> None:
    enter(seat, place(17))
    draw(seat, kind)
    for x, y in corners:
        seat.page.mouse.move(x, y)
        seat.page.mouse.click(x, y)
        seat.page.wait_for_timeout(300)  # two clicks must not be a double click
    if kind != "rectangle":
        seat.page.get_by_role("button", name="完成").click()
    found = result(seat)
    assert found["type"] == type_
    line = found["coordinates"][0] if type_ == "Polygon" else found["coordinates"]
    assert len(line) == count
    seat.require_quiet()


def test_drawing_by_keys_takes_back_and_gives_up(seat: Seat, world: World) -> None:
    enter(seat, place(17))
    draw(seat, "polygon")
    seat.page.locator(".gis-canvas").focus()
    steps = ["Enter", "ArrowRight", "Enter", "ArrowLeft", "ArrowLeft", "Enter", "Backspace"]
    for key in [*steps, "ArrowDown", "Enter", "Enter"]:
        seat.page.keyboard.press(key)
        seat.page.wait_for_timeout(350)  # the map glides
    found = result(seat)
    assert len(found["coordinates"][0]) == 4
    draw(seat, "line")
    seat.page.keyboard.press("Escape")
    assert result(seat) == "given up"
    seat.require_quiet()
