"""The tests of a stored ruleset in office Chinese, by the text that the ruleset gives them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from spatial.errors import GislandError
from spatial.rules import sentences
from spatial.rules.read import read_ruleset

if TYPE_CHECKING:
    from spatial.models import RulesetVersion

PATCH = ""
"""In place of a layer: a test of the patch, not of a zone."""
Words = dict[tuple[str, str], str]


def words_of(ruleset: RulesetVersion) -> Words:
    """Sentences by (layer, text of the test); none where the text can no longer be read."""
    return _words(ruleset.sha256, ruleset.text, str(ruleset))


@lru_cache(maxsize=8)
def _words(_sha256: str, text: str, origin: str) -> Words:
    try:
        ruleset = read_ruleset(text, origin)
    except GislandError:  # an older wording of the language: its tests are shown as written
        return {}
    found = {
        (PATCH, test.text): sentences.of_condition(test, ruleset)
        for rule in ruleset.conclude
        for test in rule.tests
    }
    return found | {
        (notion.layer, test.text): sentences.of_condition(test, ruleset, notion.layer)
        for notion in ruleset.notions.values()
        for test in notion.where
        if notion.layer
    }


def said(words: Words, layer: str, text: str) -> str:
    """A test as a sentence; as the ruleset writes it where there is none."""
    return words.get((layer, text), text)


def compared(sentence: str, left: str | None, right: str | None) -> str:
    """The values on both sides, as far as the sentence does not name them itself."""
    if left is None and right is None:
        return ""
    values = [left or "空"]
    if right and right not in sentence:
        values.append(right)
    return "实为：" + "，相比：".join(values)
