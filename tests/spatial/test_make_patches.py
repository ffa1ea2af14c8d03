"""Zones become ground under examination: which, once each, under a number that stays."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

import spatial.engine.make_patches as made_of
from spatial.engine.make_patches import make_patches
from spatial.errors import GislandError, InputRefused, RulesetInvalid, UnknownLayer, UnknownRegion
from spatial.models import Batch, Patch, Zone
from spatial.rules import load as rules_loaded
from spatial.rules.load import load_ruleset
from tests.imports.conftest import (  # noqa: F401 - fixtures
    CITY,
    EAST,
    WEST,
    counties,
    media,
    square,
    written,
)  # fmt: skip

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counties", "media")]

TODAY = date(2026, 1, 1)
ONE = {"HTBH": "示供〔2023〕1号", "QDRQ": "2023-03-01", "QSXZ": "国有", "SRDW": "甲厂", "YTZE": 5}
TWO = {"HTBH": "示供〔2023〕2号", "QDRQ": "2023-04-01", "QSXZ": "集体", "SRDW": "乙厂", "YTZE": 20}
PLACES = [square(119.95, 33.05), square(119.96, 33.05), square(119.97, 33.05)]


@pytest.fixture(autouse=True)
def plain_house(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the enforcement ruleset is offered: none is written for the layers drawn here."""
    path = rules_loaded.RULES_ROOT / "land-enforcement.toml"
    monkeypatch.setattr(made_of, "ruleset_files", lambda: [path])


def load(layer: str, path: Path, records: list[dict], geoms: list, **options: date) -> None:
    """Bring a layer in and into force, as an office does."""
    call_command(
        "import_layer", layer, written(path, records, geoms),
        activate=True, stdout=io.StringIO(), stderr=io.StringIO(), **options,
    )  # fmt: skip


def supplies(folder: Path, records: list[dict], geoms: list | None = None, name: str = "a") -> None:
    load("supply", folder / f"{name}.gpkg", records, geoms or PLACES[: len(records)])


def lots(folder: Path, records: list[dict], geoms: list, day: str) -> None:
    load("occupied", folder / f"{day}.gpkg", records, geoms, valid_from=date.fromisoformat(day))


def make(layer: str, batch: str = "存量", **options):
    return make_patches(layer, batch=batch, as_of=TODAY, **options)


def numbers(batch: str = "存量") -> list[str]:
    return list(
        Patch.objects.filter(batch__code=batch).order_by("pk").values_list("jcbh", flat=True)
    )


def test_a_patch_is_its_zone(tmp_path: Path) -> None:
    supplies(tmp_path, [ONE])
    made = make("supply")
    assert (made.added, made.same, made.left_out) == (1, 0, 0)
    patch, zone = Patch.objects.get(), Zone.objects.get()
    assert patch.address == f"存量/{WEST}/示供〔2023〕1号"
    assert patch.zone == zone
    assert patch.attributes == zone.attributes
    assert patch.attributes["ownership"] == "国有"
    assert patch.holder.name == "甲厂"
    assert patch.geom.wkb == zone.geom.wkb
    assert patch.batch.source == "本地"


def test_it_is_measured_as_an_imported_patch_is(tmp_path: Path) -> None:
    wide = square(119.93, 33.02, 0.04)  # edges far over 70 m
    supplies(tmp_path, [ONE], [wide])
    make("supply")
    path = written(tmp_path / "patches.gpkg", [{"JCBH": "1", "TBLX": "20"}], [wide])
    call_command("import_patches", path, batch="下发", stdout=io.StringIO(), stderr=io.StringIO())
    made, imported = (Patch.objects.get(batch__code=code) for code in ("存量", "下发"))
    assert made.area_m2 == imported.area_m2 > Decimal(10**7)
    assert made.ground.wkb == imported.ground.wkb


def test_rows_of_one_paper_have_numbers_of_their_own(tmp_path: Path) -> None:
    supplies(tmp_path, [ONE, TWO, TWO])
    make("supply")
    assert numbers() == ["示供〔2023〕1号", "示供〔2023〕2号-1", "示供〔2023〕2号-2"]


def test_a_repeat_adds_nothing(tmp_path: Path) -> None:
    supplies(tmp_path, [ONE, TWO, TWO])
    make("supply")
    before = numbers()
    again = make("supply")
    assert (again.added, again.same, again.changed, again.gone) == (0, 3, [], [])
    assert numbers() == before


