"""Which list of land classes the codes are of: the survey's, or the planning guide's. 编码体系"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imports.checks import settings
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from imports.checks.incoming import Incoming

SURVEY, GUIDE = "三调地类", "用地用海分类指南"


def refuse_other_scheme(incoming: Incoming) -> None:
    """Raise InputRefused for codes of 《用地用海分类指南》: the same code means other ground there.

    A code that both lists hold is judged by the name that stands beside it.
    """
    told = settings.tree()["scheme"]
    if incoming.target not in told["layers"]:
        return
    codes, names = incoming.texts("code"), incoming.texts("code_name")
    guide = codes.str.match(told["guide"]) | (
        (names != "") & (codes.map(told["guide_names"]).fillna("-") == names)
    )
    if not guide.any():
        return
    first = int(incoming.numbers[guide.to_numpy()][0])
    survey = codes.str.match(told["survey"])
    shown = f"第 {first} 行 {codes[guide].iloc[0]} {names[guide].iloc[0]}".rstrip()
    if survey.any():
        other = int(incoming.numbers[survey.to_numpy()][0])
        mixed = (
            f"，又有 {int(survey.sum())} 行为{SURVEY}编码（第 {other} 行 {codes[survey].iloc[0]}）"
        )
    else:
        mixed = ""
    raise InputRefused(
        f"文件 {incoming.table.file_name} 有 {int(guide.sum())} 行的编码出自《{GUIDE}》"
        f"（如{shown}）{mixed}。两种编码同码异义，本系统的规则按{SURVEY}编码判定，不能混用；"
        f"请由数据提供单位统一换算为{SURVEY}编码后重交。"
    )
