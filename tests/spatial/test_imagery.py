"""Images by place and date: pairs for patches, coverage of counties, and who sees which."""

from __future__ import annotations

import datetime
import json
from io import StringIO

import pytest
from django.contrib.gis.db.models.functions import Transform
from django.core.management import call_command
from django.utils import timezone

from imports import image_versions
from spatial import crs
from spatial.imagery_coverage import coverage
from spatial.imagery_pairs import pairs_for
from spatial.models import Image, Patch, Region
from spatial.scope import NOTHING, scope_of
from tests.people import make_patch, make_regions, person, square

pytestmark = pytest.mark.django_db

WEST, SOUTH = 117.0, 33.0


def image(day: str, west=WEST - 1, south=SOUTH - 1, size=2.0, **more) -> Image:
    return Image.objects.create(
        name=day, taken_on=datetime.date.fromisoformat(day), file="imagery/x.tif",
        source_name="x.tif", source_sha256=f"{day}{west}{size}{len(more)}", delivered_crs="",
        resolution_m=more.pop("resolution_m", 1.0), bands=3,
        footprint=square(west, south, size), **more,
    )  # fmt: skip


@pytest.fixture
def ground():
    make_regions()
    Region.objects.filter(code="990101").update(geom=square(WEST, SOUTH, 0.1))
    Region.objects.filter(code="990102").update(geom=square(WEST + 0.1, SOUTH, 0.1))


def measured() -> None:
    """Patches get their true ground."""
    Patch.objects.update(ground=Transform("geom", crs.ENGINE_SRID))


@pytest.fixture
def patch(ground):
    made = make_patch(geom=square(WEST + 0.05, SOUTH + 0.05, 0.001))
    measured()
    told = {"before_on": "2023-03-01", "before_on_last": "2023-03-31",
            "after_on_first": "2024-03-01", "after_on": "2024-03-31"}  # fmt: skip
    Patch.objects.filter(pk=made.pk).update(**told)
    return Patch.objects.get(pk=made.pk)


@pytest.fixture
def scope(ground):
    return scope_of(person("990101", "brigade"))


def test_the_pair_is_the_nearest_before_and_the_nearest_after(patch, scope):
    image("2021-01-01")
    before = image("2023-03-31")  # the month of the earlier image is known, not the day
    between = image("2023-08-01")
    after = image("2024-03-01")
    image("2025-01-01")
    pair = pairs_for([patch], scope)[patch.pk]
    assert (pair.before.image_id, pair.after.image_id) == (before.pk, after.pk)
    assert [shot.moment for shot in pair.shots] == ["before", "before", "between", "after", "after"]
    assert pair.shots[2].image_id == between.pk


def test_an_image_that_covers_more_is_better_than_a_nearer_one(patch, scope):
    whole = image("2022-01-01")
    west_half = image("2023-03-01", WEST + 0.04, SOUTH + 0.04, 0.0105)
    pair = pairs_for([patch], scope)[patch.pk]
    assert pair.before.image_id == whole.pk
    shares = {shot.image_id: shot.share for shot in pair.shots}
    assert shares[whole.pk] == 1.0
    assert shares[west_half.pk] == pytest.approx(0.25, abs=0.001)
    assert len(pairs_for([patch], scope, least_share=0.3)[patch.pk].shots) == 1


def test_on_the_same_day_the_finer_one(patch, scope):
    fine = image("2023-01-01", resolution_m=0.5)
    image("2023-01-01", size=2.5, resolution_m=2.0)
    assert pairs_for([patch.pk], scope)[patch.pk].before.image_id == fine.pk


def test_no_image_and_no_dates(patch, scope):
    empty = pairs_for([patch], scope)[patch.pk]
    assert (empty.before, empty.after, empty.shots) == (None, None, ())
    image("2023-01-01")
    Patch.objects.update(before_on=None, before_on_last=None, after_on_first=None, after_on=None)
    pair = pairs_for([patch], scope)[patch.pk]
    assert (pair.before, pair.after) == (None, None)
    assert [shot.moment for shot in pair.shots] == ["between"]


