"""Holders, projects and papers: matched by code, then by normalised name, else not at all."""

from __future__ import annotations

import pytest

from imports import activate, load, patches
from imports.patches import BatchSpec
from spatial import holders
from spatial.errors import InputRefused
from spatial.models import Document, Holder, HolderAlias, Patch, PatchLink, Project, Zone
from tests.imports.conftest import WEST, square, written

pytestmark = pytest.mark.django_db
CODE, OTHER = "91320000MA1ABCDE2X", "91320000MA1FGHJK3Y"
PAPER = "苏政地〔2023〕12号"

# ---------------------------------------------------------------- keys


@pytest.mark.parametrize(
    "told",
    [
        "苏政地[2024]12号", "苏政地 〔2024〕 12号", "苏政地(2024)12号", "苏政地（２０２４）12号",
        "苏政地【2024】１２号", "苏政地﹝2024﹞12号", "苏政地{2024}12号",
        "苏政地\u200b〔2024〕12号\ufeff", "苏政地　〔2024〕\n12号",
    ],
)  # fmt: skip
def test_a_number_is_the_same_however_it_is_written(told: str) -> None:
    assert holders.paper_key(told) == holders.paper_key("苏政地〔2024〕12号")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("苏政地〔2024〕12号", "苏政地〔2024〕第12号"),
        ("苏政地〔2024〕12号", "苏政地〔2024〕12"),
        ("苏政地〔2024〕12号", "苏政地〔2024〕1号"),
        ("HT-1-12", "HT-11-2"),
        ("HT-2024-1", "HT20241"),
    ],
)
def test_numbers_that_differ_in_more_are_two(one: str, two: str) -> None:
    assert holders.paper_key(one) != holders.paper_key(two)


def test_dashes_and_case_make_no_difference() -> None:
    assert holders.paper_key("ht—2024－1") == holders.paper_key("HT-2024-1")


@pytest.mark.parametrize(
    ("one", "two"), [("第1-2组", "第12组"), ("1、2组", "12组"), ("A1.2地块", "A12地块")]
)
def test_what_stands_between_two_digits_counts(one: str, two: str) -> None:
    assert holders.holder_key(one) != holders.holder_key(two)


@pytest.mark.parametrize("told", ["", " ", "无", "／", "不详", "—", "。", "待核实"])
def test_nobody_has_no_key(told: str) -> None:
    assert holders.holder_key(told) == ""
    assert holders.project_key(told) == ""


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (CODE, CODE), (CODE.lower(), CODE), ("91320000 MA1A-BCDE2X", CODE),
        ("９１320000MA1ABCDE2X", CODE), ("12345678-9", "123456789"), ("320100000012345",) * 2,
        ("99DEMO990101000001",) * 2,
        ("无", ""), ("/", ""), ("0", ""), ("000000000000000000", ""), ("暂无代码", ""), ("123", ""),
        (CODE + "0", ""), ("91320000MA1ABCDE2号", ""),
    ],
)  # fmt: skip
def test_only_a_code_is_a_code(told: str, code: str) -> None:
    assert holders.holder_code(told) == code


def test_keys_fit_their_columns() -> None:
    assert len(holders.holder_key("㈱" * 200)) <= 200
    assert len(holders.paper_key("㈱" * 120)) <= 120
    assert len(holders.project_key("㈱" * 254)) <= 254


# ---------------------------------------------------------------- what files tell


def who(name: str | None = None, code: str | None = None, **more: object) -> dict[str, object]:
    return {"YDDW": name, "TYXYDM": code, **more}


def bring(tmp_path, name: str, *records: dict[str, object]):
    """Approvals of these holders, staged; a parcel each."""
    rows = [{"PZWH": PAPER, "SPHJ": "征收", "PZRQ": "2023-03-01", **record} for record in records]
    places = [square(119.95 + 0.002 * number, 33.05) for number in range(len(rows))]
    path = written(tmp_path / f"{name}.gpkg", rows, places)
    return load.stage_layer("approval", path, region_code=WEST)


def held(delivery) -> list[Holder | None]:
    zones = Zone.objects.filter(version__in=delivery.versions.all()).order_by("source_row")
    return [zone.holder for zone in zones.select_related("holder")]


def issues(delivery) -> list[tuple[str, int]]:
    return list(delivery.issues.filter(kind__startswith="holder").values_list("kind", "row"))


