"""Every filter, total and order of the desk is what counting one by one gives, in any scope."""

from __future__ import annotations

import datetime
import random
from collections import defaultdict
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from spatial import crs, sqlfiles, vocabulary
from spatial.models import (
    Assessment,
    AssessmentMark,
    Determination,
    Document,
    Holder,
    Patch,
    Piece,
    Project,
    Referral,
    Region,
    Run,
    User,
    Zone,
)
from spatial.review import queue
from spatial.review.filters import Filters, select
from spatial.review.status import DECIDED, standings
from spatial.rules.load import load_ruleset
from spatial.scope import scope_of
from tests.people import make_patch, make_regions, make_zone, person, square

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db
DAY = datetime.date(2024, 6, 3)
NOON = datetime.datetime(2024, 6, 3, 12, tzinfo=datetime.UTC)
HOME, NEXT = "990101", "990102"
MARKS = ("on_cultivated", "basic_farm", "out_of_town")
LABELS = (("legal", "lawful"), ("illegal", "unapproved"), ("pending", "facility_bf_old"))


@pytest.fixture
def world() -> dict[int, dict[str, Any]]:
    """Forty patches with everything that is filtered, by number: what is true of each."""
    make_regions()
    rng = random.Random(20240603)
    counties = {region.code: region for region in Region.objects.filter(level="county")}
    survey = {code: make_zone(HOME, "land_use") for code in ("0101", "0103", "0301")}
    for code, zone in survey.items():
        Zone.objects.filter(pk=zone.pk).update(code=code, geom=square(110, 20))
    paper = Document.objects.create(
        layer_id="approval", number="示政地〔2024〕12号", number_key="示政地(2024)12号"
    )
    approval = make_zone(HOME, "approval")
    Zone.objects.filter(pk=approval.pk).update(document=paper, geom=square(118.5, 30))
    holder = Holder.objects.create(name="清河砖瓦厂", name_key="清河砖瓦厂")
    project = Project.objects.create(name="河西工业园区", name_key="河西工业园区")
    ruleset = load_ruleset("land-enforcement")
    run = Run.objects.create(
        ruleset=ruleset, as_of=DAY, known_at=NOON, code_version="test", applied_at=NOON
    )
    officer = person(HOME, name="decides")
    truth: dict[int, dict[str, Any]] = {}
    for number in range(40):
        papered = rng.random() < 0.2
        patch = make_patch(
            rng.choice((HOME, HOME, NEXT)), rng.choice(("2024Q1", "2024Q2")), f"{number:04}",
            geom=square(118.5 if papered else 118.0, 30.0),
        )  # fmt: skip
        area = Decimal(rng.randrange(10_000, 500_000)) / 100
        declared = area + rng.choice((0, 0, 500))
        after = None if rng.random() < 0.1 else DAY - datetime.timedelta(days=rng.randrange(200))
        Patch.objects.filter(pk=patch.pk).update(
            area_m2=area, declared_area_m2=declared, after_on=after,
            holder=holder if rng.random() < 0.3 else None,
            project=project if rng.random() < 0.3 else None,
        )  # fmt: skip
        patch.refresh_from_db()
        told = {"patch": patch, "papered": papered, "marks": {},
                "towns": set(), "land": set(), "label": None, "beyond": Decimal(0)}  # fmt: skip
        truth[patch.pk] = told
        if rng.random() < 0.1:
            continue
        label = rng.choice(LABELS)
        told["label"] = label
        told["borderline"] = rng.random() < 0.2
        found = Assessment.objects.create(
            patch=patch, run=run, label_class=label[0], label_code=label[1], label_term="初判",
            area_m2=area, exact_area_m2=float(area), is_current=True, applied_at=NOON,
            borderline=told["borderline"],
        )  # fmt: skip
        for code in MARKS:
            if rng.random() < 0.8:
                answer = rng.choice((True, False, None))
                size = Decimal(rng.randrange(1, 9000)) / 100 if answer else Decimal(0)
                told["marks"][code] = (answer, size)
                AssessmentMark.objects.create(
                    assessment=found, code=code, term=code, answer=answer, area_m2=size
                )
        for seq in range(rng.randrange(1, 4)):
            foreign = rng.random() < 0.1
            piece_county = counties[NEXT if (patch.region.code == HOME) == foreign else HOME]
            if foreign and patch.region.code == NEXT:
                piece_county = counties[HOME]
            town = f"{patch.region.code}{rng.choice(('001', '002'))}"
            land = rng.choice(list(survey))
            size = Decimal(rng.randrange(1, 900)) / 100
            Piece.objects.create(
                assessment=found, seq=seq, county=piece_county, township_code=town,
                zones={"land_use": [survey[land].pk]}, area_m2=size, exact_area_m2=float(size),
                ground=_ground(),
            )  # fmt: skip
            told["towns"].add(town)
            if piece_county.pk == patch.region_id:
                told["land"].add(land)
            else:
                told["beyond"] += size
        for _ in range(rng.choice((0, 0, 1, 2))):
            _say(rng, patch, found, officer)
    sqlfiles.execute("desk/90_rebuild")
    return truth