def test_numbers_stay_when_a_paper_grows(tmp_path: Path) -> None:
    supplies(tmp_path, [ONE, TWO])
    make("supply")
    supplies(tmp_path, [ONE, TWO, TWO], name="b")
    assert make("supply").added == 1
    assert numbers() == ["示供〔2023〕1号", "示供〔2023〕2号", "示供〔2023〕2号-2"]


def test_changed_rows_are_reported_and_not_rewritten(tmp_path: Path) -> None:
    supplies(tmp_path, [ONE, TWO])
    make("supply")
    area = Patch.objects.get(jcbh="示供〔2023〕1号").area_m2
    supplies(
        tmp_path, [ONE, {**TWO, "YTZE": 30}], [square(119.95, 33.05, 0.002), PLACES[1]], name="b"
    )
    again = make("supply")
    assert (again.added, again.same) == (0, 0)
    assert again.changed == [
        {"place": f"{WEST}/示供〔2023〕1号", "what": "图形"},
        {"place": f"{WEST}/示供〔2023〕2号", "what": "属性"},
    ]
    assert Patch.objects.get(jcbh="示供〔2023〕1号").area_m2 == area


def test_a_withdrawn_row_is_reported_and_its_patch_kept(tmp_path: Path) -> None:
    supplies(tmp_path, [ONE, TWO])
    make("supply")
    call_command("import_layer", "supply", withdraw=TWO["HTBH"], stdout=io.StringIO())
    again = make("supply")
    assert again.gone == [{"place": f"{WEST}/示供〔2023〕2号", "what": "图层中已没有这个要素"}]
    assert (again.same, Patch.objects.count()) == (1, 2)


def test_a_row_added_on_the_same_ground_is_a_patch_of_its_own(tmp_path: Path) -> None:
    supplies(tmp_path, [ONE])
    make("supply")
    supplies(tmp_path, [ONE, {**ONE, "HTBH": "示供〔2024〕9号"}], [PLACES[0]] * 2, name="b")
    assert make("supply").added == 1


def test_a_snapshot_gives_the_version_in_force(tmp_path: Path) -> None:
    lots(tmp_path, [{"ZYBH": "甲1"}], PLACES[:1], "2020-01-01")
    lots(tmp_path, [{"ZYBH": "甲1"}, {"ZYBH": "甲2"}], PLACES[:2], "2024-01-01")
    lots(tmp_path, [{"ZYBH": "甲3"}], PLACES[2:], "2027-01-01")
    assert make("occupied").added == 2
    assert numbers() == ["甲1", "甲2"]
    assert make_patches("occupied", batch="旧", as_of=date(2023, 1, 1)).added == 1


def test_a_new_version_of_the_same_lots_adds_nothing(tmp_path: Path) -> None:
    """Files without codes of their own give other source ids; number, or ground, tells."""
    lots(tmp_path, [{"ZYBH": "甲1"}, {"ZYBH": None}], PLACES[:2], "2020-01-01")
    make("occupied")
    lots(tmp_path, [{"ZYBH": None}, {"ZYBH": "甲1"}], [PLACES[1], PLACES[2]], "2024-01-01")
    again = make("occupied")
    assert (again.added, again.same) == (0, 1)
    assert again.changed == [{"place": f"{WEST}/甲1", "what": "图形"}]


def test_a_zone_across_the_county_line_is_one_patch_of_the_larger_part(tmp_path: Path) -> None:
    across = [square(119.9997, 33.05), square(119.9993, 33.06)]  # mostly east, mostly west
    lots(tmp_path, [{"ZYBH": "东"}, {"ZYBH": "西"}], across, "2024-01-01")
    assert Zone.objects.count() == 4
    assert make("occupied").added == 2
    found = Patch.objects.values_list("jcbh", "region__code")
    assert set(found) == {("东", EAST), ("西", WEST)}
    assert make("occupied").same == 2


def test_one_region_alone(tmp_path: Path) -> None:
    across = [square(119.9997, 33.05), PLACES[0]]
    lots(tmp_path, [{"ZYBH": "东"}, {"ZYBH": "西"}], across, "2024-01-01")
    assert make("occupied", region_code=WEST).added == 1
    assert numbers() == ["西"]
    assert make("occupied", region_code=CITY).added == 1


def test_where_keeps_what_passes_every_test(tmp_path: Path) -> None:
    supplies(tmp_path, [ONE, TWO, {**ONE, "HTBH": "示供〔2023〕3号", "YTZE": 50}])
    made = make("supply", where=["ownership = 国有", "invested_yuan < 10"])
    assert (made.added, made.left_out) == (1, 2)
    assert numbers() == ["示供〔2023〕1号"]