def test_one_code_is_one_holder_and_its_other_names_are_aliases(counties, tmp_path) -> None:
    delivery = bring(
        tmp_path, "a", who("示范公司", CODE), who("示范（原名）公司", CODE), who(None, CODE)
    )
    (holder,) = Holder.objects.all()
    assert held(delivery) == [holder] * 3
    assert (holder.name, holder.code) == ("示范公司", CODE)
    assert list(holder.aliases.values_list("name", flat=True)) == ["示范（原名）公司"]
    again = bring(tmp_path, "b", who("示范(原名) 公司"), who("示范公司", CODE.lower()))
    assert held(again) == [holder] * 2
    assert HolderAlias.objects.count() == 1


def test_a_name_known_alone_gets_the_code_that_comes_later(counties, tmp_path) -> None:
    (first,) = held(bring(tmp_path, "a", who("示范 公司")))
    (second,) = held(bring(tmp_path, "b", who("示范公司", CODE)))
    assert first == second
    assert Holder.objects.get().code == CODE


def test_a_name_known_by_a_code_matches_that_holder(counties, tmp_path) -> None:
    (first,) = held(bring(tmp_path, "a", who("示范公司", CODE)))
    assert held(bring(tmp_path, "b", who("示范公司"))) == [first]


def test_a_name_of_two_codes_is_nobodys_and_the_delivery_says_so(counties, tmp_path) -> None:
    bring(tmp_path, "a", who("示范公司", CODE), who("示范公司", OTHER))
    delivery = bring(tmp_path, "b", who("别家公司"), who("示范公司"), who("示范 公司"))
    assert [holder and holder.name for holder in held(delivery)] == ["别家公司", None, None]
    assert issues(delivery) == [("holder_ambiguous", 2)]
    message = delivery.issues.get(kind="holder_ambiguous").message
    assert "第 2 行等 2 行" in message
    assert "不能确定是哪一个" in message


def test_a_name_alone_does_not_get_one_of_two_codes(counties, tmp_path) -> None:
    (alone,) = held(bring(tmp_path, "a", who("示范公司")))
    delivery = bring(tmp_path, "b", who("示范公司", CODE), who("示范公司", OTHER))
    assert [holder.code for holder in held(delivery)] == [CODE, OTHER]
    alone.refresh_from_db()
    assert alone.code == ""
    assert ("holder_twin", 1) in issues(delivery)


def test_a_code_with_the_name_of_another_is_told_and_gives_no_alias(counties, tmp_path) -> None:
    bring(tmp_path, "a", who("甲公司", CODE), who("乙公司", OTHER))
    delivery = bring(tmp_path, "b", who("乙公司", CODE))
    assert [holder.code for holder in held(delivery)] == [CODE]
    assert issues(delivery) == [("holder_contradicted", 1)]
    assert not HolderAlias.objects.exists()
    assert [holder.code for holder in held(bring(tmp_path, "c", who("乙公司")))] == [OTHER]


def test_a_person_s_alias_counts(counties, tmp_path) -> None:
    holder = Holder.objects.create(name="新名公司", name_key="新名公司")
    HolderAlias.objects.create(holder=holder, name="旧名公司", name_key="旧名公司")
    assert held(bring(tmp_path, "a", who("旧名 公司"))) == [holder]
    assert held(bring(tmp_path, "b", who("旧名公司", CODE))) == [holder]
    assert Holder.objects.get().code == CODE


def test_a_code_known_without_name_gets_the_name(counties, tmp_path) -> None:
    (first,) = held(bring(tmp_path, "a", who(None, CODE)))
    assert first.name == CODE
    (again,) = held(bring(tmp_path, "b", who("示范公司", CODE)))
    assert (again.pk, again.name, again.name_key) == (first.pk, "示范公司", "示范公司")


def test_words_for_no_holder_are_no_holder_and_no_code(counties, tmp_path) -> None:
    delivery = bring(
        tmp_path, "a", who("无", "无"), who("／"), who("甲公司", "暂无代码"),
        who("乙公司", "暂无代码"), who("不详", "000000000000000000"),
    )  # fmt: skip
    assert [holder and holder.name for holder in held(delivery)] == [
        None, None, "甲公司", "乙公司", None,
    ]  # fmt: skip
    assert set(Holder.objects.values_list("code", flat=True)) == {""}
    assert issues(delivery) == [("holder_code", 1), ("holder_code", 3), ("holder_code", 5)]
    assert "“暂无代码”不是代码" in delivery.issues.get(row=3, kind="holder_code").message


