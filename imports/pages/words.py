"""Sentences written for the command line, as a page says them: its fields in place of options."""

from __future__ import annotations

import re

_FIELDS = (
    # longer ones first: what follows an option belongs to it
    (r"--map (\w+)= ", r"把“\1”设为“不取” "),
    (r"--map 字段=列名", "“字段”栏"),
    (r"--map 字段=", "把该字段设为“不取”，"),
    (r"--set 字段=值", "“统一填写”"),
    (r"--map (\w+)=(\S+)", r"字段 \1 ← \2"),
    (r"--crs (EPSG:)(?!n)(\d+)", r"“坐标系”栏（\1\2）"),
    (r"--crs(?: EPSG:n)?", "“坐标系”栏"),
    (r"--encoding ([A-Za-z0-9_-]+)", r"“编码”栏（\1）"),
    (r"--encoding", "“编码”栏"),
    (r"--region", "“行政区”栏"),
    (r"--valid-from", "“生效日期”栏"),
    (r"请?先用 import_regions 导入", "请系统管理员先导入"),
    (r"--where-layer(?: NAME| 图层名)?", "“图层”栏"),
    (r"--map", "“字段”栏"),
    (r"--set", "“统一填写”"),
    (r"--batch", "“批次”栏"),
)
_HAN = "[\u4e00-\u9fff]"
_NAMED = "(?:“[^”]+”栏|“统一填写”)(?:（[^）]*）)?"
"""An option is set off by spaces, the name of a field is not."""


def on_page(text: str) -> str:
    """The sentence with the names of fields of the page in place of command-line options."""
    for option, field in _FIELDS:
        text = re.sub(option, field, text)
    text = re.sub(rf"(?<={_HAN}) (?={_NAMED})", "", text)
    return re.sub(rf"({_NAMED}) (?={_HAN})", r"\1", text)
