"""Figures of a measurement as a table for people."""

from __future__ import annotations

from typing import Any

LINES = (
    ("划分，每万图斑", "seconds_per_10k_patches", "秒"),
    ("划分，每秒图斑", "patches_per_s", "个"),
    ("划分，每万图斑处理器时间", "partition_cpu_seconds_per_10k", "秒"),
    ("  ÷ 仅求交与面积（GEOS 下限）", "partition_over_floor", "倍"),
    ("  每十倍图斑的代价", "growth_10x", "倍"),
    ("整个判定，每万图斑", "classify_seconds_per_10k", "秒"),
    ("整个判定，每万图斑处理器时间", "classify_cpu_seconds_per_10k", "秒"),
    ("  ÷ 划分", "classify_over_partition", "倍"),
    ("geopandas.overlay 链，每万图斑（单核）", "geopandas_seconds_per_10k", "秒"),
    ("geopandas 链 ÷ 划分（按每核）", "geopandas_chain_over_partition_per_core", "倍"),
    ("碎块之和不等于图斑的图斑", "patches_not_closing", "个"),
    ("与逐区相交面积不符的（图斑，管控区）", "zones_off", "对"),
    ("  共比较", "zones_compared", "对"),
    ("与独立核算的碎块不符的（标签或面积）", "pieces_off", "个"),
    ("  共比较", "pieces_compared", "个"),
    ("geopandas 链不闭合的图斑", "geopandas_patches_off", "个"),
    ("碎块", "pieces", "个"),
    ("在网格上重算的图斑", "fallback_patches", "个"),
    ("归类为数据不足的图斑", "unknown_patches", "个"),
)


def as_text(found: dict[str, Any]) -> str:
    """The table, with what was measured above it and where the time went below."""
    head = (
        "{polygons} 个地类图斑，{layers} 个图层，{patches} 个监测图斑，{workers} 个进程；"
        "geopandas 抽样 {geopandas_sample} 个图斑"
    )
    lines = [
        head.format(**found),
        *(f"{_padded(name, 40)}{found[key]!s:>12} {unit}" for name, key, unit in LINES),
        "派生（秒）：" + "，".join(f"{k} {v}" for k, v in found["derive_seconds"].items()),
        "判定用时最多的语句（各进程之和；秒，其中处理器秒）：",
        *(f"  {name:<44}{spent:>8}{cpu:>8}" for name, spent, cpu in found["classify_steps"]),
    ]
    return "\n".join(lines)


def _padded(text: str, width: int) -> str:
    """Padded to a width in which a Chinese character counts two."""
    return text + " " * (width - sum(2 if ord(letter) > 0x2E80 else 1 for letter in text))
