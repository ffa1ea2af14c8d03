"""Rulesets as rows: what the engine joins. 规则集

A ruleset is read from its TOML file (spatial/rules/), checked, and stored whole with its text
and hash at its first run; the rows here are the compiled form that the statements of sql/engine
join. Nothing here is edited by hand.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.gis.db import models


class RulesetVersion(models.Model):
    """One version of a ruleset, stored with its text at first use. 规则版本"""

    name = models.CharField("规则集", max_length=60)
    title = models.CharField("名称", max_length=120)
    version = models.CharField("版本", max_length=20)
    text = models.TextField("原文")
    sha256 = models.CharField("指纹", max_length=64)
    settings = models.JSONField("参数", default=dict)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "规则版本"
        verbose_name_plural = "规则版本"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("name", "version"), name="ruleset_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"


class Notion(models.Model):
    """A legal notion: where on the ground something holds. 法律概念

    ``version_policy`` before / act / latest for snapshots, empty for ledgers. ``base`` is the
    code of the notion that an ``of`` notion narrows; its layer and tests are copied here, so the
    engine never follows it. ``members`` lists the notions of an ``any_of``.
    """

    ruleset = models.ForeignKey(RulesetVersion, models.CASCADE, related_name="notions")
    code = models.CharField("代码", max_length=40)
    term = models.CharField("名称", max_length=60)
    layer = models.ForeignKey("spatial.Layer", models.PROTECT, null=True, blank=True)
    version_policy = models.CharField("版本口径", max_length=10, blank=True)
    within_m = models.FloatField("外扩（米）", default=0)
    own = models.BooleanField("限本单位", default=False)
    base = models.CharField("取自", max_length=40, blank=True)
    members = models.JSONField("任一", default=list)

    class Meta:
        verbose_name = "法律概念"
        verbose_name_plural = "法律概念"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("ruleset", "code"), name="notion_once")
        ]

    def __str__(self) -> str:
        return self.term


class NotionLeaf(models.Model):
    """What a notion comes down to: itself, or the notions of its any_of. 概念构成"""

    notion = models.ForeignKey(Notion, models.CASCADE, related_name="leaves")
    leaf = models.ForeignKey(Notion, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = "概念构成"
        verbose_name_plural = "概念构成"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("notion", "leaf"), name="notion_leaf_once")
        ]

    def __str__(self) -> str:
        return f"{self.notion_id} ← {self.leaf_id}"


class TestRow(models.Model):
    """One test: ``[unless] A op B``, compiled to operands. 条件

    An operand is a JSON object with one of the keys ``value`` (a literal; for ``in`` a list of
    LIKE patterns) or ``field`` (a key of the zone's attributes when ``scope`` is "zone", of the
    patch's facts when it is "facts"), optionally ``shift_months``/``shift_days`` (dates),
    ``divide_by`` (another operand), and ``needed`` (absent means unknown, not empty).
    """

    seq = models.PositiveSmallIntegerField()
    negate = models.BooleanField(default=False)
    op = models.CharField(max_length=10)
    kind = models.CharField(max_length=10)
    left = models.JSONField()
    right = models.JSONField(null=True)
    text = models.CharField(max_length=200)

    class Meta:
        abstract = True


class NotionTest(TestRow):
    """A test of a notion's ``where``. 概念条件"""

    notion = models.ForeignKey(Notion, models.CASCADE, related_name="tests")

    class Meta:
        verbose_name = "概念条件"
        verbose_name_plural = "概念条件"

    def __str__(self) -> str:
        return self.text


class Rule(models.Model):
    """A conclusion or a mark. 规则

    ``action`` is conclude or mark; ``rank`` the order of precedence. For marks, ``part`` holds
    {class: [...], net: bool, at_least_m2: n}; places are RulePlace rows for both.
    """

    ruleset = models.ForeignKey(RulesetVersion, models.CASCADE, related_name="rules")
    action = models.CharField("类别", max_length=10)
    rank = models.PositiveSmallIntegerField("次序")
    code = models.CharField("代码", max_length=40)
    term = models.CharField("名称", max_length=60)
    rule_class = models.CharField("归类", max_length=10, blank=True)
    kind_of = models.CharField("上位类型", max_length=60, blank=True)
    style = models.CharField("样式", max_length=20, blank=True)
    severity = models.PositiveSmallIntegerField("严重程度", null=True)
    source = models.CharField("依据", max_length=400, blank=True)
    from_on = models.DateField("施行起", null=True)
    until_on = models.DateField("施行止", null=True)
    part = models.JSONField("计量", null=True)

    class Meta:
        verbose_name = "规则"
        verbose_name_plural = "规则"
        ordering = ("ruleset", "action", "rank")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("ruleset", "action", "code"), name="rule_once")
        ]

    def __str__(self) -> str:
        return self.term


class RulePlace(models.Model):
    """A place that a rule asks for: inside, outside or adjoining a notion. 处所"""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="places")
    relation = models.CharField(max_length=10)
    notion = models.ForeignKey(Notion, models.CASCADE)

    class Meta:
        verbose_name = "处所"
        verbose_name_plural = "处所"

    def __str__(self) -> str:
        return f"{self.relation} {self.notion.code}"


class RuleTest(TestRow):
    """A test of a rule. 规则条件"""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="tests")

    class Meta:
        verbose_name = "规则条件"
        verbose_name_plural = "规则条件"

    def __str__(self) -> str:
        return self.text
