"""The people of the invented prefecture who handle and review cases. 演示人员"""

from __future__ import annotations

from dataclasses import dataclass

from spatial.accounts import make_user
from spatial.models import Region, User

PASSWORD = "demo-2026"
CITY, PROVINCE = "990100", "990000"


@dataclass(frozen=True)
class People:
    """Who acts for one county."""

    captain: User
    officer: User
    reviewer: User
    city_reviewer: User
    province_reviewer: User
    leader: User


def make_people() -> dict[str, People]:
    """By county code; the accounts are made if they are not there."""
    city = _user("shishen", "市级审核 示例", CITY, ["reviewer"], "示范市执法支队（虚构）")
    province = _user("shengshen", "省级审核 示例", PROVINCE, ["reviewer"], "示例省执法总队（虚构）")
    leader = User.objects.get(username="lingdao")
    found = {}
    counties = Region.objects.filter(level="county", code__startswith=CITY[:4]).order_by("code")
    for county in counties:
        end, unit = county.code[-2:], f"{county.name}执法大队（虚构）"
        found[county.code] = People(
            captain=_user(f"fuze{end}", f"{county.name}负责 示例", county.code, ["captain"], unit),
            officer=_user(f"banan{end}", f"{county.name}承办 示例", county.code, ["brigade"], unit),
            reviewer=_user(
                f"shenhe{end}", f"{county.name}审核 示例", county.code, ["reviewer"], unit
            ),
            city_reviewer=city,
            province_reviewer=province,
            leader=leader,
        )
    return found


def _user(name: str, said: str, region: str, roles: list[str], unit: str) -> User:
    known = User.objects.filter(username=name).first()
    return known or make_user(
        name, PASSWORD, region_code=region, roles=roles, unit_name=unit, display_name=said
    )
