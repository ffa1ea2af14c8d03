"""The fixed words of the rules language. 规则语言的固定用词"""

from __future__ import annotations

CLASSES = ("legal", "illegal", "other", "pending", "stock")
"""What a rule may conclude; `unknown` is given by the engine alone."""

ALL_CLASSES = ("illegal", "unknown", "pending", "stock", "legal", "other")
"""In the order in which a patch takes its label."""

VERSIONS = ("before", "act", "latest")
GROUP_FACTS = {
    "used_m2": "累计实际用地面积",
    "entitled_m2": "有权使用的面积",
    "excess_m2": "超出有权使用的面积",
    "unused_m2": "有权使用而未使用的面积",
}
PART_FACTS = {"m2": "面积", "share": "占图斑的比例", "net_m2": "净面积（已扣田坎）"}
MEASURED = {"area_m2": "图斑面积", "mean_width_m": "平均宽度", "max_width_m": "最大宽度"}
"""What the engine measures on a patch and no delivery brings."""

GROUNDS = ("batch", "site")
DENOMINATORS = ("new_cultivated", "new_all", "official")
RATIO_AREAS = ("net_m2", "area_m2")
OPERATORS = ("=", "<", "<=", ">", ">=", "in")

TABLES = ("ruleset", "date", "set", "notion", "group", "rules", "ratio")
RULESET_KEYS = (
    "name", "title", "version", "draft", "in_force", "ground", "needs", "subject",
    "label_at_least", "ignore_pieces", "borderline", "adjoin_m",
)  # fmt: skip
NOTION_KEYS = ("term", "layer", "version", "where", "within_m", "own", "of", "any_of")
RULE_KEYS = ("code", "term", "style", "source", "from", "until", "test")
CONCLUDE_KEYS = (*RULE_KEYS, "class", "kind_of", "inside", "outside", "adjoins")
MARK_KEYS = (*RULE_KEYS, "severity", "part", "at_least_m2")
PART_KEYS = ("inside", "outside", "class", "net", "at_least_m2")
GROUP_KEYS = ("by", "used", "entitled")
USED_KEYS = ("patches", "layers", "inside", "outside")
RATIO_KEYS = ("illegal", "new", "cultivated", "area", "denominators", "exclude", "effect")
EFFECT_KEYS = ("kind", "numerator", "denominator")
RATIO_CLASSES = ("legal", "illegal", "other", "stock")
"""What a ratio may count: never ground whose class is open."""