def _ground() -> Any:
    ground = square()
    ground.srid = crs.ENGINE_SRID
    return ground


def _say(rng: random.Random, patch: Patch, found: Assessment, by: User) -> None:
    if rng.random() < 0.6:
        change = rng.random() < 0.4
        Determination.objects.create(
            patch=patch, on=DAY, by=by, assessment=found, kind="change" if change else "confirm",
            conclusion="lawful" if change else "", conclusion_class="legal" if change else "",
        )  # fmt: skip
    else:
        kind = rng.choice(("reject", "field_check"))
        Referral.objects.create(patch=patch, on=DAY, by=by, kind=kind)


Told = dict[str, Any]


def _status(told: Told) -> str:
    return standings([told["patch"].pk])[told["patch"].pk].status


ASKED: dict[str, tuple[dict[str, str], Callable[[Told], bool]]] = {
    "everything": ({}, lambda _: True),
    "batch": ({"batch": "2024Q1"}, lambda t: t["patch"].batch.code == "2024Q1"),
    "county": ({"region": NEXT}, lambda t: t["patch"].region.code == NEXT),
    "township": ({"region": f"{HOME}001"}, lambda t: f"{HOME}001" in t["towns"]),
    "conclusion": ({"conclusion": "unapproved"}, lambda t: t["label"] == LABELS[1]),
    "class": ({"label_class": "legal"}, lambda t: t["label"] == LABELS[0]),
    "borderline": ({"borderline": "1"}, lambda t: bool(t["label"]) and t["borderline"]),
    "mark": ({"mark": "basic_farm"}, lambda t: t["marks"].get("basic_farm", (0, 0))[0] is True),
    "unknown": ({"mark": "out_of_town?"}, lambda t: t["marks"].get("out_of_town", (0,))[0] is None),
    "area": (
        {"area_from": "1", "area_to": "4"},
        lambda t: Decimal(2000) / 3 <= t["patch"].area_m2 <= Decimal(8000) / 3,
    ),
    "land": ({"land_class": "01"}, lambda t: any(code < "02" for code in t["land"])),
    "one land class": ({"land_class": "0301"}, lambda t: "0301" in t["land"]),
    "dates": (
        {"date_from": "2024-03-01", "date_to": "2024-05-01"},
        lambda t: (
            bool(t["patch"].after_on)
            and datetime.date(2024, 3, 1) <= t["patch"].after_on <= datetime.date(2024, 5, 1)
        ),
    ),
    "declared": (
        {"declared": "1"},
        lambda t: t["patch"].declared_area_m2 - t["patch"].area_m2 == 500,
    ),
    "open": ({"status": "open"}, lambda t: _status(t) == "open"),
    "decided": ({"status": "decided"}, lambda t: _status(t) in DECIDED),
    "waiting": (
        {"status": "waiting"},
        lambda t: _status(t) in ("open", "field_check", "rejected"),
    ),
    "unjudged": ({"status": "unjudged"}, lambda t: t["label"] is None),
    "number": ({"q": "003"}, lambda t: "003" in t["patch"].jcbh),
    "holder": ({"q": "砖瓦"}, lambda t: t["patch"].holder_id is not None),
    "project": ({"q": "工业园"}, lambda t: t["patch"].project_id is not None),
    "paper": ({"q": "〔2024〕12"}, lambda t: t["papered"]),
    "two words": (
        {"q": "砖瓦 工业园"},
        lambda t: bool(t["patch"].holder_id and t["patch"].project_id),
    ),
    "several": (
        {"batch": "2024Q2", "status": "open", "label_class": "illegal"},
        lambda t: (
            t["patch"].batch.code == "2024Q2" and _status(t) == "open" and t["label"] == LABELS[1]
        ),
    ),
}


