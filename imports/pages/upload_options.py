"""What a person says of an upload: taken from the form, checked, kept as a draft. 选项"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from imports import fields
from imports.crs_verdict import from_option
from imports.pages.gate import codes_of
from imports.pages.targets import IMAGE, PATCH, choices, nature_of
from imports.pages.words import on_page
from imports.readers.codec_names import codec_named
from spatial.errors import GislandError
from spatial.models import Batch
from spatial.models.patch import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imports.models import Upload
    from spatial.models import User
    from spatial.scope import Scope

READING = ("sublayer", "encoding", "crs", "region")
"""Options after which the file must be looked at anew."""
DATES = {
    "valid_from": "生效日期", "issued_on": "下发日期", "report_due_on": "填报截止日期",
    "taken_on": "拍摄日期",
}  # fmt: skip
TEXTS = {"withdraw": 100, "period": 20, "title": 120, "ruleset": 60, "name": 120}
FLAGS = ("skip_bad", "classify", "forget")
BATCH = ("source", "issued_on", "report_due_on", "period", "ruleset", "title")


@dataclass
class Draft:
    """What the form said: the options to keep, faults by field, whether to look anew."""

    target: str
    options: dict[str, Any]
    faults: dict[str, str] = field(default_factory=dict)
    look: bool = False


def drafted(upload: Upload, posted: Mapping[str, str], scope: Scope, user: User) -> Draft:
    """The form as options; what cannot be is told by field, and the earlier value is kept."""
    draft = Draft(upload.target, dict(upload.options))
    _target(draft, posted, scope)
    _reading(draft, posted, scope, user)
    for name, term in DATES.items():
        if name in posted:
            _date(draft, name, term, posted[name])
    for name, longest in TEXTS.items():
        if name in posted:
            _keep(draft, name, posted[name].strip()[:longest])
    for name in FLAGS:
        if f"has_{name}" in posted:
            draft.look |= name == "forget" and (name in posted) != bool(draft.options.get(name))
            _keep(draft, name, name in posted)
    _batch(draft, posted, scope)
    if draft.target == upload.target and draft.target not in ("", IMAGE):
        _fields(draft, posted, upload.preview or {})
    return draft


def lacking(draft: Draft, preview: Mapping[str, Any]) -> dict[str, str]:
    """What is still to be said before the file can come in, by field."""
    options, lack = draft.options, {}
    nature = nature_of(draft.target)
    if draft.options.get("guess"):
        return {"target": "请选择数据去向。"}
    if nature == "snapshot" and not options.get("valid_from"):
        lack["valid_from"] = "快照图层要给出生效日期。"
    if draft.target == PATCH and not options.get("batch"):
        lack["batch"] = "请给出批次号，或选一个已有的批次。"
    if draft.target == IMAGE:
        if not options.get("taken_on"):
            lack["taken_on"] = "请给出影像的拍摄日期。"
        return lack
    if preview.get("bad_rows") and not options.get("skip_bad"):
        lack["skip_bad"] = (
            f"有 {preview['bad_rows']} 行不合格（见“判读”）：请改正文件后重新上传，或同意跳过它们。"
        )
    if "map" not in preview:
        return lack
    known = fields.fields_of(draft.target)
    given = {**preview.get("map", {}), **options.get("map", {})}
    for name, wanted in known.items():
        if wanted.required and not given.get(name) and not options.get("set", {}).get(name):
            lack[f"map.{name}"] = f"必填字段“{wanted.term}”还没有对应的列。"
    return lack


def _keep(draft: Draft, name: str, value: Any) -> None:
    if value:
        draft.options[name] = value
    else:
        draft.options.pop(name, None)


def _target(draft: Draft, posted: Mapping[str, str], scope: Scope) -> None:
    wanted = posted.get("suggested") or posted.get("target", "")
    if not wanted:
        return
    if wanted not in {code for _, group in choices(scope) for code, _ in group}:
        draft.faults["target"] = "没有这个去向，或您无权使用。请重新选择。"
        return
    draft.options.pop("guess", None)
    if wanted != draft.target:
        draft.target = wanted
        draft.look = True
        for name in ("map", "set"):
            draft.options.pop(name, None)


def _reading(draft: Draft, posted: Mapping[str, str], scope: Scope, user: User) -> None:
    told = {name: posted[name].strip() for name in READING if name in posted}
    if posted.get("proposed_crs"):  # the button beside the refusal
        told["crs"] = posted["proposed_crs"].strip()
    for name, value in told.items():
        fault = _reading_fault(name, value, scope, user)
        if fault:
            draft.faults[name] = fault
        elif value != draft.options.get(name, ""):
            _keep(draft, name, value)
            draft.look = True


def _reading_fault(name: str, value: str, scope: Scope, user: User) -> str:
    if name == "crs" and value:
        try:
            from_option(value)
        except GislandError as error:
            return on_page(str(error))
    if name == "encoding" and value and codec_named(value) is None:
        return f"不认识编码“{value[:20]}”。请从列表中选择。"
    if name == "region" and value not in ["", *codes_of(scope, user)]:
        return "该行政区不在您的范围内。请重新选择。"
    if name == "region" and not value and user.region is not None:
        return "请选择行政区。"
    return ""


def _date(draft: Draft, name: str, term: str, text: str) -> None:
    text = text.strip()
    try:
        value = datetime.date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        draft.faults[name] = f"{term}“{text[:20]}”不是日期，应写作 2024-03-05。"
        return
    _keep(draft, name, value)


def _batch(draft: Draft, posted: Mapping[str, str], scope: Scope) -> None:
    if "source" in posted:
        if posted["source"] and posted["source"] not in Source.values:
            draft.faults["source"] = "没有这种来源。请重新选择。"
        else:
            _keep(draft, "source", posted["source"])
    if "batch" not in posted:
        return
    code = posted["batch"].strip()
    if code and not code.replace("-", "").replace("_", "").isalnum():
        draft.faults["batch"] = "批次号只能有汉字、字母、数字、- 和 _。"
    elif len(code) > 60:
        draft.faults["batch"] = "批次号最长 60 字。"
    elif code and Batch.objects.filter(code=code).exists() and not known_batch(code, scope):
        draft.faults["batch"] = f"批次号 {code} 已被使用，且不在您的范围内。请换一个。"
    else:
        _keep(draft, "batch", code)
        if code and known_batch(code, scope) is not None:
            for name in BATCH:  # a batch that is there keeps what it says of itself
                draft.options.pop(name, None)


def known_batch(code: str, scope: Scope) -> Batch | None:
    """The batch of that code, if the user sees it or nobody's patches lie in it."""
    found = Batch.objects.filter(code=code).first()
    if found is None or not found.patches.exists():
        return found
    return scope.filter_batches(Batch.objects.filter(pk=found.pk)).first()


def _fields(draft: Draft, posted: Mapping[str, str], preview: Mapping[str, Any]) -> None:
    mapping = dict(draft.options.get("map", {}))
    constants = dict(draft.options.get("set", {}))
    matched = preview.get("map", {})
    for name in fields.fields_of(draft.target):
        column = posted.get(f"map.{name}")
        if column is not None and (name in mapping or column != matched.get(name, "")):
            mapping[name] = column
        constant = posted.get(f"set.{name}")
        if constant is not None:
            if constant.strip():
                constants[name] = constant.strip()[:4000]
            else:
                constants.pop(name, None)
    _keep(draft, "map", mapping)
    _keep(draft, "set", constants)
