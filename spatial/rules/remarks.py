"""What a ruleset's author wrote above its entries, for the people who sign it. 规则的说明

A comment directly above an entry, or behind it on the same line, belongs to that entry;
``# —— 标题 ——`` opens a section. A blank line parts a comment from what follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_TABLE = re.compile(r"^\[(?P<name>\w+)\]")
_HEADING = re.compile(r"^\s*# —— (?P<text>.+) ——\s*$")
_COMMENT = re.compile(r"^\s*# ?(?P<text>.*)$")
_RULE = re.compile(r'^\s*\{ code = "(?P<name>[\w-]+)"')
_ENTRY = re.compile(r"^(?P<name>\w+) = ")
_LISTS = ("conclude", "mark")

Key = tuple[str, str]
"""(table, entry); ("date", "") is the table itself; rules stand in "conclude" and "mark"."""


@dataclass(frozen=True)
class Remarks:
    """Comments by entry, line by line, and the headings by the entry that they stand over."""

    lines: dict[Key, tuple[str, ...]] = field(default_factory=dict)
    headings: dict[Key, str] = field(default_factory=dict)

    def of(self, table: str, name: str = "") -> str:
        """The remark on an entry as running text; nothing where there is none."""
        return "".join(self.lines.get((table, name), ()))


def read_remarks(text: str) -> Remarks:
    """The remarks of a ruleset's text."""
    found = Remarks()
    table, heading = "", ""
    above: list[str] = []
    for line in text.splitlines():
        if opened := _HEADING.match(line):
            heading, above = opened["text"], []
        elif comment := _COMMENT.match(line):
            above.append(comment["text"].rstrip())
        elif not line.strip():
            above = []
        else:
            key, table = _key(line, table)
            if key is not None:
                _note(found, key, [*above, *_behind(line)], heading)
                heading = ""
            above = []
    return found


def _note(found: Remarks, key: Key, lines: list[str], heading: str) -> None:
    if lines:
        found.lines[key] = tuple(lines)
    if heading:
        found.headings[key] = heading


def _key(line: str, table: str) -> tuple[Key | None, str]:
    """The entry that a line opens, and the table in which the next lines stand."""
    if opened := _TABLE.match(line):
        return (opened["name"], ""), opened["name"]
    if rule := _RULE.match(line):
        return (table, rule["name"]), table
    entry = _ENTRY.match(line)
    if entry is None:
        return None, table
    if entry["name"] in _LISTS:
        return (entry["name"], ""), entry["name"]
    return (table, entry["name"]), table


def _behind(line: str) -> list[str]:
    """The comment behind an entry; a # within quotes is none."""
    quoted = False
    for place, mark in enumerate(line):
        if mark == '"':
            quoted = not quoted
        elif mark == "#" and not quoted:
            return [line[place + 1 :].strip()]
    return []
