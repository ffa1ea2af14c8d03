"""The register of holders as a person asks it: by code or name; a new one is entered on purpose.

The same order as imports (sql/imports/53): by code; by name, the one that has a code, else the
one known by that alias, else the one of that name. Several that fit equally are refused.
"""

from __future__ import annotations

from django.db import transaction

from spatial import holders
from spatial.errors import GislandError
from spatial.models import Holder, HolderAlias


class HolderUnknown(GislandError):
    """A name or code that fits no holder of the register. 单位未登记"""


class HolderDoubtful(GislandError):
    """A name or code that fits several holders, or none properly. 单位不能确定"""


def known_holder(told: str) -> Holder:
    """The one holder that a name or code means; raises HolderUnknown or HolderDoubtful."""
    code, key = holders.holder_code(told), holders.holder_key(told)
    if code and (found := Holder.objects.filter(code=code).first()):
        return found
    if not key:
        raise HolderDoubtful(
            f"“{told.strip()}”不是单位名称。请写单位全称或统一社会信用代码；"
            "如原更正有误而实际单位不明，请撤回更正。"
        )
    named = list(Holder.objects.filter(name_key=key))
    aliased = list(Holder.objects.filter(aliases__name_key=key).distinct())
    coded = {holder.pk: holder for holder in (*named, *aliased) if holder.code}
    for fitting in (
        list(coded.values()),
        [holder for holder in aliased if not holder.code],
        [holder for holder in named if not holder.code],
    ):
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            codes = "、".join(sorted(holder.code or holder.name for holder in fitting))
            raise HolderDoubtful(f"在册有多个单位名为“{told.strip()}”（{codes}），请改用代码指明。")
    raise HolderUnknown(
        f"没有登记过单位“{told.strip()}”。请核对名称或代码；确为新单位时，请注明登记为新单位。"
    )


def enter_holder(name: str, code: str = "") -> Holder:
    """The holder of that name (and code), entered if the register doesn't hold it.

    A code that is known wins, and refuses another name; one holder of that name without a code
    gets it. Raises HolderDoubtful for what is no name or no code.
    """
    key = holders.holder_key(name)
    told = holders.holder_code(code)
    if not key or holders.holder_code(name):
        raise HolderDoubtful(f"“{name.strip()}”不是单位名称。请写单位全称。")
    if code.strip() and not told:
        raise HolderDoubtful(
            f"“{code.strip()}”不是统一社会信用代码（18 位数字或大写字母）。请核对，或留空。"
        )
    with transaction.atomic():
        if told:
            return _with_code(name.strip(), key, told)
        try:
            return known_holder(name)
        except HolderUnknown:
            return Holder.objects.create(name=name.strip()[: holders.HOLDER_LENGTH], name_key=key)


def _with_code(name: str, key: str, code: str) -> Holder:
    known = Holder.objects.filter(code=code).first()
    if known is not None:
        if key != known.name_key and not known.aliases.filter(name_key=key).exists():
            raise HolderDoubtful(
                f"代码 {code} 登记的是“{known.name}”，与所写“{name}”不同。"
                "请核对；如为更名，请系统管理员在该单位下登记别名。"
            )
        return known
    others = Holder.objects.filter(name_key=key)
    aliases = HolderAlias.objects.filter(name_key=key).exists()
    if not aliases and others.count() == 1 and not others[0].code:
        others.update(code=code)
        return others.get()
    return Holder.objects.create(code=code, name=name[: holders.HOLDER_LENGTH], name_key=key)
