"""How site checks are asked of the API: bodies, parameters, how often. 选址检查接口的参数"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from rest_framework import serializers
from rest_framework.throttling import SimpleRateThrottle

from spatial.api_query import Parameters
from spatial.site_check.purposes import DEFAULT
from spatial.site_check.what_if import MOST_RADIUS_M, RADIUS_M, WIDTH_M

if TYPE_CHECKING:
    from rest_framework.request import Request


class CheckThrottle(SimpleRateThrottle):
    """Checks a minute for each account or address: each costs the database about a second."""

    scope = "site_check"
    rate = settings.SITE_CHECK_RATE

    def get_cache_key(self, request: Request, view: Any) -> str:
        """By account, else by address."""
        user = request.user
        who = f"u{user.pk}" if user.is_authenticated else self.get_ident(request)
        return str(self.cache_format % {"scope": self.scope, "ident": who})


class SiteCheckBody(Parameters):
    """What is sent: the ground in one of three ways, and the purpose."""

    purpose = serializers.CharField(
        max_length=60, default=DEFAULT, help_text="用途：ground = site 的规则集"
    )
    title = serializers.CharField(max_length=120, required=False, allow_blank=True)
    as_of = serializers.DateField(required=False, help_text="检查日期；不写为今天")
    ground = serializers.JSONField(
        required=False, help_text="GeoJSON：面、要素或要素集合，EPSG:4490，经度在前"
    )
    coordinates = serializers.CharField(
        required=False, max_length=2_000_000, help_text="粘贴的坐标，任意次序和带号"
    )
    file = serializers.FileField(required=False, help_text="TXT、zip 打包的 shp、KML、DXF…")
    crs = serializers.CharField(required=False, max_length=60, help_text="如 EPSG:4528")
    encoding = serializers.CharField(required=False, max_length=30, help_text="如 GBK")
    region = serializers.RegexField(r"^[0-9]{6}$", required=False, help_text="行政区代码")
    sublayer = serializers.CharField(required=False, max_length=200, help_text="文件内的图层")

    def validate(self, told: dict[str, Any]) -> dict[str, Any]:
        """Exactly one ground."""
        if sum(name in told for name in ("ground", "coordinates", "file")) != 1:
            raise serializers.ValidationError(
                {"ground": ["ground、coordinates、file 须给且只给一个。"]}
            )
        return told


class WhatIfQuery(Parameters):
    """How a what-if is asked."""

    lines = serializers.CharField(
        required=False, max_length=400, help_text="要避让的管控线代码，逗号分隔；不写为严重的各线"
    )
    radius_m = serializers.FloatField(
        required=False,
        min_value=1,
        max_value=MOST_RADIUS_M,
        help_text=f"半径，缺省 {RADIUS_M:g}",
    )
    width_m = serializers.FloatField(
        required=False, min_value=0, max_value=1000, help_text=f"窄条宽度，缺省 {WIDTH_M:g}"
    )


class ShareBody(Parameters):
    """Whether others see it."""

    shared = serializers.BooleanField(help_text="是否共享给本县其他单位")
