"""Which template a draft is made by: the office's own, else the one the system begins with."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from gisland.casework.models import PaperTemplate
from gisland.casework.paper_fill import check
from gisland.casework.paper_forms import first_template, forms
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from spatial.models import Region, User

FIRST = "系统自带模板"


def template_for(code: str, county_code: str) -> tuple[bytes, str]:
    """The template of a kind of draft for a county, and what it is called.

    The county's own comes before the city's, the province's, and one for all; the newest first.
    """
    levels = [county_code, f"{county_code[:4]}00", f"{county_code[:2]}0000"]
    found = list(
        PaperTemplate.objects.filter(paper=code, withdrawn=False)
        .select_related("region")
        .order_by("-at", "-pk")
    )
    for level in levels:
        for one in found:
            if one.region is not None and one.region.code == level:
                return bytes(one.body), str(one)
    for one in found:
        if one.region is None:
            return bytes(one.body), str(one)
    return first_template(code), FIRST


def keep_template(
    code: str, name: str, body: bytes, *, region: Region | None, by: User | None
) -> PaperTemplate:
    """Keep an office's own template; raises InputRefused or TemplateRefused, and keeps nothing."""
    if code not in forms().forms:
        raise InputRefused(f"没有文书 {code}。")
    check(body)
    return PaperTemplate.objects.create(
        paper=code, region=region, file_name=name[-200:], body=body,
        sha256=hashlib.sha256(body).hexdigest(), by=by,
    )  # fmt: skip
