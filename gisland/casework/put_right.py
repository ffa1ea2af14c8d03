"""That illegal ground of a case was put right, as the officer registers it. 登记整改"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from gisland.casework.evidence import require_county
from gisland.casework.findings import findings_of
from gisland.casework.models import Case
from spatial import facts
from spatial.errors import InputRefused, PatchUnknown
from spatial.scope import scope_of

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from spatial.models import Rectification, User

ACT = "handle"


def register(
    by: User, case_id: int, *, kind: str, area_m2: Decimal | None, on: datetime.date,
    today: datetime.date, note: str = "",
) -> Rectification:  # fmt: skip
    """Record that the illegal ground of a case was put right; the area defaults to what is left.

    Raises NotAllowed, PatchUnknown, InputRefused; nothing is written then.
    """
    scope_of(by).require_act(ACT)
    with transaction.atomic():
        case = (
            Case.objects.select_for_update(of=("self",))
            .select_related("patch__batch", "patch__region")
            .filter(pk=case_id)
            .first()
        )
        if case is None:
            raise PatchUnknown("没有这个案件，或不在您的行政区内。")
        require_county(by, case)
        finding = findings_of([case.patch_id])[case.patch_id]
        if not finding.illegal_m2:
            raise InputRefused("图斑没有判定为违法的部分，不用登记整改。")
        if not finding.unrectified_m2:
            raise InputRefused("违法部分已全部登记整改，不用再登记。")
        if on > today:
            raise InputRefused(f"整改日期 {on} 晚于今天 {today}。")
        area = finding.unrectified_m2 if area_m2 is None else area_m2
        if area > case.patch.area_m2:
            raise InputRefused(f"整改面积 {area} m² 大于图斑面积 {case.patch.area_m2} m²。")
        return facts.rectify(case.patch, facts.Word(by, on, note), kind=kind, area_m2=area)
