"""No page and no machine's address breaks down over nonsense in an address or a body.

The parameters are those that each view really reads: they are written down while it is asked once.
"""

from __future__ import annotations

import json
import re
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from spatial.models import Assessment, DatasetVersion, Job
from spatial.scope import scope_of
from spatial.site_check.check import Asked, check
from spatial.site_check.parcels import Parcel
from tests import people
from tests.browser.world import AS_OF, HOME, degrees, make_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

VALUES = (
    "%00", "a%00b", "%FF%FE", "%ED%A0%80", "%F0%9F%92%A9", "nan", "NaN,inf", "-1", "0", "1e400",
    "9" * 30, "9" * 5000, "%C2%B2", "%D9%A1", "2024-13-45", "9999-12-31", "0000", "2026Q9",
    "%27%22%3B--", "..%2F..%2F", "%7B%22a%22%3A1%7D", "%5B%5D", "",
)  # fmt: skip
BODIES: tuple[Any, ...] = (
    b"", b"\xff\xfe", b"{", b"[]", b"null", b'{"a": NaN}', b'"' + b"[" * 5000,
    {"kind": "\x00"}, {"kind": "confirm", "seen": "\x00", "note": "\ud800"},
    {"kind": "reject", "reason_code": "\ud800", "seen": "x"}, {"line": [[1e400, "a"]]},
    {"line": {"type": "LineString", "coordinates": [[None, 1], [2]]}, "acts": [{}]},
    {"line": {"type": "LineString", "coordinates": [[117, 33]] * 2}, "acts": [{"kind": "confirm"}]},
    {"count": "9" * 400, "area_m2": "NaN", "filters": {"q": "\x00"}, "kind": "confirm"},
    {"count": 1, "area_m2": "1e99", "filters": {"q": "\x00"}, "kind": "confirm"},
    {"count": 1, "area_m2": "1", "filters": {"batch": "\ud800"}, "kind": "confirm"},
    {"count": 1, "area_m2": "1", "filters": {"region": ["a", {}]}, "kind": "confirm"},
    {"action": 2**70}, {"action": "\x00"}, {"action": -1}, {"shared": 3, "title": "\x00"},
)  # fmt: skip
NEEDED = {
    "tiles/identify": "lng=117&lat=33",
    "ratios/patches/": "band=illegal",
    "review/export.<str:form>": "form=xlsx",
}
"""What an address wants before it reads further."""
LEFT = ("admin/", "logout/", "healthz", "login/", "api/")
"""Django's own, and what schemathesis asks."""


def patterns() -> list[str]:
    """All addresses of the site, as urls.py writes them."""

    def within(resolver: URLResolver, before: str) -> Iterator[str]:
        for one in resolver.url_patterns:
            here = before + str(one.pattern)
            if isinstance(one, URLPattern):
                yield here
            else:
                yield from within(one, here)

    found = (one.lstrip("^") for one in within(get_resolver(), ""))
    return sorted({one for one in found if not one.startswith(LEFT)})


@pytest.fixture(scope="module")
def known(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """One county with a judged patch, a site check and a job: made once, gone after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = make_world()
        who = people.person(HOME, "brigade", "planner", "data_admin", "official", unit="绘图科")
        corners = [degrees(x, y) for x, y in ((20, -40), (160, -40), (160, 80), (20, -40))]
        ground = MultiPolygon(Polygon(corners), srid=4490)
        parcel = Parcel("地块", ground)
        site = check([parcel], Asked("site-selection", AS_OF), scope_of(who), by=who)
        found = Assessment.objects.get(patch=made.patch, is_current=True)
        yield {
            "who": who, "patch_id": made.patch.pk, "run_id": found.run_id, "site_id": site.id,
            "version_id": DatasetVersion.objects.filter(layer_id="basic_farmland")[0].pk,
            "job_id": Job.objects.create(kind="tried", title="试一试", by=who).pk,
            "token": uuid.uuid4(),
            "layer": "basic_farmland", "version": "live", "z": 10, "x": 845, "y": 410,
            "form": "csv", "name": "imagery",
        }  # fmt: skip
        transaction.set_rollback(True)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names that views ask of an address, as they ask them."""
    found: set[str] = set()
    for way in ("get", "getlist", "__getitem__", "__contains__"):
        whole = getattr(QueryDict, way)

        def noting(self: QueryDict, name: str, *more: Any, _whole: Any = whole) -> Any:
            found.add(name)
            return _whole(self, name, *more)

        monkeypatch.setattr(QueryDict, way, noting)
    return found


class Asker:
    """Asks within a savepoint, so that a breakdown leaves the next question its database."""

    def __init__(self, known: dict[str, Any]) -> None:
        self.client = Client()
        self.client.force_login(known["who"])
        self.broken: list[str] = []

    def ask(self, address: str, body: Any = None) -> None:
        if body is None:
            self._see(address, b"", lambda: self.client.get("/" + address))
            return
        told = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"content_type": "application/json", "headers": {"accept": "application/json"}}
        self._see(address, told, lambda: self.client.post("/" + address, told, **sent))

    def fill_in(self, address: str, form: dict[str, str]) -> None:
        told = "&".join(
            f"{name}={quote(value, errors='surrogatepass')}" for name, value in form.items()
        )
        sent = {"content_type": "application/x-www-form-urlencoded"}
        self._see(address, told.encode(), lambda: self.client.post("/" + address, told, **sent))

    def _see(self, address: str, told: bytes, asked: Callable[[], Any]) -> None:
        try:
            with transaction.atomic():
                answer = asked()
                transaction.set_rollback(True)
            fault = f"{answer.status_code}" if answer.status_code >= 500 else ""
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
            fault = f"{type(error).__name__}: {str(error)[:200]}"
        if fault:
            self.broken.append(f"{address[:160]} {told[:120]!r} → {fault}")


def filled(pattern: str, known: dict[str, Any]) -> str:
    """The address of what exists, where it exists."""
    return re.sub(
        r"<(?:[a-z]+:)?([a-z_]+)>", lambda found: quote(str(known.get(found[1], 1))), pattern
    )


@pytest.mark.parametrize("pattern", patterns())
def test_no_address_breaks_down(pattern: str, known: dict[str, Any], names: set[str]) -> None:
    asker, needed = Asker(known), NEEDED.get(pattern, "")
    address = filled(pattern, known)
    asker.ask(f"{address}?{needed}")
    read = sorted(name for name in names if name.isascii() and name.isidentifier()) or ["x"]
    for name in read:
        for value in VALUES:
            rest = "&".join(part for part in needed.split("&") if not part.startswith(f"{name}="))
            asker.ask(f"{address}?{rest}&{name}={value}")
    for kind, wrong in (("str", ("%00", "9" * 300, "%ED%A0%80")), ("int", ("9" * 30,))):
        for value in wrong if f"<{kind}:" in pattern else ():
            hurt = re.sub(rf"<{kind}:([a-z_]+)>", value, pattern)
            asker.ask(filled(hurt, known))
    for body in BODIES:
        asker.ask(address, body)
    for value in ("\x00", "\ud800", "9" * 400, "NaN", "-1", "{", "2024-13-45"):
        asker.fill_in(address, dict.fromkeys(read, value))
    assert asker.broken == []
