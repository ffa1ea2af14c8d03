"""Whether the originals are still what was handed in: intact, altered or missing. 材料核验"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gisland.casework import ledger
from gisland.casework.evidence import BLOCK, place_of
from gisland.casework.models import Case, Evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ANSWERS = {"intact": "完好", "altered": "被改动", "missing": "缺失"}


@dataclass(frozen=True)
class Checked:
    """One original and what became of it."""

    evidence: Evidence
    answer: str


def check_originals(
    evidence: Iterable[Evidence], progress: Callable[[int], None] = lambda done: None
) -> list[Checked]:
    """Read every original again and compare its hash."""
    found = []
    for done, one in enumerate(evidence, start=1):
        found.append(Checked(one, _answer(one)))
        progress(done)
    return found


def check_ledger(cases: Iterable[Case]) -> list[ledger.Fault]:
    """Every broken link, and evidence rows that the ledger names with another hash."""
    found = []
    for case in cases:
        found += list(ledger.faults_in([case]))
        hashes = dict(Evidence.objects.filter(case=case).values_list("pk", "sha256"))
        for event in case.ledger.order_by("number"):
            for told in event.told.get("evidence", ()):
                if hashes.get(told["id"]) != told["sha256"]:
                    what = f"第 {event.number} 条所附材料 {told['name']} 与登记的不是同一个"
                    found.append(ledger.Fault(case.pk, event.number, what))
    return found


def _answer(one: Evidence) -> str:
    digest = hashlib.sha256()
    try:
        with place_of(one.sha256).open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
    except OSError:
        return "missing"
    return "intact" if digest.hexdigest() == one.sha256 else "altered"
