"""Who may see what: region and roles, and nothing beyond."""

from __future__ import annotations

import dataclasses

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.http import HttpResponse
from django.test import RequestFactory

from spatial import access, hidden, scope
from spatial.accounts import make_user
from spatial.errors import InputRefused, NotAllowed
from spatial.models import (
    Batch,
    DatasetVersion,
    Image,
    Layer,
    Notion,
    Patch,
    Region,
    Rule,
    RulePlace,
    RulesetVersion,
    Zone,
)
from spatial.scope import NOTHING, scope_of
from tests.people import DAY, county, make_patch, make_regions, make_zone, person, square

pytestmark = pytest.mark.django_db


@pytest.fixture
def regions() -> None:
    make_regions()


# ---------------------------------------------------------------- regions


@pytest.mark.usefixtures("regions")
@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ("990101", ("990101",)),
        ("990100", ("990101", "990102")),
        ("990000", ("990101", "990102", "990201")),
        (None, ()),
    ],
)
def test_counties_lie_under_the_region(code: str | None, seen: tuple[str, ...]) -> None:
    found = scope_of(person(code))
    assert found.county_codes == seen
    assert found.county_ids == tuple(county(code).pk for code in seen)
    assert bool(found) is bool(seen)


@pytest.mark.usefixtures("regions")
def test_a_township_gives_no_ground() -> None:
    user = person("990101")
    user.region = Region.objects.create(code="990101001", name="乡", level="township")
    assert scope_of(user) == NOTHING
    with pytest.raises(InputRefused, match="县级及以上"):
        person("990101001")


@pytest.mark.usefixtures("regions")
def test_a_superuser_sees_everything() -> None:
    found = scope_of(make_user("root", None, region_code=None, roles=(), superuser=True))
    assert len(found.county_ids) == 3
    assert found.layers("export") == tuple(Layer.objects.values_list("code", flat=True))
    assert all(found.may(deed, "secret") for deed in access.DEEDS)
    assert found.can("manage")


@pytest.mark.usefixtures("regions")
def test_nothing_without_role_or_for_the_inactive() -> None:
    user = person()
    user.roles = ["demo", "no-such-role"]
    assert scope_of(user) == NOTHING
    user.roles, user.is_active = ["brigade"], False
    assert scope_of(user) == NOTHING


@pytest.mark.usefixtures("regions")
def test_accounts_hold_known_roles_only() -> None:
    for role in ("demo", "no-such-role"):
        with pytest.raises(InputRefused, match=role):
            person("990101", role)
    assert person("990101", "admin").is_staff
    assert not person("990101", "brigade", "planner").is_staff


@pytest.mark.usefixtures("regions")
def test_anonymous_sees_the_demo_only(settings) -> None:
    make_regions("34")
    assert scope_of(AnonymousUser()) == NOTHING
    settings.DEMO = True
    found = scope_of(AnonymousUser())
    assert found.county_codes == ("990101", "990102", "990201")
    assert found.roles == ("demo",)
    assert not found.can("decide")


# ---------------------------------------------------------------- deeds


@pytest.mark.usefixtures("regions")
def test_deeds_by_secrecy_and_role() -> None:
    Layer.objects.filter(code="parcel").update(secrecy="secret")
    official = scope_of(person("990101", "official"))
    assert official.may("identify", "internal")
    assert not official.may("export", "internal")
    assert official.may("export", "township")  # a public layer, by its code
    assert official.may("verdict", Layer.objects.get(code="parcel"))
    assert "parcel" in official.layers("verdict")
    assert "parcel" not in official.layers("map")
    assert not official.may("map", "no_such_layer")
    with pytest.raises(NotAllowed, match="导出"):
        official.require("export", "parcel")
    with pytest.raises(NotAllowed, match="判定"):
        official.require_act("decide")
    with pytest.raises(ValueError, match="see"):
        official.may("see", "public")
    both = scope_of(person("990101", "official", "data_admin"))
    assert both.may("export", "secret")


@pytest.mark.usefixtures("regions")
def test_the_key_changes_with_all_that_is_seen() -> None:
    user = person("990101", "brigade", unit="县局")
    first = scope_of(user)
    assert scope_of(user).key == first.key
    assert hash(first) == hash(scope_of(user))
    assert len(first.key) == 16
    others = [
        scope_of(person("990102", "brigade")),
        scope_of(person("990101", "official", unit="县局")),
        scope_of(person("990101", "brigade", name="other")),  # no unit: sees no private site
    ]
    Layer.objects.filter(code="parcel").update(secrecy="secret")
    others.append(scope_of(user))
    assert len({first.key, *(other.key for other in others)}) == 5
    with pytest.raises(dataclasses.FrozenInstanceError):
        first.unit_id = None  # type: ignore[misc]


# ---------------------------------------------------------------- rows


@pytest.mark.usefixtures("regions")
def test_every_filter_stops_at_the_county() -> None:
    make_patch("990101")
    make_zone("990101")
    Region.objects.filter(code="990101").update(geom=square(size=1))
    Region.objects.filter(code="990102").update(geom=square(west=110, size=1))
    Image.objects.create(
        name="a", taken_on=DAY, file="a", source_name="a", source_sha256="a",
        delivered_crs="a", resolution_m=1, bands=3, footprint=square(),
    )  # fmt: skip
    mine, other = scope_of(person("990101")), scope_of(person("990102"))
    for rows, name in (
        (Patch, "filter_patches"),
        (Batch, "filter_batches"),
        (DatasetVersion, "filter_versions"),
        (Zone, "filter_zones"),
        (Image, "filter_images"),
    ):
        assert getattr(mine, name)(rows.objects.all()).count() == 1, name
        assert not getattr(other, name)(rows.objects.all()).exists(), name
        assert not getattr(NOTHING, name)(rows.objects.all()).exists(), name
    seen = other.filter_regions(Region.objects.all())
    assert set(seen.values_list("code", flat=True)) == {"990000", "990100", "990102"}
    assert not NOTHING.filter_regions(Region.objects.all()).exists()


