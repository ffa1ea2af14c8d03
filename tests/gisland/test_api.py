"""The API: within the scope, page by page, and never a 500 for nonsense."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from spatial.api_tokens import make_token
from spatial.models import (
    Assessment,
    AssessmentConclusion,
    AssessmentMark,
    Layer,
    Notion,
    Patch,
    Rule,
    RulePlace,
    RulesetVersion,
    Run,
    User,
)
from tests.people import DAY, make_patch, make_regions, person, square

pytestmark = pytest.mark.django_db

LISTS = ("/api/regions/", "/api/batches/", "/api/patches/")


@pytest.fixture(autouse=True)
def regions() -> None:
    make_regions()


def machine(user: User) -> Client:
    _, key = make_token(user, "测试")
    return Client(headers={"authorization": f"Token {key}", "accept": "application/json"})


@pytest.fixture
def api() -> Client:
    return machine(person("990101"))


def assess(patch: Patch, label: str = "unapproved") -> Assessment:
    rules, _ = RulesetVersion.objects.get_or_create(
        name="r", version="1", defaults={"title": "r", "text": "", "sha256": ""}
    )
    run = Run.objects.create(
        ruleset=rules, as_of=DAY, known_at=timezone.now(), code_version="x", status="done"
    )
    found = Assessment.objects.create(
        patch=patch, run=run, label_class="illegal", label_code=label, label_term="未批先用",
        area_m2="100.25", exact_area_m2=100.25, is_current=True,
    )  # fmt: skip
    AssessmentConclusion.objects.create(
        assessment=found, code=label, term="未批先用", conclusion_class="illegal", area_m2="100.25"
    )
    AssessmentMark.objects.create(
        assessment=found, code="farm", term="永农", answer=True, area_m2="0.10"
    )
    return found


def ids(answer) -> list[int]:
    return [feature["id"] for feature in answer.json()["features"]]


# ---------------------------------------------------------------- who


def test_strangers_are_told_to_log_in() -> None:
    for address in (*LISTS, "/api/patches/1/", "/api/schema/"):
        answer = Client().get(address)
        assert answer.status_code == 401, address
        assert answer["WWW-Authenticate"].startswith("Token")
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["title"] == "需要登录"
    wrong = Client(headers={"authorization": "Token wrong"}).get("/api/patches/")
    assert wrong.status_code == 401


def test_an_account_without_region_is_refused() -> None:
    answer = machine(person(None)).get("/api/patches/")
    assert answer.status_code == 403
    assert "没有可查看的行政区" in answer.json()["detail"]


def test_another_county_gets_nothing() -> None:
    patch = make_patch("990101")
    other = machine(person("990102"))
    assert ids(other.get("/api/patches/")) == []
    assert other.get(f"/api/patches/{patch.pk}/").status_code == 404
    assert other.get("/api/batches/").json()["results"] == []
    assert other.get("/api/batches/2024Q1/").status_code == 404
    codes = {row["code"] for row in other.get("/api/regions/").json()["results"]}
    assert codes == {"990000", "990100", "990102"}
    for query in ("county=990101", "batch=2024Q1", "in_bbox=117,29,119,31"):
        assert ids(other.get(f"/api/patches/?{query}")) == []


def test_a_batch_counts_only_what_is_seen(api: Client) -> None:
    make_patch("990101", jcbh="1")
    make_patch("990102", jcbh="2")
    assert [row["patch_count"] for row in api.get("/api/batches/").json()["results"]] == [1]
    assert api.get("/api/batches/2024Q1/").json()["patch_count"] == 1


def test_a_site_check_is_its_units(api: Client) -> None:
    owner = person("990101", "planner", unit="甲")
    patch = make_patch("990101", "site", source="选址", owner=owner.unit)
    assert ids(machine(owner).get("/api/patches/")) == [patch.pk]
    assert ids(api.get("/api/patches/")) == []
    assert api.get(f"/api/patches/{patch.pk}/").status_code == 404
    assert api.get("/api/batches/site/").status_code == 404


def test_anonymous_reads_the_demo(settings) -> None:
    make_patch()
    settings.DEMO = True
    assert len(ids(Client().get("/api/patches/"))) == 1


def test_answers_are_private_and_read_only(api: Client) -> None:
    patch = make_patch()
    for address in LISTS:
        answer = api.get(address)
        assert "private" in answer["Cache-Control"]
        assert "Authorization" in answer["Vary"]
        refused = api.post(address, {}, content_type="application/json")
        assert (refused.status_code, refused.json()["title"]) == (405, "不支持的方法")
    assert api.delete(f"/api/patches/{patch.pk}/").status_code == 405


# ---------------------------------------------------------------- what


def test_a_patch_is_a_feature_in_4490_longitude_first(api: Client) -> None:
    patch = make_patch(geom=square(118.123456789, 30.5))
    assess(patch)
    feature = api.get(f"/api/patches/{patch.pk}/").json()
    assert feature["type"] == "Feature"
    assert feature["geometry"]["type"] == "MultiPolygon"
    assert feature["geometry"]["coordinates"][0][0][0] == [118.123456789, 30.5]
    shown = feature["properties"]
    assert shown["address"] == "2024Q1/990101/1"
    assert (shown["area_m2"], shown["label"], shown["label_class"]) == (
        100.25, "unapproved", "illegal",
    )  # fmt: skip
    assert [row["area_m2"] for row in shown["conclusions"]] == [100.25]
    assert [row["code"] for row in shown["marks"]] == ["farm"]
    unassessed = make_patch(jcbh="2")
    shown = api.get(f"/api/patches/{unassessed.pk}/").json()["properties"]
    assert (shown["label"], shown["conclusions"], shown["marks"]) == (None, [], [])


def test_what_a_hidden_layer_says_is_not_told(api: Client) -> None:
    patch = make_patch()
    found = assess(patch)
    rules = found.run.ruleset
    notion = Notion.objects.create(ruleset=rules, code="f", term="f", layer_id="parcel")
    for action, code in (("mark", "farm"), ("conclude", "unapproved")):
        rule = Rule.objects.create(ruleset=rules, action=action, rank=1, code=code, term=code)
        RulePlace.objects.create(rule=rule, relation="inside", notion=notion)
    admin = machine(person("990101", "admin"))
    assert ids(admin.get("/api/patches/?label=unapproved")) == [patch.pk]
    Layer.objects.filter(code="parcel").update(secrecy="secret")
    shown = admin.get(f"/api/patches/{patch.pk}/").json()["properties"]
    assert (shown["label"], shown["conclusions"], shown["marks"]) == (None, [], [])
    assert ids(admin.get("/api/patches/?label=unapproved")) == []
    assert ids(api.get("/api/patches/?label=unapproved")) == [patch.pk]


def test_the_list_is_narrowed(api: Client) -> None:
    first = make_patch(jcbh="1")
    second = make_patch(batch="2024Q2", jcbh="1", geom=square(119.0, 31.0))
    assess(first)
    for query, wanted in (
        ("", [first, second]),
        ("batch=2024Q2", [second]),
        ("county=990101", [first, second]),
        ("county=990102", []),
        ("label=unapproved", [first]),
        ("label_class=illegal", [first]),
        ("label_class=legal", []),
        ("in_bbox=118.9,30.9,119.1,31.1", [second]),
    ):
        answer = api.get(f"/api/patches/?{query}")
        assert ids(answer) == [patch.pk for patch in wanted], query
    assert len(api.get("/api/regions/?level=county").json()["results"]) == 1
    assert len(api.get(f"/api/batches/?source={quote('部')}").json()["results"]) == 2


def test_pages_by_key_there_and_back(api: Client) -> None:
    made = [make_patch(jcbh=str(number)).pk for number in range(5)]
    address, seen = "/api/patches/?page_size=2", []
    while address:
        page = api.get(address)
        assert page.json()["type"] == "FeatureCollection"
        seen += ids(page)
        last, address = page, page.json()["next"]
    assert seen == made
    assert ids(api.get(last.json()["previous"])) == made[2:4]


def test_queries_do_not_grow_with_the_list(api: Client, django_assert_max_num_queries) -> None:
    for number in range(6):
        assess(make_patch(jcbh=str(number)))
    with django_assert_max_num_queries(8):
        assert len(ids(api.get("/api/patches/"))) == 6


# ---------------------------------------------------------------- nonsense


def cursor(text: str) -> str:
    return "cursor=" + quote(b64encode(text.encode()).decode())


@pytest.mark.parametrize(
    "query",
    [
        "cursor=garbage", "cursor=%00", "cursor=%FF%FE", cursor("p=abc"), cursor("p=-1"),
        cursor("p=1e9"), cursor(f"p={2**64}"), cursor("o=-5"), cursor("o=x"), cursor("p=%00"),
        cursor("r=1&p=" + "9" * 5000),
        "page_size=-1", "page_size=0", "page_size=abc", "page_size=1e3", "page_size=99999999999",
        "page_size=", "no_such=1", "format=xml", "%00=1", "%F0%9F%92%A9=1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("address", LISTS)
def test_nonsense_in_any_list(api: Client, address: str, query: str) -> None:
    make_patch()
    answer = api.get(f"{address}?{query}")
    assert answer.status_code in {200, 400, 404}
    if answer.status_code != 200:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code


@pytest.mark.parametrize(
    "query",
    [
        "county=abc", "county=", "county=99010١", "county=990101%00", "county=" + "9" * 99,
        "batch=%00", "batch=" + "a" * 99, "label=%00", "label_class=%ED%A0%80%00",
        "in_bbox=nan,nan,nan,nan", "in_bbox=inf,1,2,3", "in_bbox=1,2,3", "in_bbox=", "in_bbox=a",
        "in_bbox=3,1,2,4", "in_bbox=-999,0,999,1", "in_bbox=1e400,0,1,1",
    ],
)  # fmt: skip
def test_nonsense_about_patches(api: Client, query: str) -> None:
    answer = api.get(f"/api/patches/?{query}")
    assert answer.status_code == 400
    assert set(answer.json()) == {"type", "status", "title", "detail", "errors"}


def test_whole_earth_is_a_fair_question(api: Client) -> None:
    patch = make_patch()
    assert ids(api.get("/api/patches/?in_bbox=-180,-90,180,90")) == [patch.pk]


@pytest.mark.parametrize(
    "address",
    [
        "patches/abc/", "patches/-1/", "patches/0/", f"patches/{'9' * 18}/", f"patches/{2**65}/",
        "patches/%00/", "patches/nan/", "batches/%00/", "batches/%F0%9F%92%A9/", "batches/a/b/",
        "batches/%E6%B2%A1%E6%9C%89/", "regions/x/", f"regions/{'9' * 30}/", "nothing/", "",
    ],
)  # fmt: skip
def test_nonsense_addresses(api: Client, address: str) -> None:
    answer = api.get(f"/api/{address}")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_a_browser_that_wants_a_page_still_gets_json(api: Client) -> None:
    answer = api.get("/api/patches/", headers={"accept": "text/html"})
    assert answer.status_code == 406
    assert answer["Content-Type"] == "application/problem+json"


# ---------------------------------------------------------------- schema


def test_the_schema_is_complete(api: Client, tmp_path) -> None:
    file = tmp_path / "schema.yml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(file))
    text = file.read_text()
    for part in ("/api/patches/", "in_bbox", "application/problem+json", "schemas/Problem"):
        assert part in text
    answer = api.get("/api/schema/?format=json", headers={"accept": "*/*"})
    listed = answer.json()["components"]["schemas"]["PaginatedPatchList"]["properties"]
    assert listed["features"]["items"] == {"$ref": "#/components/schemas/Patch"}
