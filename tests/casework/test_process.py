"""The process is one sound table; what it says of roles is all that there is."""

from __future__ import annotations

import pytest

from gisland.casework import process as processes
from gisland.casework.errors import ProcessInvalid
from gisland.casework.process import process
from spatial.access import access

TEXT = processes.PROCESS_FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('to = "assigned"', 'to = "lost"', "没有状态 lost"),
        ('act = "assign"', 'act = "guess"', "没有行为 guess"),
        ('level = ["county", "city"]', 'level = ["village"]', "没有级别 village"),
        ('asks = ["field_result"]', 'asks = ["luck"]', "没有前提 luck"),
        ('paper = "stop_notice"', 'paper = "poem"', "没有文书 poem"),
        ('reasons = "return_reason"', 'reasons = "mood_reason"', "没有理由表 mood_reason"),
        ('finding = "lawful"', 'finding = "nice"', "没有认定 nice"),
        ('from = ["submitted"]\nto = "county_passed"', 'from = ["filed"]\nto = "county_passed"',
         "from 与 to 不在同一条线上"),
        ('to = "surveyed"', 'to = "assigned"', "surveyed：没有步骤通向它"),
        ("[track]", "[track", "不是有效的 TOML"),
        ('term = "分派"', 'colour = "分派"', "缺少或多出一项"),
    ],
)  # fmt: skip
def test_a_table_that_is_not_sound_is_refused(old: str, new: str, why: str) -> None:
    assert old in TEXT
    with pytest.raises(ProcessInvalid, match=why):
        processes.read(TEXT.replace(old, new))


def test_every_step_can_be_taken_by_somebody() -> None:
    for edge in process().edges.values():
        able = [role.code for role in access().account_roles.values() if edge.act in role.acts]
        assert able, edge.code


def test_from_every_state_there_is_a_way_to_the_end() -> None:
    for track in process().tracks:
        reached = {code for code, one in process().states.items() if one.final}
        for _ in process().states:
            for edge in process().edges.values():
                if edge.to in reached and process().track_of(edge) == track:
                    reached |= set(edge.sources)
        of_track = {code for code, one in process().states.items() if one.track == track}
        assert of_track <= reached


def test_every_reason_table_lets_one_write_another_reason() -> None:
    used = {edge.reasons for edge in process().edges.values() if edge.reasons}
    assert used | {"clue_reason"} == set(process().reasons), "the one of clues is no step of a case"
    for name in used:
        assert process().reasons[name]["other"] == "其他（须写明）"
