"""Reads a ruleset's text into a Ruleset, and says everything that is wrong with it. 读取"""

from __future__ import annotations

import re
import tomllib
from typing import Any

from spatial.errors import RulesetInvalid
from spatial.rules import check, entries, read_notions, read_ratio, read_rules
from spatial.rules.conditions import read_conditions
from spatial.rules.fields import batch_fields, layers, patch_fields, run_fields
from spatial.rules.operands import Scope
from spatial.rules.problems import Problems, allowed, near
from spatial.rules.schema import CodeSet, Condition, Ruleset
from spatial.rules.words import GROUNDS, RULESET_KEYS, TABLES

_DEFAULTS: dict[str, dict[str, float]] = {
    "label_at_least": {"m2": 0, "share": 0},
    "ignore_pieces": {"below_m2": 0, "narrower_than_m": 0},
    "borderline": {"m2": 0, "share": 0},
}


def read_ruleset(text: str, origin: str) -> Ruleset:
    """The ruleset of this text; RulesetInvalid names every fault, one a line."""
    tree = _toml(text, origin)
    problems = Problems(origin)
    entries.only_keys(tree, TABLES, "表", problems)
    head = entries.table(tree, "ruleset", problems)
    ruleset = _read(tree, head, text, problems)
    check.check(ruleset, problems)
    problems.raise_if_any()
    return ruleset


def _toml(text: str, origin: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"at line (\d+), column (\d+)", str(error))
        place = f"第 {where[1]} 行第 {where[2]} 列附近" if where else "文件末尾"
        raise RulesetInvalid(
            f"{origin}：{place}不合 TOML 写法（引号、逗号、括号是否成对，名称是否重复）：{error}"
        ) from error


def _read(tree: dict[str, Any], head: dict[str, Any], text: str, problems: Problems) -> Ruleset:
    with problems.at("[ruleset]"):
        entries.only_keys(head, RULESET_KEYS, "项", problems)
        ground = _ground(head, problems)
        layer = ground["layer"] if isinstance(ground, dict) else ""
        settings = _settings(head, layer, problems)
    draft = head.get("draft", False) is True
    dates = _dates(entries.table(tree, "date", problems), layer, problems)
    sets = _sets(entries.table(tree, "set", problems), problems)
    notions_tree = entries.table(tree, "notion", problems)
    groups_tree = entries.table(tree, "group", problems)
    scope = Scope(
        dates=dates,
        sets=sets,
        needs=frozenset(settings["needs"]),
        notions=frozenset(notions_tree),
        groups=frozenset(groups_tree),
        ground_layer=layer,
    )
    rules = entries.table(tree, "rules", problems)
    with problems.at("[rules]"):
        entries.only_keys(rules, ("conclude", "mark"), "项", problems)
    return Ruleset(
        name=entries.code(head, "name", problems),
        title=_head_text(head, "title", problems, draft=draft),
        version=_head_text(head, "version", problems, draft=draft),
        draft=draft,
        text=text,
        ground=ground,
        settings=settings,
        dates=dates,
        sets=sets,
        notions=read_notions.read_notions(notions_tree, scope, problems),
        groups=read_notions.read_groups(groups_tree, scope, problems),
        conclude=read_rules.read_conclusions(rules.get("conclude", []), scope, problems),
        marks=read_rules.read_marks(rules.get("mark", []), scope, problems),
        ratio=read_ratio.read_ratio(tree.get("ratio"), scope, problems),
        ground_where=_ground_where(ground, scope, problems),
    )


def _head_text(head: dict[str, Any], key: str, problems: Problems, *, draft: bool) -> str:
    if key not in head and draft:
        return str(head.get("name", "")) if key == "title" else "draft"
    longest = {"title": 120, "version": 20}[key]
    with problems.at("[ruleset]"):
        return entries.text(head, key, problems, longest=longest, required=True)


def _ground(head: dict[str, Any], problems: Problems) -> str | dict[str, Any]:
    """What is examined: imported patches, drawn sites, or the zones of a layer."""
    ground = head.get("ground")
    if isinstance(ground, str) and ground in GROUNDS:
        return ground
    if isinstance(ground, dict):
        entries.only_keys(ground, ("layer", "where"), "ground 的项", problems)
        if str(ground.get("layer")) in layers():
            return ground
        problems.add(
            f"ground 中的图层 {ground.get('layer')} 没有定义；"
            f"{near(str(ground.get('layer')), list(layers()))}"
        )
        return "batch"
    problems.add(f"ground 应为 {allowed(GROUNDS)} 或 {{ layer, where }}，现为 {ground!r}")
    return "batch"


def _ground_where(
    ground: str | dict[str, Any], scope: Scope, problems: Problems
) -> tuple[Condition, ...]:
    if not isinstance(ground, dict):
        return ()
    inside = Scope({}, scope.sets, scope.needs, zone_layer=ground["layer"], facts=False)
    with problems.at("[ruleset] · ground"):
        return read_conditions(ground.get("where", []), inside, problems)