# ---------------------------------------------------------------- projects and papers


def test_projects_are_matched_by_code_then_by_name(counties, tmp_path) -> None:
    bring(
        tmp_path, "a", {"XMMC": "一期 厂房", "XMDM": "2023-320100-01"}, {"XMMC": "道路"},
        {"XMMC": "厂房（一期）", "XMDM": "2023-320100-01"}, {"XMMC": "无"}, {"XMMC": "一期厂房"},
    )  # fmt: skip
    assert set(Project.objects.values_list("name", "code")) == {
        ("一期 厂房", "2023-320100-01"), ("道路", ""),
    }  # fmt: skip
    bring(tmp_path, "b", {"XMMC": "道 路", "XMDM": "2023-320100-02"})
    assert Project.objects.get(name="道路").code == "2023-320100-02"


def test_a_patch_finds_its_project_and_holder(counties, tmp_path) -> None:
    bring(tmp_path, "a", who("甲公司", CODE, XMMC="厂房", XMDM="2023-1"))
    record = {"JCBH": "1", "YDDW": "甲 公司", "XMMC": "厂 房", "XMBH": None}
    path = written(tmp_path / "p.gpkg", [record], [square(119.95, 33.05)])
    patches.stage_patches(path, batch=BatchSpec("q1", source="部"), region_code=WEST)
    patch = Patch.objects.get()
    assert (patch.holder.code, patch.project.code) == (CODE, "2023-1")


def test_one_paper_is_one_paper_however_its_number_is_written(counties, tmp_path) -> None:
    bring(
        tmp_path, "a", {"PZWH": "苏政地〔2024〕1号"}, {"PZWH": "苏政地【２０２４】1号"},
        {"PZWH": "苏政地 (2024) 1号"}, {"PZWH": "苏政地〔2024〕第1号"},
    )  # fmt: skip
    assert list(Document.objects.order_by("pk").values_list("number_key", flat=True)) == [
        "苏政地(2024)1号", "苏政地(2024)第1号",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "told", ["苏政地【2023】１２号", " 苏政地[2023] 12号", "苏政地（2023）12号"]
)
def test_a_paper_is_withdrawn_by_its_key(counties, tmp_path, told: str) -> None:
    activate.activate(bring(tmp_path, "a", who("甲公司")))
    assert activate.withdraw("approval", told).row_count == 1
    assert not Zone.objects.filter(layer="approval", recorded_until=None).exists()


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ("", "没有给出要撤回的文号"),
        (" 　", "没有给出要撤回的文号"),
        ("苏政地〔2023〕1号", "苏政地〔2023〕12号"),
    ],
)
def test_no_number_and_a_wrong_number_withdraw_nothing(counties, tmp_path, told, fault) -> None:
    activate.activate(bring(tmp_path, "a", who("甲公司")))
    with pytest.raises(InputRefused, match=fault):
        activate.withdraw("approval", told)
    assert Zone.objects.filter(layer="approval", recorded_until=None).count() == 1


# ---------------------------------------------------------------- the same ground again


def test_a_later_batch_is_linked_with_the_earlier_as_it_comes_in(counties, tmp_path) -> None:
    for batch, day, number in (("q1", "2024-04-01", "1"), ("q2", "2024-07-01", "9")):
        path = written(tmp_path / f"{batch}.gpkg", [{"JCBH": number}], [square(119.95, 33.05)])
        patches.stage_patches(
            path, batch=BatchSpec(batch, source="部", issued_on=day), region_code=WEST
        )
    link = PatchLink.objects.get()
    assert (link.patch.jcbh, link.earlier.jcbh, link.kind) == ("9", "1", "same")


def test_a_dry_run_links_nothing(counties, tmp_path) -> None:
    for batch, dry in (("q1", False), ("q2", True)):
        path = written(tmp_path / f"{batch}.gpkg", [{"JCBH": batch}], [square(119.95, 33.05)])
        patches.stage_patches(
            path, batch=BatchSpec(batch, source="部"), region_code=WEST, dry_run=dry
        )
    assert not PatchLink.objects.exists()
