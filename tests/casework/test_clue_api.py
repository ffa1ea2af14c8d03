"""Clues by machine: once each, refused with a problem, by a token that opens nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from gisland.casework import clue_settle
from gisland.casework.models import Clue, ClueFile
from gisland.pages.clue_api import ClueThrottle
from spatial.api_tokens import make_token
from tests.casework.clue_office import (
    SECRET,
    TODAY,
    bounded_office,
)
from tests.casework.office import Office, jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return bounded_office()


def machine(office: Office, only: str = "clue") -> Client:
    _, key = make_token(office.officer, "巡查系统", only)
    return Client(headers={"authorization": f"Token {key}"})


def body(office: Office, **told: Any) -> dict[str, Any]:
    lon, lat = office.middle()
    return {"number": "A-1", "source": "视频", "found_on": TODAY.isoformat(), "text": "翻斗车卸土",
            "lon": lon, "lat": lat, "radius_m": 30, "reporter_name": SECRET, **told}  # fmt: skip


def send(client: Client, told: dict[str, Any]) -> Any:
    return client.post("/api/clues/", json.dumps(told), content_type="application/json")


def test_a_machine_reports_once_and_asks_what_became(office: Office) -> None:
    client = machine(office)
    first = send(client, body(office))
    assert first.status_code == 201, first.content
    told = first.json()
    assert told["near"][0]["name"] == office.patch.address
    again = send(client, body(office))
    assert (again.status_code, again.json()["id"]) == (200, told["id"])
    other = send(client, body(office, text="别的事"))
    assert other.status_code == 409
    assert other["Content-Type"] == "application/problem+json"
    assert Clue.objects.count() == 1
    clue_settle.refuse(clue_settle.Word(office.officer, timezone.now()), told["id"], "repeated")
    asked = client.get(f"/api/clues/{told['id']}/").json()
    assert (asked["state"], asked["state_term"]) == ("refused", "不予受理")
    assert client.get("/api/clues/?number=A-1").json()["results"] == [asked]
    assert SECRET not in first.content.decode() + json.dumps(asked, ensure_ascii=False)
    assert first["Cache-Control"] == "no-store, private"


def test_a_machine_sends_files_in_a_form(office: Office) -> None:
    photo = SimpleUploadedFile("cam.jpg", jpeg(), "image/jpeg")
    told = {**body(office), "files": [photo]}
    response = machine(office).post("/api/clues/", told)
    assert response.status_code == 201, response.content
    assert response.json()["files"] == [ClueFile.objects.get().sha256]


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"region": "990198"}, 403),
        ({"lon": 100.0, "lat": 10.0}, 400),
        ({"source": "部"}, 400),
        ({"ground": {"type": "Polygon"}}, 400),
        ({"radius_m": None}, 400),
        ({"found_on": "2099-01-01"}, 400),
        ({"who": "x"}, 400),
    ],
)
def test_a_machine_is_refused_with_a_problem(office: Office, told: Any, status: int) -> None:
    if "region" in told:
        told = {"region": office.county.code[:4] + "98"}
    response = send(machine(office), {**body(office), **told})
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert not Clue.objects.exists()


def test_a_token_for_clues_opens_nothing_else(office: Office) -> None:
    client = machine(office)
    for address in ("/api/patches/", "/api/batches/", "/api/ratios/"):
        refused = client.get(address)
        assert refused.status_code == 403, address
        assert "只能用于" in refused.json()["detail"]
    assert machine(office, only="").get("/api/patches/").status_code == 200
    assert send(Client(), body(office)).status_code == 401


def test_what_others_reported_is_not_told(office: Office) -> None:
    number = send(machine(office), body(office)).json()["id"]
    _, key = make_token(office.captain, "另一系统", "clue")
    other = Client(headers={"authorization": f"Token {key}"})
    assert other.get(f"/api/clues/{number}/").status_code == 404
    assert other.get("/api/clues/").json()["results"] == []
    _, key = make_token(office.leader, "领导", "")
    assert Client(headers={"authorization": f"Token {key}"}).get("/api/clues/").status_code == 403


def test_a_machine_gone_wrong_is_slowed(office: Office, monkeypatch: Any) -> None:
    monkeypatch.setattr(ClueThrottle, "rate", "1/min")
    client = machine(office)
    assert send(client, body(office)).status_code == 201
    assert send(client, body(office)).status_code == 429
