"""How a ratio is counted: the ruleset's [ratio] with the switches of a query. 口径

Law is data: which conclusions count, which exclusions and what each kind of rectification does
come from the ruleset; a query may switch each of them, and everything used is told.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spatial import vocabulary
from spatial.errors import GislandError
from spatial.models import Rule, RulesetVersion
from spatial.rules.load import read_named
from spatial.rules.problems import near

if TYPE_CHECKING:
    import datetime

    from spatial.sqlfiles import Row

EFFECTS = {
    "none": {"numerator": True, "denominator": True},
    "leave_numerator": {"numerator": False, "denominator": True},
    "leave_both": {"numerator": False, "denominator": False},
}
EFFECT_TERMS = {"none": "不影响", "leave_numerator": "只出分子", "leave_both": "分子分母都出"}
EVERY_KIND = "all"


@dataclass(frozen=True)
class Switches:
    """What a query counts otherwise than the ruleset does."""

    exclude: tuple[str, ...] = ()
    """Further reasons for which patches are left out."""
    keep: tuple[str, ...] = ()
    """Reasons for which patches are not left out; ``all`` for every one."""
    effects: tuple[tuple[str, str], ...] = ()
    """(kind of rectification or ``all``, key of EFFECTS)."""
    count: tuple[tuple[str, bool], ...] = ()
    """(conclusion code, whether it counts in the numerator)."""

    def __post_init__(self) -> None:
        """Refuse words that the vocabulary does not hold."""
        reasons, kinds = vocabulary.exclusion_terms(), vocabulary.rectification_terms()
        for code in (*self.exclude, *self.keep):
            if code not in reasons and (code != EVERY_KIND or code in self.exclude):
                raise GislandError(f"没有剔除理由 {code}；{near(code, list(reasons))}")
        if both := sorted(set(self.exclude) & set(self.keep)):
            raise GislandError(f"剔除理由 {'、'.join(both)} 不能既剔除又保留")
        for kind, effect in self.effects:
            if kind not in kinds and kind != EVERY_KIND:
                raise GislandError(f"没有整改方式 {kind}；{near(kind, list(kinds))}")
            if effect not in EFFECTS:
                raise GislandError(f"整改影响 {effect} 无效，可用：{'、'.join(EFFECTS)}")


@dataclass(frozen=True)
class Law:
    """What the statements count by, and what is printed of it."""

    name: str
    title: str
    version: str
    ratio: dict[str, Any]
    terms: dict[str, str]
    """Chinese of the conclusions."""
    versions: list[dict[str, Any]] = field(default_factory=list)
    """Versions by which the patches were judged: ``version``, ``patch_count``."""

    def as_json(self) -> dict[str, Any]:
        """All that decides what is counted."""
        return {
            "ruleset": self.name,
            "title": self.title,
            "version": self.version,
            "versions": self.versions,
            **{key: self.ratio[key] for key in ("illegal", "new", "area", "exclude", "effect")},
        }

    def said(self) -> list[str]:
        """The same in Chinese, one short clause each."""
        excluded, kinds = vocabulary.exclusion_terms(), vocabulary.rectification_terms()
        named = f"规则 {self.title} {self.version}"
        others = [row for row in self.versions if row["version"] != self.version]
        named += "".join(
            f"（{row['patch_count']} 个图斑按 {row['version']} 判定）" for row in others
        )
        lines = [named]
        for key, word in (("illegal", "不计入分子"), ("new", "不计入新增")):
            if codes := self.ratio[key]["except"]:
                lines.append(f"{word}：{'、'.join(self.terms.get(code, code) for code in codes)}")
        reasons = "、".join(excluded.get(code, code) for code in self.ratio["exclude"])
        lines.append(f"剔除：{reasons or '不剔除'}")
        effects = "、".join(
            f"{term}{EFFECT_TERMS[effect]}"
            for code, term in kinds.items()
            if (effect := effect_of(self.ratio["effect"].get(code))) != "none"
        )
        lines.append(f"整改：{effects or '都不影响'}")
        lines.append(
            "耕地按净面积（已扣田坎）" if self.ratio["area"] == "net_m2" else "耕地按毛面积"
        )
        return lines


def effect_of(given: dict[str, bool] | None) -> str:
    """The key of EFFECTS that a ruleset's effect is; without one, none."""
    return next(name for name, effect in EFFECTS.items() if effect == (given or EFFECTS["none"]))


def law_of(name: str, judged: list[Row], switches: Switches) -> Law:
    """The law of a ruleset's newest version that judged a patch (of these rows), else of the
    newest stored one, else of its file, with the switches; an unknown ruleset is refused."""
    title, version, ratio, terms = _newest(name, judged)
    if ratio is None:
        raise GislandError(f"规则集 {name} 没有 [ratio]，不计算违法占耕比。")
    return Law(
        name=name,
        title=title,
        version=version,
        ratio=_switched(ratio, terms, switches),
        terms=terms,
        versions=[{"version": row["version"], "patch_count": row["patch_count"]} for row in judged],
    )


def _newest(name: str, judged: list[Row]) -> tuple[str, str, dict[str, Any] | None, dict[str, str]]:
    stored = RulesetVersion.objects.filter(name=name).order_by("-pk")
    found = stored.filter(pk=judged[0]["id"]).first() if judged else stored.first()
    if found is not None:
        rules = Rule.objects.filter(ruleset=found, action="conclude").order_by("rank")
        terms = dict(rules.values_list("code", "term"))
        return found.title, found.version, found.settings.get("ratio"), terms
    ruleset = read_named(name)
    terms = {rule.code: rule.term for rule in ruleset.conclude}
    return ruleset.title, ruleset.version, ruleset.ratio, terms


def _switched(ratio: dict[str, Any], terms: dict[str, str], switches: Switches) -> dict[str, Any]:
    """The ruleset's [ratio] with what the query counts otherwise."""
    found = {"area": "net_m2", "exclude": [], "effect": {}, **deepcopy(ratio)}
    kept = set(found["exclude"]) if EVERY_KIND in switches.keep else set(switches.keep)
    reasons = [code for code in found["exclude"] if code not in kept]
    found["exclude"] = list(dict.fromkeys([*reasons, *switches.exclude]))
    for kind, effect in switches.effects:
        kinds = vocabulary.rectification_terms() if kind == EVERY_KIND else [kind]
        found["effect"].update({code: dict(EFFECTS[effect]) for code in kinds})
    for code, counts in switches.count:
        if code not in terms:
            raise GislandError(f"没有初判 {code}；{near(code, list(terms))}")
        listed = [item for item in found["illegal"]["except"] if item != code]
        found["illegal"]["except"] = listed if counts else [*listed, code]
    return found


def time_said(known_at: datetime.datetime | None) -> str:
    """When what was known is meant."""
    return f"所知截至 {known_at:%Y-%m-%d %H:%M}" if known_at else "所知截至现在"
