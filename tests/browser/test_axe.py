"""Every page by axe-core: no violation of WCAG 2.0–2.2 A and AA; the map and all over it too."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.browser.test_map_and_patch import INSIDE, click_ground, enter, place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.conftest import Seat
    from tests.browser.world import World

AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
MACHINES = ("admin/", "api/", "tiles/", "imagery/", "basemaps/", "healthz", "logout/")
"""Addresses that no person reads, and Django's own admin."""


def page_names(resolver: Any = None, prefix: str = "") -> Iterator[str]:
    """Names of all addresses without a number in them: a page that is added is looked at too."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if route.startswith(MACHINES):
            continue
        if isinstance(entry, URLResolver):
            yield from page_names(entry, route)
        elif isinstance(entry, URLPattern) and entry.name and "<" not in route:
            yield entry.name


def violations(seat: Seat) -> list[str]:
    """What axe finds on the page as it is: rule, what it says, and the first elements."""
    seat.page.evaluate(AXE)
    found = seat.page.evaluate(
        "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})"
        ".then(({violations}) => violations)",
        TAGS,
    )
    return [
        f"{rule['id']}: {rule['help']}: "
        + "; ".join(f"{' '.join(map(str, node['target']))} {node['any'][:1]}" for node in nodes[:4])
        for rule in found
        for nodes in [rule["nodes"]]
    ]


def is_page(seat: Seat, path: str) -> bool:
    answer = seat.context.request.get(seat.address + path)
    kind = answer.headers.get("content-type", "")
    return answer.status != HTTPStatus.METHOD_NOT_ALLOWED and kind.startswith("text/html")


def test_axe_finds_what_is_wrong(seat: Seat) -> None:
    """The check can fail: a field without a label."""
    seat.open("/login/")
    assert violations(seat) == []
    seat.page.evaluate("() => document.querySelector('label').remove()")
    assert any(text.startswith("label:") for text in violations(seat))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page(seat: Seat, world: World, scheme: str) -> None:
    seat.page.emulate_media(color_scheme=scheme)
    seat.sit_down("zhang")
    patch = reverse("patch", args=[world.patch.pk])
    run = reverse("run", args=[world.patch.assessments.first().run_id])
    paths = [*(reverse(name) for name in page_names()), patch, run, "/no-such-page/"]
    assert {"/", "/map/", "/patches/", "/runs/", "/login/"} <= set(paths)
    found = {}
    for path in filter(lambda path: is_page(seat, path), paths):
        seat.open(path)
        seat.page.wait_for_load_state("networkidle")
        if wrong := violations(seat):
            found[path] = wrong
    assert found == {}


@pytest.mark.parametrize("width", [1366, 390])
def test_the_map_and_what_opens_over_it(seat: Seat, world: World, width: int) -> None:
    seat.page.set_viewport_size({"width": width, "height": 768})
    enter(seat, place(17))
    page = seat.page
    click_ground(seat, *INSIDE)
    page.locator(".gis-here").get_by_text("三调地类").wait_for()
    assert violations(seat) == []
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert violations(seat) == []
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    assert violations(seat) == []
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.wait_for_selector(".gis-drawing")
    assert violations(seat) == []
    page.keyboard.press("Escape")
    for key in "sd":
        page.keyboard.press(key)
        page.wait_for_selector(".gis-swipe" if key == "s" else ".gis-two")
        assert violations(seat) == []


@pytest.mark.parametrize("width", [1366, 390])
def test_the_desk_and_what_opens_over_it(seat: Seat, world: World, width: int) -> None:
    seat.page.set_viewport_size({"width": width, "height": 768})
    seat.sit_down("zhang")
    page = seat.open(f"/review/?patch={world.patch.pk}")
    page.locator("[data-act=confirm]").wait_for()
    page.locator(".desk-totals b").wait_for()
    assert violations(seat) == []
    for summary in ("更多筛选", "批量处置"):
        page.get_by_text(summary, exact=True).click()
    assert violations(seat) == []
    for key in "elr":
        page.keyboard.press(key)
        page.get_by_role("dialog").wait_for()
        assert violations(seat) == []
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")
