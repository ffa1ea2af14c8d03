"""The files of campaigns: what each table says adds up, or is refused by name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spatial.campaigns.read import campaigns, read_campaign
from spatial.errors import RulesetInvalid

DOC = (Path(__file__).resolve().parents[2] / "docs/how-to/add-a-campaign.md").read_text("utf-8")


def test_every_campaign_of_the_house_adds_up() -> None:
    assert {"park-audit", "stock-land", "temporary-land", "green-belt"} <= set(campaigns())


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('conclude = ["used"]', 'conclude = ["usd"]', "没有初判 usd；相近的有：used"),
        ('["unused", "useless"]', '["unused"]', "初判 useless（租而无用）在 0 列里"),
        (", of_which = true", "", "初判 useless（租而无用）在 2 列里"),
        ('by = "county"', 'by = "firm"', "可用：holder"),
        ('over = ["used", "idle"]', 'over = ["used", "idl"]', "没有列 idl；相近的有：idle"),
        ("count = true", "cuont = true", "不认识 cuont；相近的有：count"),
        ("area = true", 'group = "a.used_m2"', "只能用在按单位"),
        ('ruleset = "park-lease"', 'ruleset = "park-leas"', "没有规则集 park-leas"),
        ('about = "园区租来的地用了没有。"', "", "缺少 about"),
    ],
)
def test_a_file_that_does_not_add_up_is_refused_by_name(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    text = re.search(r"```toml\n(.*?)```", DOC, re.DOTALL)
    assert text
    assert before in text[1]
    path = tmp_path / "leased.toml"
    path.write_text(text[1].replace(before, after), "utf-8")
    with pytest.raises(RulesetInvalid, match=re.escape(said)):
        read_campaign(path)
