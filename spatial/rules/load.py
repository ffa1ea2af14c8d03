"""Stores a ruleset once per version, as the rows that the engine joins. 载入"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from spatial.errors import RulesetChanged, RulesetInvalid
from spatial.models import (
    Notion,
    NotionLeaf,
    NotionTest,
    Rule,
    RulePlace,
    RulesetVersion,
    RuleTest,
    Run,
)
from spatial.rules.compiled import compile_ruleset
from spatial.rules.ended import edited_rules
from spatial.rules.problems import near
from spatial.rules.read import read_ruleset

if TYPE_CHECKING:
    from spatial.rules.schema import Ruleset

RULES_ROOT = Path(__file__).resolve().parent


def ruleset_files() -> list[Path]:
    """Every ruleset of the house, by name."""
    return sorted(RULES_ROOT.glob("*.toml"))


def read_file(path: Path) -> Ruleset:
    """The checked ruleset of a file; its name must be that of the file."""
    ruleset = read_ruleset(path.read_text(encoding="utf-8"), path.name)
    if ruleset.name != path.stem:
        raise RulesetInvalid(
            f"{path.name} · [ruleset]：name “{ruleset.name}”应与文件名 {path.stem} 相同"
        )
    return ruleset


def read_named(name: str) -> Ruleset:
    """The checked ruleset of this name."""
    known = {path.stem: path for path in ruleset_files()}
    if name not in known:
        raise RulesetInvalid(f"没有规则集 {name}；{near(name, list(known))}")
    return read_file(known[name])


def load_ruleset(name: str) -> RulesetVersion:
    """The stored version of the house's ruleset of this name, stored now if it is new."""
    return store(read_named(name))


def load_text(text: str, origin: str = "规则集文本") -> RulesetVersion:
    """The stored version of a ruleset given as text, as in a case."""
    return store(read_ruleset(text, origin))


@transaction.atomic
def store(ruleset: Ruleset) -> RulesetVersion:
    """Rows for a ruleset; refused when its text changed in use, or when it edits a rule that a
    run of an earlier version has used (such a rule is only ever ended)."""
    compiled = compile_ruleset(ruleset)
    sha256 = hashlib.sha256(ruleset.text.encode("utf-8")).hexdigest()
    stored, new = RulesetVersion.objects.select_for_update().get_or_create(
        name=ruleset.name,
        version=ruleset.version,
        defaults={
            "title": ruleset.title,
            "text": ruleset.text,
            "sha256": sha256,
            "settings": compiled["settings"],
        },
    )
    if new:
        _require_kept(ruleset)
    else:
        if stored.sha256 != sha256 and Run.objects.filter(ruleset=stored).exists():
            raise RulesetChanged(
                f"规则集 {ruleset.name} 版本 {ruleset.version} 的内容已变，"
                "而已有分析用过原来的内容；请更新 version"
            )
        same_rows = stored.settings.get("compiled") == compiled["settings"]["compiled"]
        if stored.sha256 == sha256 and same_rows:
            return stored
        _clear(stored, ruleset, sha256, compiled)
    _write(stored, compiled)
    return stored


def _require_kept(ruleset: Ruleset) -> None:
    """Every rule that runs of earlier versions used stands as it was, or is ended."""
    used = RulesetVersion.objects.filter(name=ruleset.name, run__isnull=False).distinct()
    for earlier in used.exclude(version=ruleset.version).order_by("pk"):
        try:
            before = read_ruleset(earlier.text, str(earlier))
        except RulesetInvalid:  # an older wording of the language, which nothing can be held to
            continue
        if faults := edited_rules(before, ruleset):
            raise RulesetChanged("\n".join(faults))


def _clear(stored: RulesetVersion, ruleset: Ruleset, sha256: str, compiled: dict[str, Any]) -> None:
    Rule.objects.filter(ruleset=stored).delete()
    Notion.objects.filter(ruleset=stored).delete()
    stored.title, stored.text, stored.sha256 = ruleset.title, ruleset.text, sha256
    stored.settings = compiled["settings"]
    stored.save()


def _write(stored: RulesetVersion, compiled: dict[str, Any]) -> None:
    notions = {}
    for values in compiled["notions"]:
        tests = values["tests"]
        own = {key: value for key, value in values.items() if key != "tests"}
        notion = Notion.objects.create(ruleset=stored, **own)
        notions[notion.code] = notion
        NotionTest.objects.bulk_create(NotionTest(notion=notion, **test) for test in tests)
    NotionLeaf.objects.bulk_create(
        NotionLeaf(notion=notion, leaf=notions[code])
        for notion in notions.values()
        for code in leaves_of(notion.code, notions)
    )
    for values in compiled["rules"]:
        own = {key: value for key, value in values.items() if key not in ("tests", "places")}
        rule = Rule.objects.create(ruleset=stored, **own)
        RuleTest.objects.bulk_create(RuleTest(rule=rule, **test) for test in values["tests"])
        RulePlace.objects.bulk_create(
            RulePlace(rule=rule, relation=relation, notion=notions[code])
            for relation, code in values["places"]
        )


def leaves_of(code: str, notions: dict[str, Notion]) -> list[str]:
    """The notions of a layer that a notion comes down to, each once, in order."""
    found: dict[str, None] = {}
    for member in notions[code].members:
        found |= dict.fromkeys(leaves_of(member, notions))
    return list(found) or [code]
