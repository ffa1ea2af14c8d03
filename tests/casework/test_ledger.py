"""The ledger cannot be changed, and where it was changed all the same, that is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, connection, transaction

from gisland.casework import ledger
from gisland.casework.models import Case

if TYPE_CHECKING:
    from tests.casework.office import Office

pytestmark = pytest.mark.django_db


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def tamper(statement: str) -> None:
    """As somebody with the keys of the database would."""
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("ALTER TABLE casework_caseevent DISABLE TRIGGER append_only")
    run(statement)
    run("ALTER TABLE casework_caseevent ENABLE TRIGGER append_only")


def faults() -> list[str]:
    return [fault.what for fault in ledger.faults_in(Case.objects.all())]


@pytest.mark.parametrize("table", ["casework_caseevent", "casework_evidence", "casework_seal"])
@pytest.mark.parametrize("role", ["web", "owner"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_nobody_changes_what_was_written(
    office: Office, table: str, role: str, statement: str
) -> None:
    office.photo()
    ledger.seal()
    if role == "web":
        run("SET LOCAL ROLE gisland_web")
    with pytest.raises(DatabaseError, match="permission denied" if role == "web" else "只可追加"):
        run(statement.format(table))


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE casework_caseevent SET note = '改' WHERE number = 2", ["第 2 条被改动"]),
        ("UPDATE casework_caseevent SET told = '{}' WHERE number = 2", ["第 2 条被改动"]),
        ("UPDATE casework_caseevent SET at = at + interval '1 us' WHERE number = 3",
         ["第 3 条被改动"]),
        ("DELETE FROM casework_caseevent WHERE number = 2",
         ["第 2 条缺失", "第 3 条与前一条接不上"]),
        ("DELETE FROM casework_caseevent WHERE number = 3",
         ["案件应有 3 条记录，现有 2 条", "案件状态与最后一条记录不符"]),
        ("UPDATE casework_case SET handling_state = 'closed'", ["案件状态与最后一条记录不符"]),
    ],
)  # fmt: skip
def test_what_was_changed_all_the_same_is_found(office: Office, statement: str, found) -> None:
    office.assign()
    office.survey()
    assert faults() == []
    tamper(statement)
    assert faults() == found


def test_a_seal_finds_a_tail_that_was_cut_off_neatly(office: Office) -> None:
    office.assign()
    one = ledger.seal()
    assert (one.cases, ledger.broken_seals()) == (1, [])
    office.survey()
    assert ledger.broken_seals() == [], "what comes later breaks no seal"
    tamper("DELETE FROM casework_caseevent WHERE number >= 2")
    Case.objects.update(events=1, report_state="issued")
    assert faults() == [], "the chain alone cannot know"
    assert ledger.broken_seals() == [one]


def test_a_rewritten_chain_breaks_the_seal(office: Office) -> None:
    office.assign()
    ledger.seal()
    event = office.case.ledger.get(number=2)
    event.note = "另一个理由"
    forged = ledger.hash_of(ledger.told_of(event, office.patch.address))
    tamper(f"UPDATE casework_caseevent SET note = '另一个理由', hash = '{forged}' WHERE number = 2")
    assert faults() == []
    assert len(ledger.broken_seals()) == 1
