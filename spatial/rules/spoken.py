"""The tests of a stored ruleset in office Chinese, by the text that the ruleset gives them."""

from __future__ import annotations

from functools import lru_cache

from spatial.errors import GislandError
from spatial.rules import sentences
from spatial.rules.read import read_ruleset

PATCH = ""
"""In place of a layer: a test of the patch, not of a zone."""
Words = dict[tuple[str, str], str]


@lru_cache(maxsize=8)
def words_of(text: str, origin: str) -> Words:
    """Sentences by (layer, text of the test); none where the text can no longer be read."""
    try:
        ruleset = read_ruleset(text, origin)
    except GislandError:  # an older wording of the language: its tests are shown as written
        return {}
    found = {
        (PATCH, test.text): sentences.of_condition(test, ruleset)
        for rule in ruleset.rules
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
