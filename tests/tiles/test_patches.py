"""Tiles of patches, their pieces, and of counties."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from spatial.engine.classify import apply_run, classify
from spatial.models import Batch, Determination, Layer, Patch, Region, Run, Unit, User
from spatial.rules.load import load_ruleset
from tests import drawing
from tests.people import make_patch, person, square
from tests.tiles.conftest import LAT, LNG, Reader, draw, region, tile_at, url

pytestmark = pytest.mark.django_db

FARM = {"code": "0101", "kcxs": 0}


@pytest.fixture
def patch(regions: None) -> Patch:
    """80 m by 40 m of paddy, the western half of it basic farmland; nothing approved."""
    draw("land_use", "AA", A={**FARM, "plane": square_of(0, 0, 80, 40)})
    draw("basic_farmland", "B", B={"code": "永农", "plane": square_of(0, 0, 40, 40)})
    for layer in ("ecological_redline", "urban_boundary", "planning_zone", "approval", "supply",
                  "temporary", "facility", "road_line", "river_line", "green_line", "parcel",
                  "occupied", "lease", "built_up", "scheme_use"):  # fmt: skip
        draw(layer, "")
    told: dict[str, Any] = {"before_on": "2023-03-01", "after_on": "2024-03-01", "jcbh": "7"}
    return drawing.draw_patch({"plane": square_of(0, 0, 80, 40), **told}, region=region())


def square_of(west: float, south: float, width: float, height: float) -> Any:
    import shapely

    east, north = drawing.ORIGIN_EAST + west, drawing.ORIGIN_NORTH + south
    return shapely.box(east, north, east + width, north + height)


def judge(patch: Patch, *, apply: bool = True) -> Run:
    ruleset = load_ruleset("land-enforcement")
    run = classify([patch.pk], ruleset=ruleset, as_of=datetime.date(2025, 1, 1))
    return apply_run(run) if apply else run


def test_a_patch_says_its_label(patch: Patch, brigade: Reader) -> None:
    (bare,) = brigade.tile("patches")["patches"]
    assert bare["style"] == "other"
    assert "label_class" not in bare
    found = judge(patch).assessments.get()
    (feature,) = brigade.tile("patches")["patches"]
    marks = found.marks.filter(answer=True).order_by("severity", "code")
    assert feature | {"shape": None} == {
        "id": patch.pk, "fid": patch.pk, "address": patch.address, "jcbh": "7", "label": "7",
        "label_class": found.label_class, "label_code": found.label_code,
        "label_term": found.label_term, "style": found.style, "borderline": found.borderline,
        "area_m2": float(patch.area_m2), "decided": False,
        "marks": ",".join(marks.values_list("code", flat=True)), "shape": None,
    }  # fmt: skip
    assert "basic_farm" in feature["marks"].split(",")
    (point,) = brigade.tile("patches")["patches-labels"]
    assert point["label"] == "7"
    assert feature["shape"].contains(point["shape"])
    Determination.objects.create(
        patch=patch, on=datetime.date(2025, 1, 2), by=User.objects.first(), assessment=found,
        kind="confirm",
    )  # fmt: skip
    assert brigade.tile("patches")["patches"][0]["decided"] is True


def test_what_was_current_and_what_a_run_found(patch: Patch, brigade: Reader) -> None:
    judge(patch)
    again = judge(patch, apply=False)
    assert "label_class" in brigade.tile("patches")["patches"][0]
    assert "label_class" not in brigade.tile("patches", "2020-01-01")["patches"][0]
    clerk = Reader(person("990101", "data_admin"))
    assert "label_class" in clerk.tile("patches", again.pk)["patches"][0]
    assert brigade.get(url("patches", again.pk, tile_at(16))).status_code == 404
    other = drawing.draw_patch({"plane": square_of(100, 0, 40, 40)}, region=region())
    assert [row["id"] for row in clerk.tile("patches", again.pk)["patches"]] == [patch.pk]
    assert {row["id"] for row in brigade.tile("patches")["patches"]} == {patch.pk, other.pk}


def test_patches_of_others_are_not_there(patch: Patch, brigade: Reader, stranger: Reader) -> None:
    assert stranger.tile("patches") == {}
    judge(patch)
    Batch.objects.update(source="选址", owner=Unit.objects.get(name="甲"))
    colleague = Reader(person("990101", "planner", unit="乙"))
    assert brigade.tile("patches")["patches"]
    for who in (colleague, stranger):
        assert who.tile("patches") == {}
        assert who.tile(f"pieces-{patch.pk}") == {}
        address = f"/tiles/identify?lng={LNG}&lat={LAT}&layers=patches"
        assert who.get(address).json()["layers"][0]["features"] == []
    Batch.objects.update(shared=True)
    assert colleague.tile("patches")["patches"]


def test_labels_of_hidden_rules_are_left_out(patch: Patch, brigade: Reader) -> None:
    judge(patch)
    Layer.objects.filter(code="basic_farmland").update(secrecy="secret")
    admin = Reader(person("990101", "admin"))  # not even the verdict of secret layers
    (feature,) = admin.tile("patches", z=15)["patches"]
    assert "basic_farm" not in feature["marks"].split(",")
    assert "basic_farm" in brigade.tile("patches")["patches"][0]["marks"].split(",")


def test_far_out_only_the_large_are_ground(patch: Patch, brigade: Reader) -> None:
    run = judge(patch)
    wide = make_patch(jcbh="8", geom=square(LNG + 0.001, LAT + 0.001, 0.002))
    found = brigade.tile("patches", z=11)
    assert [feature["id"] for feature in found["patches"]] == [wide.pk]
    assert {point["style"] for point in found["patches-labels"]} == {
        run.assessments.get().style, "other",
    }  # fmt: skip
    assert len(brigade.tile("patches", run.pk, z=11)["patches-labels"]) == 1


def test_far_out_one_point_stands_for_many(brigade: Reader) -> None:
    for number in range(5):
        make_patch(jcbh=str(number), geom=square(LNG + number / 10_000, LAT, 0.00005))
    found = brigade.tile("patches", z=7)
    (point,) = found["patches-labels"]
    assert "patches" not in found
    assert point["count"] == 5
    assert len(brigade.tile("patches", z=14)["patches-labels"]) == 5


@pytest.mark.parametrize("z", [7, 11, 14, 16])
def test_what_a_machine_made_says_so_at_every_zoom(brigade: Reader, z: int) -> None:
    """A dot never counts issued patches and a detector's together."""
    for number, source in enumerate(("机器初筛", "县")):
        ground = square(LNG + 0.001 * number, LAT, 0.002)
        make_patch(batch=f"M{number}", jcbh=str(number), source=source, geom=ground)
    found = brigade.tile("patches", z=z)
    for layer in found.values():
        assert sorted(bool(feature.get("machine")) for feature in layer) == [False, True]