def test_a_field_that_was_not_delivered_is_a_doubt(tmp_path: Path) -> None:
    bare = {"HTBH": "示供〔2023〕1号"}
    supplies(tmp_path, [bare])
    made = make("supply", where=["ownership = 国有"])
    assert (made.added, made.left_out) == (0, 0)
    assert made.doubtful == [{"place": f"{WEST}/示供〔2023〕1号", "what": "ownership = 国有"}]
    supplies(tmp_path, [{**bare, "QSXZ": None}, TWO], name="b")  # delivered, and empty
    assert make("supply", where=["ownership = 国有"]).left_out == 2


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("ownershp = 国有", "相近的有：ownership"),
        ("ownership == 国有", "没有比较符“==”"),
        ("contract_on > 去年", "日期不能与“去年”比较"),
        ("contract_on <= run.as_of", "这里只能用本图层的字段"),
        ("ownership = 国有 or plan = 无", "不能写 or"),
    ],
)
def test_a_faulty_where_is_refused_in_words(tmp_path: Path, test: str, said: str) -> None:
    supplies(tmp_path, [ONE])
    with pytest.raises(RulesetInvalid, match="--where") as refused:
        make("supply", where=[test])
    assert said in str(refused.value)
    assert not Batch.objects.exists()


def test_the_ruleset_says_which_zones_and_judges_the_batch(tmp_path: Path) -> None:
    leases = [{"HTBH": "租1", "ZLFX": "租入"}, {"HTBH": "租2", "ZLFX": "租出"}]
    load("lease", tmp_path / "lease.gpkg", leases, PLACES[:2])
    ruleset = load_ruleset("park-lease")
    made = make("lease", ruleset=ruleset)
    assert (made.added, made.left_out, made.notes) == (1, 1, [])
    assert Batch.objects.get().ruleset == "park-lease"
    with pytest.raises(InputRefused, match="以 lease 为图斑，不能用图层 supply"):
        make("supply", ruleset=ruleset)
    with pytest.raises(InputRefused, match="规则集是 park-lease，不是 land-enforcement"):
        make("lease", ruleset="land-enforcement")


def test_nothing_to_make_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="没有在用的数据.*import_layer supply FILE --activate"):
        make("supply")
    supplies(tmp_path, [ONE])
    with pytest.raises(InputRefused, match=f"{EAST} 内图层 供地 没有在用的数据"):
        make("supply", region_code=EAST)
    assert make("supply", where=["ownership = 集体"]).added == 0
    assert not Batch.objects.exists()


def test_what_is_not_known_is_refused(tmp_path: Path) -> None:
    supplies(tmp_path, [ONE])
    with pytest.raises(UnknownLayer, match="没有图层 suply"):
        make("suply")
    with pytest.raises(UnknownRegion, match="999999"):
        make("supply", region_code="999999")
    with pytest.raises(GislandError, match="没有规则集 stok"):
        make("supply", ruleset="stok")
    with pytest.raises(InputRefused, match="批次 a b 不能建立"):
        make("supply", batch="a b")


def test_a_batch_holds_one_kind_of_ground(tmp_path: Path) -> None:
    supplies(tmp_path, [ONE])
    lots(tmp_path, [{"ZYBH": "甲1"}], PLACES[:1], "2024-01-01")
    make("supply")
    with pytest.raises(InputRefused, match="已有不是由图层 实际占用 生成的图斑"):
        make("occupied")


def test_the_command_reports_and_can_only_try(tmp_path: Path) -> None:
    supplies(tmp_path, [ONE, TWO])
    told = io.StringIO()
    call_command(
        "make_patches", "supply", "--batch", "存量", "--where", "ownership = 国有",
        "--dry-run", "--json", stdout=told, stderr=io.StringIO(),
    )  # fmt: skip
    found = json.loads(told.getvalue())
    assert (found["dry_run"], found["added"], found["left_out"]) == (True, 1, 1)
    assert not Patch.objects.exists()
    told, notes = io.StringIO(), io.StringIO()
    call_command("make_patches", "supply", "--batch", "存量", stdout=told, stderr=notes)
    assert "新增 2 个图斑" in told.getvalue()
    assert "不是为图层 供地 写的" in notes.getvalue()
    with pytest.raises(CommandError, match="没有比较符"):
        call_command("make_patches", "supply", "--batch", "b", "--where", "ownership != 国有")
