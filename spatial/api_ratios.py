"""The API's ratios and the pieces behind them, within the asker's counties."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from django.utils.http import parse_etags, quote_etag
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from spatial import vocabulary
from spatial.api import HasScope, asked_scope
from spatial.api_query import LARGEST_PAGE, PAGE_SIZE, Parameters
from spatial.api_ratio_rows import PiecePage, RatioTable, read_cursor, write_cursor
from spatial.engine.ratio_kept import kept_table, key_of
from spatial.engine.ratio_law import EFFECTS, Switches
from spatial.engine.ratio_pieces import FIGURES, pieces_page
from spatial.engine.ratios import BASES, DENOMINATORS, DIGITS, PERIODS_BY, RatioQuery
from spatial.errors import NotAllowed
from spatial.hidden import hidden_rules
from spatial.models import RulesetVersion
from spatial.scope import mark_private

if TYPE_CHECKING:
    from rest_framework.request import Request

    from spatial.scope import Scope

OUTSIDE = "区外图斑"
LEVELS = [level for level in DIGITS if level != "all"]


class WordsField(serializers.CharField):
    """Words of one pattern with commas between, as a tuple.

    The pattern is asked here and not by a validator: validators see what came out of the field.
    """

    word = r"[a-z][a-z0-9_-]*"

    def __init__(self, **told: Any) -> None:
        super().__init__(required=False, max_length=400, **told)

    def run_validators(self, value: Any) -> None:
        """The length of what was written."""
        super().run_validators(",".join(value))

    def to_internal_value(self, data: Any) -> Any:
        """The words."""
        words = str(super().to_internal_value(data)).split(",")
        for word in words:
            if not re.fullmatch(self.word, word):
                raise serializers.ValidationError(f"{word} 无效，应写作 {self.help_text}")
        return tuple(words)


class PairField(WordsField):
    """``code=word``, several with commas, as pairs."""

    def __init__(self, words: str, **told: Any) -> None:
        self.word = rf"{WordsField.word}=({words})"
        super().__init__(**told)

    def run_validators(self, value: Any) -> None:
        """The length of what was written."""
        super().run_validators(tuple(f"{code}={word}" for code, word in value))

    def to_internal_value(self, data: Any) -> Any:
        """The pairs."""
        return tuple(tuple(pair.split("=", 1)) for pair in super().to_internal_value(data))


class MomentField(serializers.DateTimeField):
    """A moment; of a day alone its end, as everywhere in the house."""

    def to_internal_value(self, value: Any) -> Any:
        """The moment."""
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(value)):
            value = f"{value}T23:59:59.999999"
        return super().to_internal_value(value)


class RatioParameters(Parameters):
    """How a ratio is asked; as the command ``ratios``."""

    level = serializers.ChoiceField(LEVELS, required=False, help_text="级别")
    period = serializers.CharField(required=False, max_length=20, help_text="期：2024 含各季各月")
    by = serializers.ChoiceField(PERIODS_BY, required=False, help_text="批次的期，或后时相")
    basis = serializers.ChoiceField(BASES, required=False, help_text="初判或认定")
    denominator = serializers.ChoiceField(DENOMINATORS, required=False, help_text="分母")
    ruleset = serializers.CharField(required=False, max_length=60, help_text="规则集")
    known_at = MomentField(required=False, help_text="所知截至；只写日期指当日终了")
    exclude = WordsField(help_text="另外剔除的理由，逗号分隔")
    keep = WordsField(help_text="不剔除的理由，逗号分隔")
    effect = PairField("|".join(EFFECTS), help_text="整改方式=影响，逗号分隔")
    count = PairField("yes|no", help_text="初判代码=yes|no：是否计入分子")


class PieceParameters(RatioParameters):
    """Which figure's pieces are asked for."""

    band = serializers.ChoiceField(
        [*FIGURES, "all", *vocabulary.ratio_band_terms()], help_text="分栏"
    )
    region = serializers.RegexField(
        r"^[0-9]{6}([0-9]{3})?$", required=False, help_text="行政区代码；不写为全部"
    )
    cursor = serializers.CharField(
        required=False, allow_blank=True, max_length=400, help_text="翻页：取自 next"
    )
    page_size = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_PAGE, help_text="每页条数"
    )


