"""What a person may choose about an upload, checked before anything is queued. 选项

The words are those of the commands' records: region, crs, encoding, map, set, sublayer; and by
target: valid_from, withdraw (a layer), batch … classify (patches), taken_on, name (an image).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from spatial.errors import InputRefused, NotAllowed, UnknownLayer
from spatial.models import Batch, Layer, Region
from spatial.models.dataset import Nature
from spatial.models.patch import Source
from spatial.scope import scope_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.models import User

PATCH, IMAGE = "patch", "image"
FLAGS = {"classify", "forget", "guess", "skip_bad"}
"""Choices that are yes or no; ``guess``: nobody chose the target yet, it is
only looked at so. ``forget``: the mapping remembered of such a table is not taken."""
READING = {"region", "crs", "encoding", "map", "set", "sublayer", *(FLAGS - {"classify"})}
BATCH = {"batch", "source", "issued_on", "report_due_on", "period", "ruleset", "title"}
CHOICES = {
    PATCH: READING | BATCH | {"classify"},
    IMAGE: {"crs", "taken_on", "name", "guess"},
    "layer": READING | {"valid_from", "withdraw"},
}
DATES = {
    "valid_from": "生效日期", "issued_on": "下发日期", "report_due_on": "填报截止日期",
    "taken_on": "拍摄日期",
}  # fmt: skip
PAIRS = {"map": "字段对应", "set": "统一取值"}
LONGEST = 400


def within_of(by: User) -> str | None:
    """The region in which an account may store what it imports; None for all.

    Raises NotAllowed for an account that may not import, or has no region.
    """
    scope = scope_of(by)
    scope.require_act("import")
    if by.region is None:
        return None  # a superuser: nobody else has a scope without a region
    return by.region.code


def checked(target: str, told: Mapping[str, Any], by: User) -> dict[str, Any]:
    """The options, trimmed, without empty ones; raises InputRefused or NotAllowed for one that
    cannot be, naming it. What only the import itself needs may still be missing."""
    known = CHOICES.get(target, CHOICES["layer"])
    strange = sorted(set(told) - known)
    if strange:
        raise InputRefused(f"不认识的选项：{'、'.join(name[:40] for name in strange[:6])}。")
    options = {name: _value(name, value) for name, value in told.items()}
    options = {name: value for name, value in options.items() if value}
    if "region" in options:
        _check_region(options["region"], within_of(by))
    if options.get("source") and options["source"] not in set(Source.values) - {Source.SITE}:
        raise InputRefused(f"来源“{options['source']}”不可用；选址方案请在选址检查页上传。")
    if options.get("classify"):
        scope_of(by).require_act("classify")
    return options


def require_complete(target: str, options: Mapping[str, Any], by: User) -> None:
    """Raise InputRefused for what the import of this target cannot do without."""
    if options.get("guess"):
        raise InputRefused("请先选择导入为哪个图层、图斑或影像。")
    if target == PATCH:
        if "batch" not in options:
            raise InputRefused("请填写批次号。")
        _check_batch(options["batch"], by)
    elif target == IMAGE:
        if "taken_on" not in options:
            raise InputRefused("请填写拍摄日期。")
    else:
        layer = layer_of(target)
        if layer.nature == Nature.SNAPSHOT and "valid_from" not in options:
            raise InputRefused(f"{layer.term}是整体更替的快照，请填写生效日期。")
        if layer.nature == Nature.LEDGER and "valid_from" in options:
            raise InputRefused(f"{layer.term}是逐件增改的台账，各件自带日期，不要填写生效日期。")


def layer_of(target: str) -> Layer:
    """The layer that an upload is for; raises UnknownLayer when there is none."""
    layer = Layer.objects.filter(pk=target).first()
    if layer is None:
        raise UnknownLayer("请先选择导入为哪个图层、图斑或影像。")
    return layer


def day_of(options: Mapping[str, Any], name: str) -> date | None:
    """A date among checked options."""
    return date.fromisoformat(options[name]) if name in options else None


def _value(name: str, value: Any) -> Any:
    if name in PAIRS:
        items = value.items() if isinstance(value, dict) else [(0,)]
        texts = [text for item in items for text in item]
        if not all(isinstance(text, str) and len(text) <= LONGEST for text in texts):
            raise InputRefused(f"{PAIRS[name]}应为 字段: 列名 的对照。")
        return {key.strip(): text.strip() for key, text in value.items() if key.strip()}
    if name in FLAGS:
        return value is True
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > LONGEST or "\0" in value:
        raise InputRefused(f"选项 {name} 的值不可用。")
    text = value.strip()
    if text and name in DATES:
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError as error:
            raise InputRefused(f"{DATES[name]}“{text}”不是日期，应写作 2024-03-05。") from error
    return text


def _check_region(code: str, within: str | None) -> None:
    """It must be the account's own, or lie in it."""
    region = Region.objects.by_code(code)
    if within is None:
        return
    own = set(Region.objects.by_code(within).counties().values_list("pk", flat=True))
    if not set(region.counties().values_list("pk", flat=True)) <= own:
        raise NotAllowed(f"行政区 {region} 不在您的行政区内，不能导入。")


def _check_batch(code: str, by: User) -> None:
    """A site check is its unit's own: nobody else adds to it."""
    found = Batch.objects.filter(code=code).first()
    if found is not None and (
        found.source == Source.SITE or found.owner_id not in (None, by.unit_id)
    ):
        raise NotAllowed(f"批次号 {code} 不可用，请换一个。")
