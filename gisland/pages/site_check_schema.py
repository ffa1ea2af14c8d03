"""How site checks look to machines, for OpenAPI. 选址检查接口的形状

Exact numbers (areas, shares) are texts, as ``as_json`` writes them.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

Fields = dict[str, serializers.Field]


def _text(**told: Any) -> serializers.CharField:
    return serializers.CharField(**told)


def _number(**told: Any) -> serializers.RegexField:
    return serializers.RegexField(r"^-?[0-9]+(\.[0-9]+)?$", **told)


def _shape(name: str, says: str, fields: Fields) -> type[serializers.Serializer]:
    return type(name, (serializers.Serializer,), {**fields, "__doc__": says})


def _measures() -> Fields:
    return {
        "area_m2": _number(),
        "mu": _number(),
        "ha": _number(),
        "share": _number(),
        "share_said": _text(),
    }


class SiteCheckRow(serializers.Serializer):
    """一次选址检查，列表中的一行。"""

    id = serializers.IntegerField()
    code = _text()
    title = _text()
    purpose = _text(help_text="用途：规则集代码")
    area_m2 = _number()
    county = _text()
    unit = _text()
    shared = serializers.BooleanField()
    as_of = serializers.DateField(allow_null=True)


class PurposeRow(serializers.Serializer):
    """可选的用途。"""

    code = _text()
    title = _text()


class SiteNamed(serializers.Serializer):
    """代码和名称。"""

    code = _text()
    term = _text()


class SiteCheckPage(serializers.Serializer):
    """一页选址检查，新的在前。"""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = SiteCheckRow(many=True)
    purposes = PurposeRow(many=True)


SiteCheckPurpose = _shape(
    "SiteCheckPurpose",
    "所用规则集。",
    {name: _text() for name in ("code", "title", "version", "sha256")},
)
SiteGround = _shape(
    "SiteGround",
    "选址范围：面积、地块、所在县。",
    {
        **_measures(),
        "declared_m2": _number(allow_null=True),
        "declared_off_m2": _number(allow_null=True),
        "parcels": serializers.ListField(child=serializers.DictField()),
        "parcels_off_m2": _number(),
        "county": _text(),
        "county_code": _text(),
        "meridian": _number(allow_null=True),
        "bounds": serializers.ListField(child=serializers.FloatField(), min_length=4, max_length=4),
        "points": serializers.IntegerField(),
        "ignored_count": serializers.IntegerField(),
        "ignored_m2": _number(),
        "on_grid": serializers.BooleanField(),
    },
)
SiteOutside = _shape("SiteOutside", "区外、未核查的部分。", {**_measures(), "said": _text()})
SiteSummary = _shape(
    "SiteSummary",
    "涉及、不涉及、不能答的管控线代码和一句结论。",
    {
        **{name: serializers.ListField(child=_text()) for name in ("hit", "clear", "doubtful")},
        "said": _text(),
    },
)
SiteLine = _shape(
    "SiteLine",
    "一条管控线的回答。",
    {
        **{name: _text() for name in ("code", "term", "severity_term", "colour", "icon")},
        "severity": serializers.IntegerField(allow_null=True),
        "relation": _text(),
        "net": serializers.BooleanField(),
        "answer": serializers.ChoiceField(["hit", "clear", "no_data", "expired", "inside_only"]),
        "answer_term": _text(),
        **_measures(),
        **{name: _number() for name in ("gross_m2", "unknown_m2", "outside_m2", "threshold_m2")},
        "outside": _text(),
        "basis": _text(help_text="法律依据"),
        "why": serializers.ListField(child=_text()),
        "dated": serializers.ListField(child=_text()),
        "layers": SiteNamed(many=True),
        "versions": serializers.ListField(child=serializers.IntegerField()),
        "piece_ids": serializers.ListField(child=serializers.IntegerField()),
        "nearest": serializers.DictField(allow_null=True, help_text="最近的管控要素"),
        "features": serializers.ListField(child=serializers.DictField()),
        "features_hidden": serializers.BooleanField(),
        "said": _text(),
    },
)


class SiteTable(serializers.Serializer):
    """一张合计等于总面积的表。"""

    rows = serializers.ListField(child=serializers.DictField())
    total = serializers.DictField()
    rest_mu = _number()
    rest_ha = _number()


class SiteCheckResult(serializers.Serializer):
    """一次选址检查的全部结果。"""

    format = _text()
    format_version = serializers.IntegerField()
    id = serializers.IntegerField()
    code = _text()
    address = _text()
    title = _text()
    as_of = serializers.DateField()
    known_at = serializers.DateTimeField()
    checked_at = serializers.DateTimeField()
    run = serializers.IntegerField()
    code_version = _text()
    by = _text()
    unit = _text()
    own = serializers.BooleanField()
    shared = serializers.BooleanField()
    source_note = _text()
    notes = serializers.ListField(child=_text())
    delivered_crs = _text()
    purpose = SiteCheckPurpose()
    site = SiteGround()
    outside = SiteOutside()
    summary = SiteSummary()
    lines = SiteLine(many=True)
    land = SiteTable(allow_null=True)
    owners = SiteTable(allow_null=True)
    townships = SiteTable(allow_null=True)
    past = serializers.ListField(child=serializers.DictField())
    earlier_checks = serializers.ListField(child=serializers.DictField())
    unchecked = serializers.ListField(child=serializers.DictField())
    versions = serializers.ListField(child=serializers.DictField())
    thresholds = serializers.DictField()
    changed = _text(allow_null=True, help_text="此后数据的变化，一句话")


class SiteShared(serializers.Serializer):
    """是否已共享。"""

    id = serializers.IntegerField()
    shared = serializers.BooleanField()


class SiteWhatIf(serializers.Serializer):
    """避让推演的结果。"""

    id = serializers.IntegerField()
    lines = SiteNamed(many=True)
    erased = serializers.DictField()
    remaining = serializers.DictField()
    outside = serializers.DictField()
    narrow = serializers.DictField()
    said = _text()
    shift = serializers.DictField(allow_null=True)