def _settings(head: dict[str, Any], layer: str, problems: Problems) -> dict[str, Any]:
    found: dict[str, Any] = {"ground": head.get("ground", "batch")}
    found["needs"] = _needs(head, layer, problems)
    found["subject"] = _subject(head, problems)
    for key, defaults in _DEFAULTS.items():
        found[key] = dict(_numbers(head.get(key, {}), key, defaults, problems))
    least = head.get("label_at_least")
    if isinstance(least, dict) and least and not {"share", "or_share"} & set(least):
        found["label_at_least"]["share"] = 1  # of the patch no other share than all of it
    elif isinstance(least, dict) and least and "m2" not in least:
        problems.add("label_at_least 须写 m2；或者达到的占比另写 or_share")
    adjoin = head.get("adjoin_m", 0)
    if not entries.is_number(adjoin) or adjoin < 0:
        problems.add(f"adjoin_m 应为不小于 0 的米数，现为 {adjoin!r}")
        adjoin = 0
    found["adjoin_m"] = adjoin
    period = entries.table(head, "in_force", problems)
    entries.only_keys(period, ("from", "until"), "in_force 的项", problems)
    days = entries.period(period, problems)
    found["in_force"] = {
        key: day.isoformat() for key, day in zip(("from", "until"), days, strict=True) if day
    }
    return found


def _numbers(
    given: Any, key: str, defaults: dict[str, float], problems: Problems
) -> dict[str, float]:
    """Named numbers with their defaults; ``or_share`` is the longer word for ``share``."""
    if not isinstance(given, dict):
        problems.add(f"{key} 应写作 {{ {' = …, '.join(defaults)} = … }}，现为 {given!r}")
        return defaults
    given = {("share" if name == "or_share" else name): value for name, value in given.items()}
    entries.only_keys(given, defaults, f"{key} 的项", problems)
    for name, value in given.items():
        if not entries.is_number(value) or value < 0 or (name == "share" and value > 1):
            scale = "0 到 1 之间的小数" if name == "share" else "不小于 0 的数"
            problems.add(f"{key}.{name} 应为{scale}，现为 {value!r}")
            return defaults
    return {**defaults, **given}


def _needs(head: dict[str, Any], layer: str, problems: Problems) -> list[str]:
    """Layers and fields without which nothing may be concluded."""
    needs = entries.names(head, "needs", problems)
    books = {"patch": patch_fields(layer), "batch": batch_fields()}
    for need in needs:
        root, _, name = need.partition(".")
        if root in books and name in books[root]:
            continue
        if root in books:
            problems.add(f"needs 中的字段 {need} 没有定义；{near(name, list(books[root]))}")
        elif root not in layers():
            problems.add(f"needs 中的图层 {root} 没有定义；{near(root, list(layers()))}")
        elif name and name not in layers()[root].fields:
            problems.add(
                f"needs 中的字段 {need} 没有定义；{near(name, list(layers()[root].fields))}"
            )
    return needs


def _subject(head: dict[str, Any], problems: Problems) -> list[str]:
    """Where the user of the ground is taken from."""
    subject = entries.names(head, "subject", problems)
    holders = ["patch", *(code for code, layer in layers().items() if layer.has_holder)]
    for item in subject:
        root, _, name = item.partition(".")
        if name != "holder" or root not in holders:
            choices = [f"{code}.holder" for code in holders]
            problems.add(f"subject 中的 {item} 取不到用地单位；{near(item, choices)}")
    return subject


def _dates(tree: dict[str, Any], layer: str, problems: Problems) -> dict[str, str]:
    """The named dates, each a date field of patch, batch or run."""
    books = {"patch": patch_fields(layer), "batch": batch_fields(), "run": run_fields()}
    choices = [
        f"{root}.{word.name}"
        for root, book in books.items()
        for word in book.values()
        if word.kind == "date"
    ]
    for name, source in tree.items():
        with problems.at(f"[date] {name}"):
            if source not in choices:
                problems.add(f"{source!r} 不是日期字段；{near(str(source), choices)}")
            owners = [code for code, word in layers().items() if name in word.fields]
            if owners:
                problems.add(f"与图层字段同名（{allowed(owners)}），条件里会分不清，请改名")
    return {name: str(source) for name, source in tree.items()}


def _sets(tree: dict[str, Any], problems: Problems) -> dict[str, CodeSet]:
    found = {}
    for name, given in tree.items():
        with problems.at(f"[set] {name}"):
            entry = given if isinstance(given, dict) else {"codes": given}
            entries.only_keys(entry, ("codes", "term"), "项", problems)
            codes = entries.names(entry, "codes", problems)
            term = entries.text(entry, "term", problems, longest=60)
            if not codes:
                problems.add('没有代码；写作 ["0101", "02*"]')
            for code in codes:
                if "*" in code[:-1] or code in ("", "*"):
                    problems.add(f"代码“{code}”不对；* 只能放在末尾，前面须有代码")
            found[name] = CodeSet(name, tuple(codes), term)
    return found
