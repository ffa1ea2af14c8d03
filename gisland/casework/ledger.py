"""The chained ledger: writing an event, and proving that none was touched. 办案台账

An event's hash is SHA-256 over its canonical JSON (keys sorted, no spaces, UTF-8), in which
``previous`` is the hash of the event before it. Canonical: times in UTC with microseconds.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from gisland.casework.models import Case, CaseEvent, Seal
from spatial import sqlfiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from spatial.models import User

TOLD = (
    "address", "number", "edge", "report_state", "handling_state", "round", "by", "by_name",
    "by_level", "at", "on", "reason_code", "note", "told", "previous",
)  # fmt: skip
"""What the hash covers, in the words of ``told_of``."""

SYSTEM = "系统"


@dataclass(frozen=True)
class Fault:
    """One place where the ledger is not what was written."""

    case_id: int
    number: int
    what: str


def told_of(event: CaseEvent, address: str) -> dict[str, Any]:
    """An event as it is hashed, exported and checked offline."""
    return {
        "address": address,
        "number": event.number,
        "edge": event.edge,
        "report_state": event.report_state,
        "handling_state": event.handling_state,
        "round": event.round,
        "by": event.by_id,
        "by_name": event.by_name,
        "by_level": event.by_level,
        "at": event.at.astimezone(datetime.UTC).isoformat(timespec="microseconds"),
        "on": event.on.isoformat(),
        "reason_code": event.reason_code,
        "note": event.note,
        "told": event.told,
        "previous": event.previous,
    }


def hash_of(told: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    text = json.dumps(
        {name: told[name] for name in TOLD},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Step:
    """What is to be written down."""

    edge: str
    by: User | None
    at: datetime.datetime
    on: datetime.date
    reason_code: str = ""
    note: str = ""
    told: dict[str, Any] | None = None


def append(case: Case, address: str, step: Step) -> CaseEvent:
    """Write the next event of a case whose row is locked, in its present states.

    The caller has set the case's states; ``events`` and ``moved_at`` are set here and saved.
    """
    last = CaseEvent.objects.filter(case=case).order_by("-number").first()
    by = step.by
    event = CaseEvent(
        case=case,
        number=(last.number if last else 0) + 1,
        edge=step.edge,
        report_state=case.report_state,
        handling_state=case.handling_state,
        round=case.round,
        by=by,
        by_name=str(by) if by else SYSTEM,
        by_level=by.region.level if by and by.region else "",
        at=step.at,
        on=step.on,
        reason_code=step.reason_code,
        note=step.note,
        told=json.loads(json.dumps(step.told or {})),
        previous=last.hash if last else "",
    )
    event.hash = hash_of(told_of(event, address))
    event.save(force_insert=True)
    case.events = event.number
    case.moved_at = step.at
    case.save()
    return event


def faults_in(cases: Iterable[Case]) -> Iterator[Fault]:
    """Every broken link: changed, missing, inserted or cut-off events, and a case's row that
    does not say what its last event says."""
    for case in cases:
        address = case.patch.address
        previous, number, last = "", 0, None
        for event in case.ledger.order_by("number").iterator():
            number += 1
            if event.number != number:
                yield Fault(case.pk, number, f"第 {number} 条缺失")
                number = event.number
            if event.previous != previous:
                yield Fault(case.pk, event.number, f"第 {event.number} 条与前一条接不上")
            if event.hash != hash_of(told_of(event, address)):
                yield Fault(case.pk, event.number, f"第 {event.number} 条被改动")
            previous, last = event.hash, event
        if case.events != number:
            yield Fault(case.pk, number, f"案件应有 {case.events} 条记录，现有 {number} 条")
        if last and (last.report_state, last.handling_state) != (
            case.report_state, case.handling_state,
        ):  # fmt: skip
            yield Fault(case.pk, number, "案件状态与最后一条记录不符")


@transaction.atomic
def seal() -> Seal:
    """Write down the heads of all chains; for the owner's role, which may lock the ledger."""
    sqlfiles.execute("casework/20_hold_ledger")
    newest = CaseEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    count, digest = _heads(newest)
    return Seal.objects.create(last_event=newest, cases=count, digest=digest)


def broken_seals() -> list[Seal]:
    """The seals that the ledger no longer fits: something was removed or rewritten since."""
    return [
        one
        for one in Seal.objects.order_by("pk")
        if (one.cases, one.digest) != _heads(one.last_event)
    ]


def _heads(last_event: int) -> tuple[int, str]:
    """How many cases there were up to an event, and the digest over the last of each."""
    heads = (
        CaseEvent.objects.filter(pk__lte=last_event)
        .order_by("case_id", "-number")
        .distinct("case_id")
        .values_list("case_id", "number", "hash")
    )
    digest, count = hashlib.sha256(), 0
    for case_id, number, found in heads.iterator():
        digest.update(f"{case_id}/{number}/{found}\n".encode())
        count += 1
    return count, digest.hexdigest()
