"""The fields of one paper, as somebody fills them in: what is wrong, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imports import fields, typed_values, values
from spatial import holders
from spatial.errors import UnknownLayer
from spatial.install import layers_file
from spatial.models.dataset import Nature

if TYPE_CHECKING:
    from collections.abc import Mapping

ORDERS = (
    ("filed_on", "approved_on"), ("approved_on", "valid_until"), ("approved_on", "revoked_on"),
    ("contract_on", "revoked_on"), ("signed_on", "ended_on"), ("started_on", "stopped_on"),
)  # fmt: skip
"""Dates of which the second can't lie before the first."""


def ledgers() -> dict[str, str]:
    """The layers that grow by the paper: code and term."""
    return {
        code: entry["term"]
        for code, entry in layers_file()["layer"].items()
        if entry["nature"] == Nature.LEDGER
    }


def check_fields(layer: str, given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What was filled in, without blanks, and what is wrong with it: a sentence a field.

    Raises UnknownLayer for a layer that is no ledger.
    """
    if layer not in ledgers():
        raise UnknownLayer(f"{layer} 不是台账图层。可登记：{'、'.join(ledgers().values())}。")
    known = fields.fields_of(layer)
    told = {name: text.strip() for name, text in given.items() if name in known and text.strip()}
    faults = {}
    for name, wanted in known.items():
        text = told.get(name)
        if text is None:
            if wanted.required:
                faults[name] = f"请填写{wanted.term}。"
            continue
        fault = _fault(wanted, text)
        if fault:
            faults[name] = fault
    faults |= _order_faults(known, told, faults)
    code = told.get("holder_code")
    if code and not holders.holder_code(code):
        faults["holder_code"] = "不是统一社会信用代码（18 位）或组织机构代码（9 位）。可留空。"
    return told, faults


def _fault(wanted: fields.Field, text: str) -> str:
    try:
        if wanted.kind == "date":
            values.span_of(text)
        elif wanted.kind == "number":
            number = values.number_of(text)
            if number is not None and number < 0:
                return f"{wanted.term}不能为负。"
        elif wanted.kind == "boolean":
            values.boolean_of(text)
    except values.BadValue as error:
        return f"{wanted.term}{error}。"
    longest = typed_values.LONGEST.get(wanted.name, 200)
    return f"{wanted.term}过长（最多 {longest} 字）。" if len(text) > longest else ""


def _order_faults(
    known: Mapping[str, fields.Field], told: Mapping[str, str], faults: Mapping[str, str]
) -> dict[str, str]:
    found = {}
    for first, second in ORDERS:
        if first in told and second in told and not {first, second} & set(faults):
            start, end = values.span_of(told[first]), values.span_of(told[second])
            if start and end and end.last < start.first:
                found[second] = f"{known[second].term}早于{known[first].term}。"
    return found
