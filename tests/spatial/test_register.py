"""The register of holders, as a person asks it: by code, by name, by alias, or entered anew."""

from __future__ import annotations

import pytest

from spatial.engine import register
from spatial.models import Holder, HolderAlias

pytestmark = pytest.mark.django_db
CODE = "91320000MA1ABCDE2X"


def test_a_holder_is_found_by_code_name_and_alias(db: None) -> None:
    holder = Holder.objects.create(name="示范（一）公司", name_key="示范(一)公司", code=CODE)
    HolderAlias.objects.create(holder=holder, name="旧名公司", name_key="旧名公司")
    for told in (CODE.lower(), " 9132 0000 MA1A BCDE 2X", "示范 (一)公司", "旧名　公司"):
        assert register.known_holder(told) == holder


def test_a_name_of_several_must_be_told_by_code(db: None) -> None:
    for code in (CODE, CODE[:-1] + "A"):
        Holder.objects.create(name="同名公司", name_key="同名公司", code=code)
    with pytest.raises(register.HolderDoubtful, match=CODE):
        register.known_holder("同名公司")


@pytest.mark.parametrize("told", ["", "  ", "无", "/", "不详", "—"])
def test_nobody_is_no_holder(db: None, told: str) -> None:
    with pytest.raises(register.HolderDoubtful, match="不是单位名称"):
        register.known_holder(told)
    with pytest.raises(register.HolderDoubtful):
        register.enter_holder(told)
    assert not Holder.objects.exists()


def test_a_new_holder_is_entered_once(db: None) -> None:
    with pytest.raises(register.HolderUnknown, match="登记为新单位"):
        register.known_holder("新公司")
    made = register.enter_holder("新 公司")
    assert register.enter_holder("新公司") == made
    assert register.enter_holder("新公司", CODE.lower()) == made
    made.refresh_from_db()
    assert made.code == CODE
    with pytest.raises(register.HolderDoubtful, match="登记的是“新 公司”"):
        register.enter_holder("另一公司", CODE)
    with pytest.raises(register.HolderDoubtful, match="不是统一社会信用代码"):
        register.enter_holder("第三公司", "123")
    with pytest.raises(register.HolderDoubtful, match="不是单位名称"):
        register.enter_holder(CODE)
    assert Holder.objects.count() == 1
