"""``bench site``: site checks over HTTP on a county of the asked size, each timed from outside."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from django.db import transaction

from gisland.bench import outlines
from gisland.bench.county import make_county
from gisland.bench.load import add_holders, add_regions, add_sheets
from gisland.bench.server import served
from gisland.bench.stopwatch import backends_of, process_seconds
from imports.demo.place import COUNTIES, to_degrees
from spatial import sqlfiles
from spatial.accounts import make_user
from spatial.api_tokens import make_token
from spatial.errors import GislandError
from spatial.models import Assessment, Piece, Region
from spatial.rules.load import load_ruleset

if TYPE_CHECKING:
    from collections.abc import Callable

    from gisland.bench.county import County

PURPOSE = "site-selection"
AS_OF = date(2026, 6, 30)
HA = 10_000.0
SMALL, LARGE = 5, 500
AIM_S = {SMALL: 0.3, LARGE: 2.0}
"""Of the 95th percentile, over HTTP."""
WARM = 6
"""Checks before the clock runs: connections are opened, plans are made."""
EDGE_M = 3000.0
PLANNER = "bench-planner"


@dataclass(frozen=True)
class Size:
    """How much is measured, by a server of how many processes."""

    polygons: int
    small: int
    large: int
    workers: int
    seed: int = 2026


def measure(size: Size, say: Callable[[str], None], *, reuse: bool = False) -> dict[str, Any]:
    """Everything, in the database that is open now; figures for each size of site.

    With ``reuse`` the county was loaded there before, from the same size and seed.
    """
    say(f"生成约 {size.polygons} 个地类图斑的县（虚构）")
    county = make_county(size.polygons, size.seed)
    derived = {} if reuse else _load(county, say)
    found = ask_all(county, size, say)
    return {
        "polygons": county.polygons,
        "layers": len(county.sheets),
        "workers": size.workers,
        "derive_seconds": derived,
        "sites": found,
        "pieces": Piece.objects.count(),
        "fallback": Assessment.objects.filter(fallback=True).count(),
        "not_closing": len(sqlfiles.rows("checks/pieces_add_up_to_patch")),
    }


def ask_all(county: County, size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    """The figures of both sizes of site, of a county that is loaded."""
    token = _planner()
    load_ruleset(PURPOSE)  # stored by the owner: the web's role only reads it
    found: dict[str, Any] = {}
    with served(size.workers, {"GISLAND_SITE_CHECK_RATE": "100000/min"}) as server:
        ask = _Asker(server.address, token)
        for shape in _sites(county, SMALL, WARM):
            ask(shape)
        for hectares, count in ((SMALL, size.small), (LARGE, size.large)):
            web, database = server.cpu_seconds(), _backend_seconds()
            times = [ask(shape) for shape in _sites(county, hectares, count)]
            used = server.cpu_seconds() - web, _backend_seconds() - database
            found[f"{hectares}_ha"] = _figures(times, hectares, *used)
            say(f"{hectares} 公顷：{_said(found[f'{hectares}_ha'])}")
    return found


def _load(county: County, say: Callable[[str], None]) -> dict[str, float]:
    regions = add_regions(county.counties)
    city = Region.objects.create(code=f"{COUNTIES[0].code[:4]}00", name="示范市", level="city")
    Region.objects.filter(pk__in=[region.pk for region in regions]).update(parent=city)
    return add_sheets(county.sheets, county.counties, regions, add_holders(), say)


def _planner() -> str:
    user = make_user(
        PLANNER, None, region_code=f"{COUNTIES[0].code[:4]}00", roles=("planner",),
        unit_name="规划科（虚构）",
    )  # fmt: skip
    return make_token(user, "bench site")[1]


def _sites(county: County, hectares: int, count: int) -> list[dict[str, Any]]:
    """Outlines of this size anywhere in the county: half traced, half rectangles."""
    west, south, east, north = county.box
    edge = min(EDGE_M, 0.3 * (east - west), 0.3 * (north - south))
    low, high = np.array([west + edge, south + edge]), np.array([east - edge, north - edge])
    centres = county.rng.uniform(low, high, (count, 2))
    areas = np.full(count, hectares * HA)
    traced = outlines.blobs(county.rng, centres, areas)
    straight = outlines.any_rects(county.rng, centres, areas)
    chosen = to_degrees(np.where(np.arange(count) % 2 == 0, traced, straight))
    return [json.loads(shapely.to_geojson(shape)) for shape in chosen]


class _Asker:
    """Posts ground and waits for the whole answer."""

    def __init__(self, address: str, token: str) -> None:
        self.address, self.token, self.number = f"{address}/api/site-checks/", token, 0

    def __call__(self, ground: dict[str, Any]) -> float:
        """Seconds until the answer was read; raises GislandError where it is none."""
        self.number += 1
        told = {"purpose": PURPOSE, "title": f"测速 {self.number}", "as_of": str(AS_OF)}
        body = json.dumps({**told, "ground": ground}).encode()
        headers = {"Authorization": f"Token {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.address, body, headers)
        started = time.perf_counter()
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                read = answer.read()
        except urllib.error.HTTPError as error:
            raise GislandError(
                f"检查未完成：{error.read().decode(errors='replace')[:500]}"
            ) from error
        spent = time.perf_counter() - started
        _require_closed(json.loads(read))
        return spent


def _require_closed(told: dict[str, Any]) -> None:
    whole = Decimal(told["site"]["area_m2"])
    if sum(Decimal(row["area_m2"]) for row in told["land"]["rows"]) != whole:
        raise GislandError(f"选址 {told['site']} 的地类面积不闭合。")


def _figures(times: list[float], hectares: int, web_s: float, database_s: float) -> dict[str, Any]:
    ninety_fifth = float(np.percentile(times, 95))
    return {
        "count": len(times),
        "median_s": round(float(np.median(times)), 3),
        "p95_s": round(ninety_fifth, 3),
        "worst_s": round(max(times), 3),
        "web_cpu_s": round(web_s / len(times), 3),
        "database_cpu_s": round(database_s / len(times), 3),
        "cpu_s": round((web_s + database_s) / len(times), 3),
        "aim_s": AIM_S[hectares],
        "held": ninety_fifth <= AIM_S[hectares],
    }


def _backend_seconds() -> float:
    database = str(transaction.get_connection().settings_dict["NAME"])
    return sum(map(process_seconds, backends_of(database)))


def as_text(found: dict[str, Any]) -> str:
    """The figures for people."""
    head = "{polygons} 个地类图斑，{layers} 个图层，{workers} 个服务进程；POST /api/site-checks/"
    lines = [
        head.format(**found),
        *(f"{name.replace('_ha', ' 公顷')}：{_said(one)}" for name, one in found["sites"].items()),
        f"碎块 {found['pieces']}，不闭合 {found['not_closing']}，在网格上重算 {found['fallback']}",
        "派生（秒）："
        + ("，".join(f"{k} {v}" for k, v in found["derive_seconds"].items()) or "未重做"),
    ]
    return "\n".join(lines)


def _said(one: dict[str, Any]) -> str:
    verdict = "达到" if one["held"] else "未达到"
    return (
        f"{one['count']} 次，中位 {one['median_s']} 秒，95% {one['p95_s']} 秒，"
        f"最慢 {one['worst_s']} 秒；处理器每次 {one['cpu_s']} 秒"
        f"（程序 {one['web_cpu_s']}，数据库 {one['database_cpu_s']}）；"
        f"目标 {one['aim_s']} 秒，{verdict}"
    )