def query_for(scope: Scope, asked: dict[str, Any]) -> RatioQuery:
    """The query of checked parameters within a scope's counties; refused where a layer that the
    conclusions read may not be seen."""
    names = ("level", "period", "by", "basis", "denominator", "ruleset", "known_at")
    query = RatioQuery(
        county_ids=scope.county_ids,
        switches=Switches(
            exclude=asked.get("exclude", ()),
            keep=asked.get("keep", ()),
            effects=asked.get("effect", ()),
            count=tuple((code, word == "yes") for code, word in asked.get("count", ())),
        ),
        **{name: asked[name] for name in names if name in asked},
    )
    versions = RulesetVersion.objects.filter(name=query.ruleset).values_list("pk", flat=True)
    hidden = {ruleset for ruleset, action, _ in hidden_rules(scope) if action == "conclude"}
    if hidden & set(versions):
        raise NotAllowed("该规则集的初判用到您无权查看的图层，不能给出比率。请联系系统管理员。")
    return query


class RatioView(APIView):
    """Ratios by region of what the asker sees."""

    permission_classes = (HasScope,)
    parameters: type[RatioParameters] = RatioParameters

    @extend_schema(tags=["ratios"], parameters=[RatioParameters], responses=RatioTable)
    def get(self, request: Request) -> Response:
        """违法占耕比：各行政区、合计和口径。"""
        query = self.query(request, self.asked(request))
        key = key_of(asked_scope(request).key, query)
        etag = quote_etag(hashlib.sha256(key.encode()).hexdigest()[:32])
        if etag in parse_etags(request.headers.get("If-None-Match", "")):
            response = Response(status=304)
            mark_private(response)
        else:
            found = kept_table(key, query)
            response = self.private(
                {
                    "rows": [row.as_json() for row in found.rows],
                    "total": found.total.as_json(),
                    "said": found.said,
                }
            )
        response["ETag"] = etag
        return response

    def asked(self, request: Request) -> dict[str, Any]:
        """The checked parameters."""
        query = self.parameters(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        return dict(query.validated_data)

    def query(self, request: Request, asked: dict[str, Any]) -> RatioQuery:
        """The query within the asker's counties."""
        return query_for(asked_scope(request), asked)

    def private(self, found: Any) -> Response:
        """An answer for one reader."""
        response = Response(found)
        mark_private(response)
        return response


class RatioPiecesView(RatioView):
    """The pieces behind a figure."""

    parameters = PieceParameters

    @extend_schema(tags=["ratios"], parameters=[PieceParameters], responses=PiecePage)
    def get(self, request: Request) -> Response:
        """一个数字背后的碎块：图斑、结论、面积、理由。"""
        asked = self.asked(request)
        after = read_cursor(asked.get("cursor", ""))
        rows, following = pieces_page(
            self.query(request, asked),
            asked.get("region", ""),
            asked["band"],
            after=after,
            most=asked.get("page_size", PAGE_SIZE),
        )
        codes = set(asked_scope(request).county_codes)
        return self.private(
            {
                "results": [_within(row, codes) for row in rows],
                "next": following
                and replace_query_param(
                    request.build_absolute_uri(), "cursor", write_cursor(following)
                ),
            }
        )


def _within(row: dict[str, Any], county_codes: set[str]) -> dict[str, Any]:
    """A row that names no patch of another county as the one that counts the same ground."""
    other = row["counted_in"]
    if other is None or other.split("/")[1] in county_codes:
        return row
    return {**row, "counted_in": None, "why": row["why"].replace(other, OUTSIDE)}
