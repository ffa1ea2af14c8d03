"""What a run stored of an explanation: enough to decide by, without judging the ground again.

The tests that failed, their margins and what each of two versions says are not stored: ``explain``
finds them by judging again, at twenty times the cost.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from spatial.engine.explain import told_marks, told_ruleset, told_run, told_subject
from spatial.engine.explain_pieces import PieceReader
from spatial.engine.explain_sources import told_zones
from spatial.engine.explain_trace import Trace
from spatial.models import PieceNotion

if TYPE_CHECKING:
    from spatial.models import Assessment, Piece

Row = dict[str, Any]


def explain_stored(found: Assessment) -> Row:
    """The verdict of an assessment by its stored rows, in the words of ``explain``.

    Each piece names under ``passed`` the rules that stood before the claiming one; zones are those
    that the pieces lie in. What ``explain`` tells beyond that is left out.
    """
    rules = sorted(found.run.ruleset.rules.all(), key=lambda rule: (rule.rank, rule.pk))
    conclude = [rule for rule in rules if rule.action == "conclude"]
    pieces = list(found.pieces.select_related("county").defer("ground", "county__geom"))
    pieces.sort(key=lambda piece: piece.seq)
    reader = PieceReader(Trace(members=_members(pieces)), conclude, {}, found.run.ruleset.settings)
    ids = {zone for piece in pieces for group in piece.zones.values() for zone in group}
    marks = [rule for rule in rules if rule.action == "mark"]
    return {
        "run": told_run(found),
        "ruleset": told_ruleset(found.run.ruleset),
        "subject": told_subject(found),
        "gaps": found.gaps,
        "conclusions": [
            {"code": row.code, "class": row.conclusion_class, "term": row.term}
            for row in found.conclusions.all()
        ],
        "marks": told_marks(found, Trace(), marks),
        "pieces": [
            {
                **reader.stored(piece),
                "county_id": piece.county_id,
                "passed": [rule.code for rule in reader.before(piece)],
            }
            for piece in pieces
        ],
        "zones": told_zones(ids) if ids else {},
    }


def _members(pieces: list[Piece]) -> list[Row]:
    """The stored notions of pieces, as the trace tells them."""
    seqs = {piece.pk: piece.seq for piece in pieces}
    found: dict[int, list[Row]] = defaultdict(list)
    columns = ("piece_id", "notion", "answer", "net_m2", "net_unknown", "why", "zones")
    for row in PieceNotion.objects.filter(piece__in=seqs).order_by("notion").values(*columns):
        found[row["piece_id"]].append(
            {**row, "seq": seqs[row["piece_id"]], "zone_ids": row["zones"]}
        )
    return [row for rows in found.values() for row in rows]
