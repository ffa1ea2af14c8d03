"""The controls of a ratio page: what may be chosen, and what is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gisland.pages import ratio_periods
from gisland.pages.ratio_asked import AFTER, BEFORE, DEFAULTS, LEVELS
from gisland.pages.ratio_figures import LEVEL_TERMS
from spatial import vocabulary
from spatial.engine.ratio_law import EFFECT_TERMS, effect_of
from spatial.engine.ratios import BASES, DENOMINATORS
from spatial.models import Rule, RulesetVersion

if TYPE_CHECKING:
    from gisland.pages.ratio_asked import Asked
    from gisland.pages.ratio_figures import Figures

BY_TERMS = {"batch": "按批次的期", "after_on": "按后时相"}


def form_of(asked: Asked, figures: Figures) -> dict[str, Any]:
    """Selects in order, each with its options; then the switches of the ruleset."""
    given = dict(asked.given)
    periods = [("", "全部各期"), *((period, period) for period in ratio_periods.offered(asked))]
    if asked.query.period and asked.query.period not in dict(periods):
        periods.append((asked.query.period, asked.query.period))
    stored = _newest(asked.query.ruleset)
    settings = (stored.settings.get("ratio") if stored else None) or {}
    divisors = settings.get("denominators", DENOMINATORS)
    return {
        "selects": [
            _select("period", "期", periods, asked.query.period or ""),
            _select("basis", "口径", [(code, vocabulary.basis_term(code)) for code in
                                      reversed(BASES)], asked.query.basis),
            _select("denominator", "分母", [(code, vocabulary.denominator_term(code))
                                            for code in divisors], asked.query.denominator),
            _select("rectified", "整改", [(AFTER, "整改后"), (BEFORE, "整改前")], asked.rectified),
            *([] if asked.region else [
                _select("level", "级别", [(code, LEVEL_TERMS[code]) for code in LEVELS],
                        asked.query.level)]),
        ],
        "by": _select("by", "期按", list(BY_TERMS.items()), asked.query.by),
        "known_at": given.get("known_at", ""),
        "region": given.get("region", ""),
        "switches": _switches(asked, settings, stored, figures),
        "switched": any(given.get(key) for key in ("exclude", "keep", "effect", "count",
                                                   "known_at", "by")),
        "kept": [(key, given[key]) for key in ("ruleset", "size", "region")
                 if key in given and given[key] != DEFAULTS.get(key)],
    }  # fmt: skip


def _select(name: str, title: str, options: list[tuple[str, str]], chosen: str) -> dict[str, Any]:
    return {"name": name, "title": title, "options": options, "chosen": chosen}


def _newest(ruleset: str) -> RulesetVersion | None:
    return RulesetVersion.objects.filter(name=ruleset).order_by("-pk").first()


def _switches(
    asked: Asked, settings: dict[str, Any], stored: RulesetVersion | None, figures: Figures
) -> list[dict[str, Any]]:
    """One select a switch, whose first option is the ruleset's own way."""
    query = asked.query
    found = []
    for code in settings.get("illegal", {}).get("except", []):
        term = _term(stored, code)
        chosen = dict(query.switches.count).get(code)
        word = "" if chosen is None else f"count:{code}={'yes' if chosen else 'no'}"
        found.append(_select(f"count-{code}", f"{term} 计入分子", [
            ("", "按规则：不计"), (f"count:{code}=yes", "计入"),
        ], word))  # fmt: skip
    for code, term in vocabulary.exclusion_terms().items():
        is_out = code in settings.get("exclude", [])
        word = (f"exclude:{code}" if code in query.switches.exclude else
                f"keep:{code}" if code in query.switches.keep else "")  # fmt: skip
        other = (f"keep:{code}", "不剔除") if is_out else (f"exclude:{code}", "剔除")
        found.append(_select(f"exclude-{code}", f"剔除 {term}", [
            ("", f"按规则：{'剔除' if is_out else '不剔除'}"), other,
        ], word))  # fmt: skip
    effects = dict(query.switches.effects)
    for code, term in vocabulary.rectification_terms().items():
        usual = effect_of(settings.get("effect", {}).get(code))
        word = f"effect:{code}={effects[code]}" if code in effects else ""
        found.append(_select(f"effect-{code}", f"整改 {term}", [
            ("", f"按规则：{EFFECT_TERMS[usual]}"),
            *((f"effect:{code}={name}", said) for name, said in EFFECT_TERMS.items()
              if name != usual),
        ], word))  # fmt: skip
    return found


def _term(stored: RulesetVersion | None, code: str) -> str:
    rule = Rule.objects.filter(ruleset=stored, action="conclude", code=code).first()
    return rule.term if rule else code