@pytest.mark.parametrize("code", ["990100", HOME, NEXT])
def test_every_filter_finds_what_is_so_and_sums_what_it_finds(
    world: dict[int, Told], code: str
) -> None:
    scope = scope_of(person(code))
    within = {
        pk: {
            **told,
            "papered": told["papered"] and code != NEXT,
        }  # the paper is of the other county
        for pk, told in world.items()
        if told["patch"].region_id in scope.county_ids
    }
    assert len(within) > 5
    found_any = defaultdict(bool)
    for name, (asked, is_so) in ASKED.items():
        filters = Filters.read(asked)
        wanted = {pk for pk, told in within.items() if is_so(told)}
        assert set(select(scope, filters).values_list("pk", flat=True)) == wanted, name
        assert queue.totals(scope, filters) == _summed([within[pk] for pk in wanted], scope), name
        found_any[name] = bool(wanted)
    if code == "990100":
        assert all(found_any.values()), "a filter that finds nothing here proves nothing"


def _summed(found: list[Told], scope: Any) -> dict[str, Any]:
    """The totals counted one by one; a patch that reaches beyond the scope tells no areas."""
    whole = len(scope.county_ids) > 1
    outside = [t["beyond"] for t in found if not whole and t["beyond"]]
    told: dict[str, Any] = {
        "count": len(found),
        "area_m2": f"{sum((t['patch'].area_m2 for t in found), Decimal(0)):.2f}",
        "outside_m2": f"{sum(outside, Decimal(0)):.2f}",
        "waiting": sum(_status(t) in ("open", "field_check", "rejected") for t in found),
    }
    for code in queue.AREA_MARKS:
        known = [
            t["marks"][code][1]
            for t in found
            if t["marks"].get(code, (None,))[0] is not None and (whole or not t["beyond"])
        ]
        told[code] = {
            "area_m2": f"{sum(known, Decimal(0)):.2f}",
            "unknown": len(found) - len(known),
        }
    return told


def test_pages_go_through_all_in_the_order_that_they_name(
    world: dict[int, Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PAGE", 7)
    scope = scope_of(person("990100"))
    ranks = {code: at for at, code in enumerate(vocabulary.class_codes())}

    def key(pk: int, order: str) -> tuple[Any, ...]:
        told = world[pk]
        patch = told["patch"]
        rank = ranks[told["label"][0]] if told["label"] else queue.LAST
        day = patch.after_on or datetime.date.min
        return {
            "address": (patch.batch.code, patch.region.code, patch.jcbh),
            "area": (-patch.area_m2, pk),
            "class": (rank, -patch.area_m2, pk),
            "after": (-day.toordinal(), pk),
        }[order]

    for order in queue.ORDERS:
        ids: list[int] = []
        cursor = ""
        while True:
            page = queue.page(scope, Filters(), order=order, cursor=cursor)
            ids += [row["id"] for row in page.rows]
            if not (cursor := page.following):
                break
        assert set(ids) == set(world), order
        assert len(ids) == len(world), order
        assert all(key(one, order) < key(two, order) for one, two in pairwise(ids)), order


def test_where_the_assessment_read_no_survey_the_survey_in_force_tells_the_land() -> None:
    make_regions()
    zone = make_zone(HOME, "land_use")
    Zone.objects.filter(pk=zone.pk).update(code="0101")
    patch = make_patch()
    scope = scope_of(person())
    assert set(select(scope, Filters(land_class="01"))) == {patch}
    assert not select(scope, Filters(land_class="03")).exists()
