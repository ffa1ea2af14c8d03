"""Roles are data, and the file is checked."""

from __future__ import annotations

import pytest

from spatial import access

TEXT = access.ACCESS_FILE.read_text(encoding="utf-8")


def test_access_has_the_roles_of_the_office() -> None:
    roles = access.access().roles
    assert set(roles) == {
        "brigade", "captain", "planner", "official", "reviewer", "data_admin", "admin", "demo",
    }  # fmt: skip
    assert access.access().anonymous_role.code == "demo"
    assert "demo" not in access.access().account_roles


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('secret = ["verdict"]', 'secret = ["see"]', "see"),
        (
            'may = ["decide", "check_site", "register", "handle", "evidence", "clue", "personal"]',
            'may = ["rule"]',
            "[role.brigade] may 中不认识 rule",
        ),
        ("anonymous = true", "anonymous = false", "anonymous"),
        ('term = "领导"', "", "[role.official] 缺少 term"),
        ('term = "领导"', 'term = ""', "中文名称"),
        ("[deed]", "[deeds]", "deeds"),
        ("[deed]", "[deed", "TOML"),
        ('map = "看图"', 'mapp = "看图"', "[deed]"),
        ('may = ["supervise"]', 'may = "decide"', "列表"),
        ('may = ["supervise"]', 'may = ["supervise"]\nregions = 1', "regions"),
    ],
)
def test_a_faulty_file_says_where(old: str, new: str, says: str) -> None:
    assert old in TEXT
    with pytest.raises(access.AccessInvalid) as raised:
        access.read(TEXT.replace(old, new))
    assert says in str(raised.value)
