"""The case file: everything of a case in one archive that proves itself offline. 案卷

A zip of plain JSON, GeoJSON and the originals, with ``verify.py`` to check it anywhere. Its
comment is the SHA-256 of all bytes before it, so that no byte can change unnoticed.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gisland.casework import ledger, offline_check
from gisland.casework.errors import EvidenceRefused
from gisland.casework.evidence import place_of
from gisland.casework.findings import findings_of
from gisland.casework.models import Case, Evidence
from gisland.casework.process import process
from spatial.models import (
    Determination,
    Exclusion,
    FieldResult,
    Rectification,
    Referral,
    SubjectCorrection,
)

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

FACTS = (Determination, Rectification, Exclusion, FieldResult, Referral, SubjectCorrection)
EPOCH = (1980, 1, 1, 0, 0, 0)
"""All members carry one time: the same case gives the same bytes."""
FORMAT = "gisland case file 1"


def write(
    case: Case, path: Path, made_at: datetime.datetime, more: Mapping[str, bytes] | None = None
) -> str:
    """Write the archive and give its seal (the comment); ``more``: further members, as a PDF.

    Raises EvidenceRefused where an original is missing or altered: a file that proves nothing is
    not made. Nothing is left at ``path`` then.
    """
    evidence = list(Evidence.objects.filter(case=case).order_by("pk"))
    members = {
        "case.json": _json(_case(case, made_at)),
        "ledger.json": _json(events_of(case)),
        "facts.json": _json(facts_of(case)),
        "evidence.json": _json([evidence_of(one) for one in evidence]),
        "patch.geojson": _json(_outline(case)),
        "verify.py": Path(offline_check.__file__).read_bytes(),
        **(more or {}),
    }
    originals = {file_of(one): one for one in evidence}
    aside = path.with_name(path.name + ".part")
    try:
        with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as archive:
            manifest = [_add(archive, name, body) for name, body in members.items()]
            for name, one in originals.items():
                body = _original(one)
                manifest.append(_add(archive, name, body, zipfile.ZIP_STORED))
            _add(archive, "MANIFEST", "\n".join(manifest).encode())
        seal = _seal(aside)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return seal


def events_of(case: Case) -> list[dict[str, Any]]:
    """The ledger as it is hashed, each event with its hash, and the term of its step."""
    address = case.patch.address
    return [
        {
            **ledger.told_of(event, address),
            "hash": event.hash,
            "term": process().edges[event.edge].term,
        }
        for event in case.ledger.order_by("number")
    ]


def facts_of(case: Case) -> list[dict[str, Any]]:
    """What people established about the ground, superseded and withdrawn rows too."""
    told = []
    for model in FACTS:
        for fact in model.objects.filter(patch=case.patch_id).order_by("pk"):
            row = {
                field.attname: getattr(fact, field.attname)
                for field in fact._meta.concrete_fields  # noqa: SLF001 - Django's own list
                if field.name != "part"
            }
            part = getattr(fact, "part", None)
            told.append(
                {"fact": model.__name__, **row, "by_name": str(fact.by),
                 "part": json.loads(part.geojson) if part else None}
            )  # fmt: skip
    return told


def evidence_of(one: Evidence) -> dict[str, Any]:
    """One row of the list of evidence."""
    row = {
        field.attname: getattr(one, field.attname)
        for field in one._meta.concrete_fields  # noqa: SLF001 - Django's own list
        if field.name not in ("place", "case")
    }
    return {
        **row,
        "by_name": str(one.by),
        "place": list(one.place.coords) if one.place else None,
        "file": file_of(one),
    }


def file_of(one: Evidence) -> str:
    """Where an original lies in the archive."""
    return f"originals/{one.pk:06}-{one.sha256[:12]}{Path(one.file_name).suffix.lower()[:8]}"


def _case(case: Case, made_at: datetime.datetime) -> dict[str, Any]:
    patch, states = case.patch, process().states
    finding = findings_of([patch.pk])[patch.pk]
    current = patch.assessments.filter(is_current=True).select_related("run__ruleset").first()
    return {
        "format": FORMAT,
        "made_at": made_at,
        "address": patch.address,
        "county": patch.region.name,
        "batch": {"code": patch.batch.code, "source": patch.batch.source,
                  "issued_on": patch.batch.issued_on},
        "area_m2": patch.area_m2,
        "before_on": patch.before_on,
        "after_on": patch.after_on,
        "report_state": states[case.report_state].term,
        "handling_state": states[case.handling_state].term,
        "round": case.round,
        "officer": str(case.officer or ""),
        "unit": str(case.unit or ""),
        "finding": {
            **vars(finding), "by_code": [[*key, area] for key, area in finding.by_code.items()]
        },
        "assessment": current and {
            "run": current.run_id, "ruleset": str(current.run.ruleset),
            "as_of": current.run.as_of, "known_at": current.run.known_at,
            "label": current.label_term,
            "versions": list(current.run.pins.order_by("pk").values_list("version_id", flat=True)),
        },
    }  # fmt: skip


def _outline(case: Case) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"address": case.patch.address, "crs": "EPSG:4490"},
        "geometry": json.loads(case.patch.geom.geojson),
    }


def _original(one: Evidence) -> bytes:
    try:
        body = place_of(one.sha256).read_bytes()
    except OSError as error:
        raise EvidenceRefused(f"材料 {one.file_name} 的原件缺失，不能制作案卷。") from error
    if hashlib.sha256(body).hexdigest() != one.sha256:
        raise EvidenceRefused(f"材料 {one.file_name} 的原件被改动，不能制作案卷。")
    return body


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str).encode()


def _add(archive: zipfile.ZipFile, name: str, body: bytes, how: int = zipfile.ZIP_DEFLATED) -> str:
    """Write one member; its line of the manifest."""
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type = how
    info.external_attr = 0o644 << 16
    archive.writestr(info, body)
    return f"{hashlib.sha256(body).hexdigest()}  {name}"


def _seal(path: Path) -> str:
    """Write the hash of the whole file into its comment."""
    body = bytearray(path.read_bytes())
    body[-2:] = struct.pack("<H", offline_check.HASH)
    seal = hashlib.sha256(body).hexdigest()
    path.write_bytes(bytes(body) + seal.encode())
    return seal