# ---------------------------------------------------------------- pieces


def test_pieces_add_up(patch: Patch, brigade: Reader) -> None:
    run = judge(patch)
    for version in ("live", run.pk):
        found = brigade.tile(f"pieces-{patch.pk}", version)
        assert set(found) == {"pieces"}
        pieces = found["pieces"]
        assert len(pieces) == 2
        assert sum(piece["area_m2"] for piece in pieces) == pytest.approx(float(patch.area_m2))
        terms = dict(run.assessments.get().conclusions.values_list("code", "term"))
        for piece in pieces:
            assert piece["conclusion_term"] == terms[piece["conclusion"]]
            assert piece["style"]
            assert piece["outside"] is False
    assert brigade.get(f"/tiles/pieces-{patch.pk}/live.json").json()["name"] == "图斑碎块"


def test_no_line_of_an_unseen_layer(patch: Patch, brigade: Reader) -> None:
    judge(patch)
    Layer.objects.filter(code="basic_farmland").update(secrecy="secret")
    (joined,) = brigade.tile(f"pieces-{patch.pk}")["pieces"]
    assert joined["area_m2"] == pytest.approx(float(patch.area_m2))
    reviewer = Reader(person("990101", "reviewer"))
    assert len(reviewer.tile(f"pieces-{patch.pk}", z=15)["pieces"]) == 2


def test_ground_beyond_is_one_piece_without_verdict(patch: Patch, brigade: Reader) -> None:
    run = judge(patch)
    run.assessments.get().pieces.update(county=region("990102"))
    (beyond,) = brigade.tile(f"pieces-{patch.pk}")["pieces"]
    assert beyond["outside"] is True
    assert "conclusion" not in beyond
    assert beyond["style"] == "other"


# ---------------------------------------------------------------- counties


def test_counties_and_what_lies_above(brigade: Reader) -> None:
    Region.objects.filter(code="990101").update(geom=square(LNG - 0.1, LAT - 0.1, 0.4))
    Region.objects.filter(code="990102").update(geom=square(LNG, LAT, 0.4))
    Region.objects.filter(code="990100").update(geom=square(LNG - 0.5, LAT - 0.5, 1.5))
    found = brigade.tile("counties", z=9)
    assert {(f["code"], f["level"]) for f in found["counties"]} == {
        ("990101", "county"), ("990100", "city"),
    }  # fmt: skip
    assert [label["label"] for label in found["counties-labels"]] == ["县990101"]
    Region.objects.filter(code="990101").update(valid_until="2020-01-01")
    live = brigade.tile("counties", z=9)["counties"]
    assert [feature["code"] for feature in live] == ["990100"]
    then = brigade.tile("counties", "2019-01-01", z=9)["counties"]
    assert len(then) == 2
    assert brigade.get(url("counties", "live", tile_at(2))).content == b""
