"""What each row of a layer's file is called, and the county that it names itself."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from imports import staging
from imports.readers.held import Column, Held, told_words
from imports.staged_lines import HeldRows
from imports.typed_held import constant
from spatial.models.dataset import Nature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imports.deliveries import FileOptions
    from imports.fields import Canonical
    from imports.readers.bundle import Bundle
    from imports.readers.table import Table
    from spatial.models import Layer, Region

REGION_FIELDS = {"township": "code", "land_use": "located_code"}
"""Fields whose first six digits are the county's code."""
UNREGISTERED = "先用 import_regions 导入这些行政区；或用 --region 指明行政区，改按图形位置归县。"


def staged_rows(
    layer: Layer,
    bundle: Bundle,
    table: Table,
    canonical: Canonical,
    counties: Sequence[Region],
    options: FileOptions,
) -> staging.Rows:
    """Number, source id and county code of each row: by column where the file is held so."""
    if isinstance(canonical.rows, Held):
        return HeldRows(
            table.numbers,
            _ids_held(layer, bundle, table, canonical),
            _codes_held(layer, table, canonical.rows, counties, options),
        )
    codes = _county_codes(layer, table, canonical, counties, options)
    if layer.nature == Nature.LEDGER:
        ids = _ledger_ids(table, canonical)
    else:
        ids = _snapshot_ids(bundle, table, canonical)
    return [
        staging.Staged(number, source_id, code)
        for number, source_id, code in zip(table.numbers, ids, codes, strict=True)
    ]


def _county_codes(
    layer: Layer,
    table: Table,
    canonical: Canonical,
    counties: Sequence[Region],
    options: FileOptions,
) -> list[str | None]:
    """The county that each row names itself, or None; unknown ones are refused without region."""
    field = REGION_FIELDS.get(layer.code)
    if field is None:
        return [None] * len(table.numbers)
    known = {county.code for county in counties}
    codes: list[str | None] = []
    faults: list[tuple[int, str]] = []
    for number, attributes in zip(table.numbers, canonical.rows, strict=True):
        text = str(attributes.get(field) or "")[:6]
        if text and text not in known and not options.region_code:
            faults.append((number, f"行政区代码 {attributes[field]} 未登记"))
        codes.append(text if text in known else None)
    table.bad.refuse(table.file_name, faults, UNREGISTERED)
    return codes


def _codes_held(
    layer: Layer,
    table: Table,
    rows: Held,
    counties: Sequence[Region],
    options: FileOptions,
) -> Column:
    """The same by column: each different code is looked up once."""
    known = {county.code for county in counties}
    found = rows.columns.get(REGION_FIELDS.get(layer.code, ""))
    if found is None:
        return constant(None, len(rows))
    faults: list[tuple[int, str]] = []
    told = found.coded
    first = [str(one or "")[:6] for one in told_words(told.words)]
    if not options.region_code and told.codes is not None:
        lost = {
            at: f"行政区代码 {one} 未登记"
            for at, one in enumerate(told_words(told.words))
            if first[at] and first[at] not in known
        }
        places = np.flatnonzero(np.isin(told.codes, list(lost))).tolist() if lost else []
        faults = [(table.numbers[at], lost[int(told.codes[at])]) for at in places]
    table.bad.refuse(table.file_name, faults, UNREGISTERED)
    return replace(told, words=[one if one in known else None for one in first])


def _ids_held(layer: Layer, bundle: Bundle, table: Table, canonical: Canonical) -> Column:
    rows = cast("Held", canonical.rows)
    if layer.nature == Nature.LEDGER:
        ids = _ledger_ids(table, canonical)
        return Column(codes=np.arange(len(ids), dtype=np.int32), words=ids)
    own = rows.columns.get("source_code")
    if own is not None and _tells_apart(own):
        return own
    words = pc.binary_join_element_wise(
        bundle.sha256[:8], pa.array(table.numbers).cast(pa.string()), "-"
    )
    return Column(codes=np.arange(len(words), dtype=np.int32), words=words)


def _tells_apart(own: Column) -> bool:
    """Whether each row has one, and no two the same."""
    if own.codes is None or not len(own) or isinstance(own.words, list):
        told = [str(one or "") for one in own.values()]
        return all(told) and len(set(told)) == len(told)
    if own.codes.min() < 0 or len(np.unique(own.codes)) < len(own):
        return False
    used = own.words.take(pa.array(own.codes))
    return pc.count_distinct(used).as_py() == len(own) and pc.all(pc.not_equal(used, "")).as_py()


def _snapshot_ids(bundle: Bundle, table: Table, canonical: Canonical) -> list[str]:
    """The source's own codes where they are unique, else row numbers of this very file."""
    own = [str(attributes.get("source_code") or "") for attributes in canonical.rows]
    if all(own) and len(set(own)) == len(own):
        return own
    return [f"{bundle.sha256[:8]}-{number}" for number in table.numbers]


def _ledger_ids(table: Table, canonical: Canonical) -> list[str]:
    """文号#code (or name, or order in the paper); a further row of the same key gets ~2, ~3 …"""
    seen: dict[str, int] = {}
    orders: dict[str, int] = {}
    result = []
    for attributes in canonical.rows:
        paper = str(attributes.get("document") or "").upper()
        orders[paper] = orders.get(paper, 0) + 1
        mark = attributes.get("source_code") or attributes.get("name") or orders[paper]
        mark = re.sub(r"\s+", " ", str(mark))
        key = f"{paper}#{mark}"[:114]
        seen[key] = seen.get(key, 0) + 1
        result.append(key if seen[key] == 1 else f"{key}~{seen[key]}")
    return result
