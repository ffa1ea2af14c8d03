"""The case file proves itself offline, to the last byte; commands say what they find."""

from __future__ import annotations

import datetime
import io
import json
import random
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from gisland.casework import case_file, ledger, offline_check
from gisland.casework.errors import EvidenceRefused
from gisland.casework.evidence import place_of
from gisland.casework.models import Case, CaseEvent
from spatial.models import Batch
from tests import ratio_ground as drawn
from tests.casework.office import NOW, Office

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def told(*words: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


@pytest.fixture
def made(office: Office, tmp_path: Path) -> Path:
    office.send_up()
    office.step(office.officer, "attach", evidence=(office.case.evidence.first().pk,))
    case_file.write(office.case, tmp_path / "案卷.zip", NOW, {"案卷.pdf": b"%PDF-1.7 paper"})
    return tmp_path / "案卷.zip"


def test_a_case_file_verifies_offline_with_nothing_but_python(made: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(made) as archive:
        (tmp_path / "verify.py").write_bytes(archive.read("verify.py"))
        case = json.loads(archive.read("case.json"))
        events = json.loads(archive.read("ledger.json"))
    found = subprocess.run(
        [sys.executable, "-I", tmp_path / "verify.py", made], capture_output=True, text=True,
        check=False, env={"PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert (found.returncode, found.stdout) == (0, "核验通过：案卷完好。\n")
    assert (case["report_state"], case["finding"]["undecided_m2"]) == ("已上报", "0")
    assert [event["edge"] for event in events][-2:] == ["pass_province", "attach"]
    assert "核验通过" in told("verify_evidence", str(made))


@pytest.mark.parametrize("changed_bit", [0, 1, 2, 3, 4, 5, 6, 7])
@pytest.mark.parametrize("field", [8, 10], ids=["flags", "method"])
def test_a_changed_entry_of_a_member_is_found(
    made: Path, tmp_path: Path, field: int, changed_bit: int
) -> None:
    """One bit may say that a member is encrypted or packed otherwise: a fault, not a breakdown."""
    whole = bytearray(made.read_bytes())
    whole[whole.index(b"PK\x01\x02") + field] ^= 1 << changed_bit
    other = tmp_path / "改.zip"
    other.write_bytes(whole)
    assert offline_check.faults_in(other)


def test_one_changed_byte_is_found_wherever_it_is(made: Path, tmp_path: Path) -> None:
    whole = made.read_bytes()
    other = tmp_path / "改.zip"
    places = {0, 20, len(whole) - 1, len(whole) - 70, len(whole) - 64, *random.Random(7).sample(
        range(len(whole)), 150)}  # fmt: skip
    for place in sorted(places):
        changed = bytearray(whole)
        changed[place] ^= 1
        other.write_bytes(changed)
        assert offline_check.faults_in(other), place
    for cut in (whole[:-1], whole[: len(whole) // 2], b"", whole + b"\0"):
        other.write_bytes(cut)
        assert offline_check.faults_in(other)
    with pytest.raises(CommandError, match="核验不通过"):
        told("verify_evidence", str(other))


def repacked(made: Path, target: Path, **changes: bytes | None) -> Path:
    """Somebody who rewrites members and seals the archive anew, by our own code."""
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            body = changes.get(name.replace(".", "_"), old.read(name))
            if body is not None:
                new.writestr(name, body)
    case_file._seal(target)
    return target


def test_a_rewritten_member_is_found_by_the_manifest_and_the_chain(made: Path, tmp_path) -> None:
    with zipfile.ZipFile(made) as archive:
        events = json.loads(archive.read("ledger.json"))
        manifest = archive.read("MANIFEST").decode()
    events[2]["note"] = "改"
    body = json.dumps(events, ensure_ascii=False, indent=1).encode()
    faults = offline_check.faults_in(repacked(made, tmp_path / "a.zip", ledger_json=body))
    assert faults == ["被改动 ledger.json"]
    old = next(line for line in manifest.splitlines() if line.endswith("ledger.json"))
    import hashlib

    forged = manifest.replace(old, f"{hashlib.sha256(body).hexdigest()}  ledger.json").encode()
    twice = repacked(made, tmp_path / "b.zip", ledger_json=body, MANIFEST=forged)
    assert offline_check.faults_in(twice) == ["办案记录第 3 条被改动"]
    gone = repacked(made, tmp_path / "c.zip", facts_json=None)
    assert offline_check.faults_in(gone) == ["缺失 facts.json"]


def test_the_same_case_gives_the_same_bytes(office: Office, tmp_path: Path) -> None:
    seals = {case_file.write(office.case, tmp_path / f"{n}.zip", NOW) for n in range(2)}
    assert len(seals) == 1


def test_no_case_file_is_made_of_altered_originals(office: Office, tmp_path: Path) -> None:
    photo = office.photo()
    place_of(photo.sha256).chmod(0o640)
    place_of(photo.sha256).write_bytes(b"other")
    with pytest.raises(EvidenceRefused, match="原件被改动"):
        case_file.write(office.case, tmp_path / "a.zip", NOW)
    place_of(photo.sha256).unlink()
    with pytest.raises(EvidenceRefused, match="原件缺失"):
        case_file.write(office.case, tmp_path / "a.zip", NOW)
    assert list(tmp_path.glob("*.zip*")) == []


def test_verify_evidence_says_intact_altered_or_missing(office: Office) -> None:
    one, two, three = (office.photo(azimuth) for azimuth in (10, 100, 200))
    assert "材料 3 件：完好 3，被改动 0，缺失 0；办案记录完好。" in told(
        "verify_evidence", seal=True
    )
    place_of(two.sha256).chmod(0o640)
    with place_of(two.sha256).open("r+b") as file:
        file.seek(40)
        file.write(b"\0")
    place_of(three.sha256).unlink()
    out = io.StringIO()
    with pytest.raises(CommandError, match="材料 2 件，记录 0 处"):
        call_command("verify_evidence", office.patch.address, stdout=out, stderr=io.StringIO())
    assert f"{two.file_name}　被改动" in out.getvalue()
    assert f"{three.file_name}　缺失" in out.getvalue()
    assert one.file_name + "　" not in out.getvalue()


# ------------------------------------------------------------------ check_deadlines


def test_deadlines_of_a_past_day_are_the_same_for_ever(office: Office) -> None:
    day = datetime.date(2024, 6, 21)
    before = told("check_deadlines", as_of=day)
    assert "核查上报　2024-06-20 截止，逾期 1 天　已下发、未查处　未分派　通报县级" in before
    assert "核查上报：逾期 1，今天截止 0，临近截止 0" in before
    late = NOW.replace(month=7)
    office.assign()
    office.decide()
    office.prove()
    office.step(office.officer, "submit", at=late)
    assert "已下发" not in told("check_deadlines", as_of=datetime.date(2024, 7, 31))
    again = json.loads(told("check_deadlines", as_of=day, json=True))
    rows = {row["clock"]: row for row in again["cases"]}
    assert rows["report"]["said"] == "逾期 1 天"
    assert rows["report"]["told_to"] == ["county"]
    assert told("check_deadlines", as_of=day) == told("check_deadlines", as_of=day)


def test_a_day_before_the_case_was_opened_knows_nothing_of_it(office: Office) -> None:
    assert "没有逾期或临近截止" in told("check_deadlines", as_of=datetime.date(2024, 5, 7))


# ------------------------------------------------------------------ open_cases


def test_open_cases_opens_what_was_issued_and_nothing_else(office: Office) -> None:
    for code, source in (("P2", "省"), ("S1", "选址"), ("M1", "机器初筛")):
        patch = drawn.draw_patch("PPPP", office.county, batch=code)
        Batch.objects.filter(pk=patch.batch_id).update(source=source, issued_on=NOW.date())
    assert "将为 1 个图斑建案" in told("open_cases", dry_run=True)
    assert Case.objects.count() == 1
    assert "已为 1 个图斑建案" in told("open_cases")
    assert "已为 0 个图斑建案" in told("open_cases")
    opened = Case.objects.latest("pk")
    assert (opened.patch.batch.code, opened.ledger.get().by_name) == ("P2", ledger.SYSTEM)
    assert list(opened.clocks.values_list("clock", flat=True)) == ["report", "rectify"]
    with pytest.raises(CommandError, match="没有批次 X"):
        told("open_cases", batch="X")
    assert [fault.what for fault in ledger.faults_in(Case.objects.all())] == []
    assert CaseEvent.objects.count() == 2