def test_pairs_obey_the_scope(patch, scope):
    open_one = image("2023-01-01")
    image("2023-02-01", secrecy="secret")
    gone = image("2023-02-02")
    image_versions.withdraw(gone, "错")
    image("2023-02-03", WEST + 5, SOUTH, 1)
    assert [shot.image_id for shot in pairs_for([patch], scope)[patch.pk].shots] == [open_one.pk]
    assert pairs_for([patch], scope_of(person("990102", "brigade"))) == {}
    assert pairs_for([patch], NOTHING) == {}
    reviewer = scope_of(person("990101", "reviewer"))
    assert len(pairs_for([patch], reviewer)[patch.pk].shots) == 2


def test_one_statement_for_many_patches(ground, scope, django_assert_max_num_queries):
    image("2023-01-01")
    patches = [
        make_patch(jcbh=str(n), geom=square(WEST + n / 1000, SOUTH, 0.0005)) for n in range(30)
    ]
    measured()
    with django_assert_max_num_queries(2):
        found = pairs_for(patches, scope)
    assert all(len(pair.shots) == 1 for pair in found.values())
    assert len(found) == 30


def test_withdrawn_images_show_nowhere(ground, scope):
    kept, gone = image("2023-01-01"), image("2023-01-02")
    Image.objects.filter(pk=gone.pk).update(withdrawn_at=timezone.now())
    assert list(scope.filter_images(Image.objects.all())) == [kept]


def test_coverage_by_county_and_quarter(ground, scope):
    image("2023-02-01", WEST, SOUTH, 0.05)  # a quarter of the county
    image("2023-03-31", WEST + 0.025, SOUTH, 0.05)  # overlaps the first: counts once
    image("2023-09-01")
    rows = {row.period: row for row in coverage(scope)}
    assert list(rows) == ["2023Q1", "2023Q2", "2023Q3"]
    assert (rows["2023Q1"].images, rows["2023Q2"].images) == (2, 0)
    assert rows["2023Q1"].share == pytest.approx(0.375, abs=0.001)
    assert rows["2023Q1"].covered_m2 == pytest.approx(0.375 * rows["2023Q1"].county_m2, rel=0.002)
    assert (rows["2023Q2"].covered_m2, rows["2023Q2"].words) == (0, "无影像")
    assert (rows["2023Q3"].share, rows["2023Q3"].words) == (1.0, "100.0%")
    assert {row.county_code for row in rows.values()} == {"990101"}


def test_coverage_obeys_secrecy_and_withdrawal(ground, scope):
    image("2023-02-01", secrecy="secret")
    assert coverage(scope) == []
    gone = image("2023-05-01")
    image_versions.withdraw(gone, "错")
    day = datetime.date(2023, 1, 1)
    assert [row.words for row in coverage(scope, first_on=day, last_on=day)] == ["无影像"]
    assert coverage(NOTHING) == []


def told(*words: str) -> object:
    out = StringIO()
    call_command("imagery", *words, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_command(ground):
    one = image("2023-02-01", WEST, SOUTH, 0.05)
    (row,) = told("list")
    assert (row["id"], row["taken_on"], row["withdrawn_on"]) == (one.pk, "2023-02-01", None)
    rows = told("coverage", "--from", "2023-01-01", "--until", "2023-06-30")
    assert [(row["county"], row["period"], row["words"]) for row in rows] == [
        ("990101", "2023Q1", "25.0%"),
        ("990101", "2023Q2", "无影像"),
        ("990102", "2023Q1", "无影像"),
        ("990102", "2023Q2", "无影像"),
    ]
    told("withdraw", str(one.pk), "--why", "日期有误")
    assert told("list") == []
    assert told("list", "--withdrawn")[0]["why"] == "日期有误"


def test_the_administrator_sets_secrecy_and_nothing_else(client, ground):
    one = image("2023-02-01")
    far = image("2023-02-01", WEST + 5, SOUTH, 1)
    client.force_login(_staff("990101"))
    address = f"/admin/spatial/image/{one.pk}/change/"
    page = client.get(address)
    assert page.status_code == 200
    answer = client.post(address, {"name": "甲", "secrecy": "secret", "taken_on": "1999-01-01"})
    assert answer.status_code == 302
    one.refresh_from_db()
    assert (one.name, one.secrecy, one.taken_on.year) == ("甲", "secret", 2023)
    assert client.post(address, {"name": "甲", "secrecy": "x"}).status_code == 200
    assert client.get(f"/admin/spatial/image/{far.pk}/change/").status_code == 302


def _staff(code: str):
    user = person(code, "admin")
    user.is_staff = True
    user.save()
    return user
