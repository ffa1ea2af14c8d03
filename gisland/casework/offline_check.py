#!/usr/bin/env python3
"""核验案卷 · Proves a case file offline:  python3 verify.py CASE_FILE.zip

Needs nothing but Python 3.8 or newer. Every byte of the file is covered: the archive's comment is
the SHA-256 of all bytes before it; MANIFEST lists each member; the ledger is a chain of hashes;
the originals are those that the ledger and the list of evidence name.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import struct
import sys
import zipfile
import zlib
from pathlib import Path

HASH = 64
BLOCK = 1 << 20
TOLD = (
    "address", "number", "edge", "report_state", "handling_state", "round", "by", "by_name",
    "by_level", "at", "on", "reason_code", "note", "told", "previous",
)  # fmt: skip
BROKEN = (
    OSError, EOFError, RuntimeError, ValueError, KeyError,
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
)  # fmt: skip
"""What reading a zip fails with; a changed bit may say that a member is encrypted, or packed in
another way."""


def faults_in(path: str | Path) -> list[str]:
    """Every fault, one sentence each; an empty list: the file is as it was made."""
    try:
        faults = _seal(Path(path))
        with zipfile.ZipFile(path) as archive:
            faults += _members(archive)
            if not faults:
                faults += _chain(json.loads(archive.read("ledger.json")))
                faults += _originals(archive)
    except BROKEN as error:
        return [f"案卷打不开或不完整：{error}"]
    return faults


def _seal(path: Path) -> list[str]:
    digest = hashlib.sha256()
    left = path.stat().st_size - HASH
    if left < 0:
        return ["案卷不完整"]
    with path.open("rb") as file:
        while left:
            block = file.read(min(BLOCK, left))
            digest.update(block)
            left -= len(block)
        told = file.read(HASH)
    return [] if told == digest.hexdigest().encode() else ["案卷被改动：整卷校验值不符"]


def _members(archive: zipfile.ZipFile) -> list[str]:
    lines = archive.read("MANIFEST").decode("utf-8").splitlines()
    listed = {line[HASH + 2 :]: line[:HASH] for line in lines}
    strange = set(archive.namelist()) - {"MANIFEST", *listed}
    faults = [f"多出的文件 {name}" for name in sorted(strange)]
    for name, told in listed.items():
        try:
            found = hashlib.sha256(archive.read(name)).hexdigest()
        except KeyError:
            faults.append(f"缺失 {name}")
            continue
        except BROKEN:
            found = ""
        if found != told:
            faults.append(f"被改动 {name}")
    return faults


def _chain(events: list[dict]) -> list[str]:
    faults, previous = [], ""
    for number, event in enumerate(events, start=1):
        text = json.dumps(
            {name: event[name] for name in TOLD},
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
        )
        if hashlib.sha256(text.encode("utf-8")).hexdigest() != event["hash"]:
            faults.append(f"办案记录第 {number} 条被改动")
        if event["previous"] != previous or event["number"] != number:
            faults.append(f"办案记录第 {number} 条与前一条接不上")
        previous = event["hash"]
    return faults


def _originals(archive: zipfile.ZipFile) -> list[str]:
    evidence = json.loads(archive.read("evidence.json"))
    faults = [
        f"材料 {one['file_name']} 不是收到时的原件"
        for one in evidence
        if hashlib.sha256(archive.read(one["file"])).hexdigest() != one["sha256"]
    ]
    known = {one["id"]: one["sha256"] for one in evidence}
    for event in json.loads(archive.read("ledger.json")):
        faults += [
            f"第 {event['number']} 条所附材料 {told['name']} 不在案卷中"
            for told in event["told"].get("evidence", ())
            if known.get(told["id"]) != told["sha256"]
        ]
    return faults


def main(arguments: list[str]) -> int:
    """Say what was found; 0 where everything is as it was made."""
    if len(arguments) != 1:
        sys.stdout.write("用法：python3 verify.py 案卷.zip\n")
        return 2
    faults = faults_in(arguments[0])
    told = f"核验不通过，共 {len(faults)} 处。" if faults else "核验通过：案卷完好。"
    sys.stdout.write("\n".join([*faults, told]) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
