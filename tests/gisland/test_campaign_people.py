"""Who sees a campaign, who sets measures, and what of other counties is not told."""

from __future__ import annotations

import datetime
import io
from typing import TYPE_CHECKING

import openpyxl
import pytest

from gisland.casework.models import CampaignMeasure
from spatial.campaigns.figures import figures_of
from spatial.campaigns.read import campaign_of
from spatial.models import Assessment, Holder, Patch, Zone
from spatial.scope import scope_of
from tests import drawing
from tests.campaign_ground import HOME, NEXT, draw_park, firms, judge, page, park, words
from tests.people import person

if TYPE_CHECKING:
    from spatial.models import User

__all__ = ["park"]


def test_another_county_has_no_row_no_ground_and_no_file(park: User) -> None:
    other = person(NEXT, "brigade", name="next")
    html = page(other, "/campaigns/park-audit/").content.decode()
    assert "还没有这张表的地块" in html
    for hidden in ("甲厂", "园区2026"):
        assert hidden not in html
    book = openpyxl.load_workbook(
        io.BytesIO(page(other, "/campaigns/park-audit/tables.xlsx").content)
    )
    told = [str(cell.value) for sheet in book for row in sheet for cell in row if cell.value]
    assert not [word for word in told if "甲厂" in word]
    assert page(other, "/campaigns/park-audit/?batch=园区2026").status_code == 400


def test_a_measure_is_set_shown_and_kept(park: User) -> None:
    unit = next(
        line.key
        for line in figures_of(campaign_of("park-audit").tables[0], scope_of(park)).lines
        if line.name == "甲厂"
    )
    address = f"/campaigns/park-audit/?unit={unit}"
    told = {"measure": "补办征收", "work_group": "执法整改组", "due_on": "2026-03-31",
            "state": "planned", "note": "已约谈"}  # fmt: skip
    assert page(park, address, **told).status_code == 302
    assert page(park, address, **{**told, "state": "done"}).status_code == 302
    assert CampaignMeasure.objects.count() == 2
    answer = page(park, "/campaigns/park-audit/")
    assert (answer.context["progress"].set, answer.context["progress"].done) == (1, 1)
    assert "补办征收" in words(answer.content.decode())
    leader = person(HOME, "official", name="leader")
    assert page(leader, address, **told).status_code == 403
    assert page(person(NEXT, name="n"), address, **told).status_code == 400
    assert CampaignMeasure.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"measure": "罚款"}, "处置措施请从这些里选"),
        ({"work_group": "第五组"}, "工作组请从这些里选"),
        ({"due_on": "明年"}, "时限 明年 应写作 2026-03-31"),
        ({"state": "gone"}, "进度请从这些里选"),
        ({"note": "长" * 1001}, "说明请在 1000 字以内"),
    ],
    ids=["measure", "group", "day", "state", "note"],
)
def test_a_bad_measure_is_refused_in_words_and_what_was_typed_stays(
    park: User, wrong: dict[str, str], said: str
) -> None:
    unit = figures_of(campaign_of("park-audit").tables[0], scope_of(park)).lines[0].key
    told = {"measure": "补办征收", "state": "planned", "note": "已约谈", **wrong}
    answer = page(park, f"/campaigns/park-audit/?unit={unit}", **told)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert answer.context["given"]["note"] == told["note"]
    assert not CampaignMeasure.objects.exists()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/campaigns/nothing/", "没有专项 nothing"),
        ("/campaigns/park-audit/?table=x", "这个专项没有这张表"),
        ("/campaigns/park-audit/?batch=x", "没有批次 x"),
        ("/campaigns/park-audit/?unit=0", "这张表没有这个单位"),
    ],
)
def test_a_wrong_address_says_what_there_is(park: User, address: str, said: str) -> None:
    answer = page(park, address)
    assert answer.status_code == 400
    assert said in answer.content.decode()


def test_a_unit_in_two_counties_is_done_when_each_has_done_it(park: User) -> None:
    """甲厂 fenced ground in the next county too: each county sets its own, none hides another's."""
    draw_park(drawing.county(NEXT))
    Zone.objects.filter(layer_id="occupied", holder__name="甲厂").update(
        holder=Holder.objects.get(name="甲厂", name_key="甲厂")
    )
    judge("园区2026", "occupied", "park-audit")
    city = person("990100", "brigade", name="city")
    table = campaign_of("park-audit").tables[0]
    unit = next(
        line.key for line in figures_of(table, scope_of(city)).lines if len(line.ground) > 1
    )
    told = {"measure": "补签租约", "state": "done", "note": "", "due_on": "", "work_group": ""}
    assert page(city, f"/campaigns/park-audit/?unit={unit}", **told).status_code == 302
    assert CampaignMeasure.objects.count() == 2
    assert page(city, "/campaigns/park-audit/").context["progress"].done == 1
    again = {**told, "state": "doing"}
    assert page(park, f"/campaigns/park-audit/?unit={unit}", **again).status_code == 302
    answer = page(city, "/campaigns/park-audit/")
    assert answer.context["progress"].done == 0
    assert "县990101办理中；县990102已办结" in words(answer.content.decode())


def test_what_is_summed_up_beyond_the_county_is_not_told_there(park: User) -> None:
    """甲厂's approvals in the next county are in its sums: a reader of one county gets none."""
    assert round(firms(park)["甲厂"]["entitled"]) == 300
    drawing.draw_layer(
        "approval",
        {"draw": "R", "R": {"step": "征收", "approved_on": datetime.date(2020, 1, 1)}},
        region=drawing.county(NEXT),
    )
    Zone.objects.filter(layer_id="approval", version__region__code=NEXT).update(
        holder=Holder.objects.get(name="甲厂")
    )
    assert firms(park)["甲厂"]["entitled"] is None
    assert round(firms(person("990100", name="city"))["甲厂"]["entitled"]) == 300


def test_ground_without_a_known_unit_can_be_opened(park: User) -> None:
    Patch.objects.filter(batch__code="园区2026").update(holder=None)
    Assessment.objects.update(subject=None)
    assert page(park, "/campaigns/park-audit/?unit=-").context["line"].name == "单位未知"


def test_who_may_not_identify_or_take_away_sees_no_firm_and_gets_no_file(park: User) -> None:
    clerk = person(HOME, "admin", name="clerk")
    assert page(clerk, "/campaigns/park-audit/").status_code == 403
    assert page(clerk, "/campaigns/stock-land/").status_code == 200
    for name in ("tables.xlsx", "table.pdf"):
        assert page(clerk, f"/campaigns/stock-land/{name}").status_code == 403
