"""What the form of a clue asks: where, since when, what, from whom. 线索表单"""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gisland.casework import clue_ground
from gisland.casework.clues import Given
from gisland.casework.errors import ClueRefused
from gisland.pages.site_asked import of_the_page
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gisland.casework.clue_ground import Ground

WAYS = {"drawn": "图上勾绘", "pasted": "坐标串", "circle": "位置加半径"}
DEFAULT_RADIUS_M = "50"
TYPED = (
    "source", "found_on", "clear_on", "text", "place_said", "party_said", "reporter_name",
    "reporter_phone", "way", "drawn", "pasted", "crs", "lon", "lat", "radius_m",
)  # fmt: skip


@dataclass(frozen=True)
class ClueForm:
    """What was typed; shown again beside the fault, where there is one."""

    source: str = ""
    found_on: str = ""
    clear_on: str = ""
    text: str = ""
    place_said: str = ""
    party_said: str = ""
    reporter_name: str = ""
    reporter_phone: str = ""
    way: str = ""
    drawn: str = ""
    pasted: str = ""
    crs: str = ""
    lon: str = ""
    lat: str = ""
    radius_m: str = DEFAULT_RADIUS_M

    @classmethod
    def of(cls, given: Mapping[str, str]) -> ClueForm:
        """Read a form."""
        return cls(**{name: given.get(name, "").strip() for name in TYPED})

    @property
    def shapes(self) -> dict[str, Any] | None:
        """What was drawn, as GeoJSON; None where it is none."""
        try:
            found = json.loads(self.drawn) if self.drawn else None
        except ValueError:
            return None
        return found if isinstance(found, dict) else None


def given_of(form: ClueForm) -> Given:
    """The clue as it was typed; raises InputRefused, ClueRefused."""
    if not form.found_on:
        raise ClueRefused("请填写发现日期。")
    return Given(
        source=form.source, found_on=_day(form.found_on, "发现日期"), text=form.text,
        ground=ground_of(form),
        clear_on=_day(form.clear_on, "尚无的日期") if form.clear_on else None,
        place_said=form.place_said, party_said=form.party_said,
        reporter_name=form.reporter_name, reporter_phone=form.reporter_phone,
    )  # fmt: skip


def ground_of(form: ClueForm) -> Ground:
    """Where it is, in the way that was chosen; raises InputRefused."""
    try:
        return _read(form, form.way if form.way in WAYS else _only_way(form))
    except InputRefused as error:
        error.args = (of_the_page(str(error)), *error.args[1:])
        raise


def _read(form: ClueForm, way: str) -> Ground:
    if way == "pasted":
        return clue_ground.pasted(form.pasted, form.crs)
    if way == "circle":
        lon, lat = _number(form.lon, "经度"), _number(form.lat, "纬度")
        return clue_ground.circle(lon, lat, _number(form.radius_m, "半径"))
    if form.shapes is None:
        raise InputRefused("还没有位置。请在图上勾绘或取点，或填写经纬度和半径，或粘贴坐标。")
    return clue_ground.drawn(form.shapes)


def _day(text: str, what: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise ClueRefused(f"{what} {text[:20]} 应写作 2026-03-31。") from None


def _only_way(form: ClueForm) -> str:
    """The way that was taken, where the form does not say: without scripts."""
    if form.drawn:
        return "drawn"
    return "pasted" if form.pasted else "circle" if form.lon or form.lat else "drawn"


def _number(text: str, what: str) -> float:
    try:
        found = float(text)
    except ValueError:
        raise InputRefused(f"{what}“{text[:20]}”不是数。请填写十进制度数（半径为米）。") from None
    if not -1e6 < found < 1e6:
        raise InputRefused(f"{what} {text[:20]} 超出范围。")
    return found