@pytest.mark.usefixtures("regions")
def test_a_secret_layer_is_not_listed() -> None:
    make_zone("990101", "parcel")
    Layer.objects.filter(code="parcel").update(secrecy="secret")
    brigade = scope_of(person("990101", "brigade"))
    assert brigade.filter_versions(DatasetVersion.objects.all()).count() == 1
    assert not brigade.filter_versions(DatasetVersion.objects.all(), "map").exists()
    assert not brigade.filter_zones(Zone.objects.all()).exists()


@pytest.mark.usefixtures("regions")
def test_a_site_check_stays_with_its_unit() -> None:
    owner = person("990101", "planner", unit="甲")
    patch = make_patch("990101", "site-1", source="选址", owner=owner.unit)
    same_county = scope_of(person("990101", "planner", unit="乙"))
    no_unit = scope_of(person("990101", "planner", name="x"))
    assert scope_of(owner).filter_patches(Patch.objects.all()).get() == patch
    assert scope_of(owner).filter_batches(Batch.objects.all()).exists()
    for stranger in (same_county, no_unit):
        assert not stranger.filter_patches(Patch.objects.all()).exists()
        assert not stranger.filter_batches(Batch.objects.all()).exists()
    Batch.objects.update(owner=None)  # without an owner: nobody's, not everybody's
    assert not no_unit.filter_patches(Patch.objects.all()).exists()
    Batch.objects.update(shared=True)
    assert same_county.filter_patches(Patch.objects.all()).exists()
    assert not scope_of(person("990102", unit="丙")).filter_patches(Patch.objects.all()).exists()


@pytest.mark.usefixtures("regions")
def test_sql_is_given_the_same() -> None:
    user = person("990101", "brigade", unit="甲")
    assert scope_of(user).sql_params("map") == {
        "county_ids": [county("990101").pk],
        "unit_id": user.unit_id,
        "layer_codes": list(scope_of(user).layers("map")),
    }
    assert NOTHING.sql_params() == {"county_ids": [], "unit_id": None, "layer_codes": []}


@pytest.mark.usefixtures("regions")
def test_rules_that_read_an_unseen_layer_are_hidden() -> None:
    rules = RulesetVersion.objects.create(name="r", title="r", version="1", text="", sha256="")
    plain = Notion.objects.create(ruleset=rules, code="p", term="p", layer_id="parcel")
    farm = Notion.objects.create(ruleset=rules, code="f", term="f", layer_id="basic_farmland")
    either = Notion.objects.create(ruleset=rules, code="e", term="e", members=["p", "f"])
    for rank, (code, notion) in enumerate((("a", plain), ("b", farm), ("c", either))):
        rule = Rule.objects.create(ruleset=rules, action="mark", rank=rank, code=code, term=code)
        RulePlace.objects.create(rule=rule, relation="inside", notion=notion)
    admin = scope_of(person("990101", "admin"))
    assert hidden.hidden_rules(admin) == frozenset()
    Layer.objects.filter(code="parcel").update(secrecy="secret")
    admin = scope_of(person("990101", "admin"))
    assert hidden.hidden_rules(admin) == {(rules.pk, "mark", "a"), (rules.pk, "mark", "c")}
    assert hidden.hidden_rules(scope_of(person("990101", "brigade"))) == frozenset()
    newer = RulesetVersion.objects.create(name="r", title="r", version="2", text="", sha256="2")
    notion = Notion.objects.create(ruleset=newer, code="p", term="p", layer_id="parcel")
    rule = Rule.objects.create(ruleset=newer, action="mark", rank=0, code="a", term="a")
    RulePlace.objects.create(rule=rule, relation="inside", notion=notion)
    again = scope_of(person("990101", "admin", name="next"))
    assert again == admin
    assert (newer.pk, "mark", "a") in hidden.hidden_rules(again), "known of a scope ends with it"


def test_ground_outside_is_unchecked_never_clear() -> None:
    from decimal import Decimal

    assert scope.outside_note(Decimal("1234.5")) == "区外 1,234.50 m² 未核查"


# ---------------------------------------------------------------- the gate of a view


def ask(user, path: str = "/review/") -> HttpResponse:
    request = RequestFactory().get(path)
    request.user = user
    return scope.login_or_demo(lambda request: HttpResponse("ok"))(request)


@pytest.mark.usefixtures("regions")
def test_the_gate(settings) -> None:
    with pytest.raises(scope.LoginNeeded):
        ask(AnonymousUser())
    with pytest.raises(NotAllowed, match="没有可查看的行政区"):
        ask(person(None))
    answer = ask(person("990101"))
    assert answer.content == b"ok"
    assert answer["Cache-Control"] == "private"
    assert "Cookie" in answer["Vary"]
    settings.DEMO = True
    assert ask(AnonymousUser()).status_code == 200


def test_the_condition_reaches_through_relations() -> None:
    assert isinstance(NOTHING.patches_q("patch__"), Q)
