"""Explanations can be checked without the database: an independent reader finds the same.

Every drawn case is judged and explained once; the reader gets each document as text and derives
areas, versions, conclusions, marks and label from it alone.
"""

from __future__ import annotations

import itertools
import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from spatial.engine.explain import explain, explain_all
from spatial.models import Assessment
from tests import reader_ground
from tests.explained import LATE, judged
from tests.reader import Reader
from tests.test_cases import CASES, judge_cases

Document = dict[str, Any]
pytestmark = pytest.mark.django_db
FEW = list(CASES)[::40]
"""For those who narrow the tests to one that names no case."""


@pytest.fixture(scope="module")
def documents(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> dict[str, list[Document]]:
    """The explanations of the cases that were asked for; nothing stays in the database."""
    asked = {
        item.callspec.params["name"]
        for item in request.session.items
        if getattr(item, "originalname", "") == test_the_reader_finds_what_the_engine_found.__name__
    }
    cases = {name: case for name, case in CASES.items() if name in (asked or FEW)}
    with django_db_blocker.unblock(), transaction.atomic():
        assert transaction.get_connection().settings_dict["NAME"].startswith("test_")
        judge_cases(cases)
        rows = Assessment.objects.filter(patch__batch__code__startswith="case-")
        explained = explain_all(list(rows.order_by("patch_id")))
        transaction.set_rollback(True)
    found: dict[str, list[Document]] = {name: [] for name in cases}
    names = list(cases)
    for document in explained.values():
        number = int(document["patch"]["batch"].removeprefix("case-"))
        found[names[number - 1]].append(json.loads(json.dumps(document, ensure_ascii=False)))
    return found


def told(document: Document) -> dict[str, Any]:
    """What a document says of its patch, in the reader's terms."""
    return {
        "conclusions": {
            piece["seq"]: (piece["rule"]["code"] if piece["rule"] else "", piece["class"])
            for piece in document["pieces"]
        },
        "marks": {
            mark["code"]: (mark["answer"], Decimal(mark["area_m2"]), Decimal(mark["unknown_m2"]))
            for mark in document["marks"]
        },
        "label": (document["label"]["class"], document["label"]["borderline"]),
    }


def derived(document: Document) -> dict[str, Any]:
    """The same, derived by the reader."""
    reader = Reader(document)
    return {
        "conclusions": reader.conclusions,
        "marks": reader.marks(),
        "label": reader.label(),
    }


def test_each_case_is_explained(documents: dict[str, list[Document]]) -> None:
    assert documents
    assert all(documents.values()), "each case has a patch at least"
    assert all(document["reproduced"] for found in documents.values() for document in found)


@pytest.mark.parametrize("name", CASES)
def test_the_reader_finds_what_the_engine_found(
    name: str, documents: dict[str, list[Document]]
) -> None:
    for document in documents[name]:
        assert derived(document) == told(document)


def test_areas_are_those_of_the_rings(documents: dict[str, list[Document]]) -> None:
    for document in itertools.chain(*documents.values()):
        stated = {piece["seq"]: Decimal(piece["area_m2"]) for piece in document["pieces"]}
        measured = Reader(document).areas()
        assert measured == pytest.approx(
            {number: float(area) for number, area in stated.items()}, abs=0.01 + 1e-6
        )
        assert sum(stated.values()) == Decimal(document["area_m2"])
        whole = reader_ground.area(document["patch"]["ground"])
        assert sum(measured.values()) == pytest.approx(whole, abs=1e-4)
        assert whole == pytest.approx(float(document["area_m2"]), abs=0.005 + 1e-6)


def test_pieces_lie_in_the_zones_named_and_in_no_others(
    documents: dict[str, list[Document]],
) -> None:
    for document in itertools.chain(*documents.values()):
        for piece in document["pieces"]:
            named = {str(zone) for ids in piece["zones"].values() for zone in ids}
            area = reader_ground.area(piece["ground"])
            shared = {
                number: reader_ground.overlap(piece["ground"], zone["ground"])
                for number, zone in document["zones"].items()
            }
            wanted = {number: area if number in named else 0.0 for number in document["zones"]}
            assert shared == pytest.approx(wanted, abs=0.01)


def test_the_versions_that_counted_follow_from_the_pins(
    documents: dict[str, list[Document]],
) -> None:
    for document in itertools.chain(*documents.values()):
        reader, stated = Reader(document), {}
        for row in document["versions"]:
            key = (row["county_code"], row["layer"], row["policy"])
            stated.setdefault(key, set()).add(row["version"])
        assert stated
        chosen = {
            key: {found and found["version"] for found in reader.versions(*key)} for key in stated
        }
        assert chosen == stated


# ------------------------------------------------ a document that was tampered with


@pytest.fixture
def document() -> Document:
    patch = judged(LATE)
    found: Document = json.loads(json.dumps(explain(patch)))
    assert derived(found) == told(found)
    return found


def test_a_moved_corner_shows_in_the_area(document: Document) -> None:
    piece = document["pieces"][0]
    piece["ground"][0][0][1][0] += 1.0
    measured = Reader(document).areas()[piece["seq"]]
    assert abs(measured - float(piece["area_m2"])) > 1


def test_a_changed_date_shows_in_the_conclusion(document: Document) -> None:
    approval = next(zone for zone in document["zones"].values() if zone["layer"] == "approval")
    approval["attributes"]["approved_on"] = "2023-12-31"
    assert derived(document)["conclusions"] != told(document)["conclusions"]


def test_a_version_taken_away_shows_as_unknown(document: Document) -> None:
    document["pins"] = [row for row in document["pins"] if row["layer"] != "supply"]
    assert {found for _, found in Reader(document).conclusions.values()} == {"unknown"}
    assert told(document)["label"][0] != "unknown"


def test_a_changed_rule_is_not_read_at_all(document: Document) -> None:
    document["ruleset"]["text"] += "\n"
    with pytest.raises(AssertionError):
        Reader(document)


def test_a_mark_made_up_is_not_found(document: Document) -> None:
    mark = next(each for each in document["marks"] if each["answer"])
    mark["area_m2"] = "1000000.00"
    assert derived(document)["marks"] != told(document)["marks"]
