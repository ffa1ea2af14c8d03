"""The people of the invented prefecture who handle and review cases. 演示人员"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from gisland.casework.models import Responsibility
from imports.demo.bring import PASSWORD
from spatial.accounts import make_user
from spatial.models import Region, User

SINCE = datetime.date(2021, 1, 1)
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
        made = People(
            captain=_user(f"fuze{end}", f"{county.name}负责 示例", county.code, ["captain"], unit),
            officer=_user(f"banan{end}", f"{county.name}承办 示例", county.code, ["brigade"], unit),
            reviewer=_user(
                f"shenhe{end}", f"{county.name}审核 示例", county.code, ["reviewer"], unit
            ),
            city_reviewer=city,
            province_reviewer=province,
            leader=leader,
        )
        Responsibility.objects.get_or_create(
            region=county, unit=made.officer.unit, officer=made.officer, defaults={"since": SINCE}
        )
        found[county.code] = made
    return found


def _user(name: str, said: str, region: str, roles: list[str], unit: str) -> User:
    known = User.objects.filter(username=name).first()
    return known or make_user(
        name, PASSWORD, region_code=region, roles=roles, unit_name=unit, display_name=said
    )


def accounts_said() -> list[str]:
    """One line an account, as bin/demo shows them."""
    people = make_people()
    users = {one.username: one for found in people.values() for one in vars(found).values()}
    return [
        f"{one.username:9} {PASSWORD}   {one}"
        for name, one in sorted(users.items())
        if name != "lingdao"
    ]
