"""Zones become ground under examination: stock land, leases, occupied lots. 由图层生成图斑"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from spatial import sqlfiles
from spatial.engine.genealogy import link_patches
from spatial.engine.lock import changing_data
from spatial.errors import GislandError, InputRefused, UnknownLayer
from spatial.models import Batch, DatasetVersion, Layer, Region, RulesetVersion
from spatial.models.dataset import Nature, VersionStatus
from spatial.models.patch import Source
from spatial.rules.conditions import read_conditions
from spatial.rules.load import load_ruleset, read_file, ruleset_files
from spatial.rules.operands import Scope
from spatial.rules.problems import Problems
from spatial.rules.schema import CodeSet

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    Tests = list[dict[str, Any]]

PLAIN_GROUND = "batch"
"""The ground of a ruleset that judges whatever patches a batch holds."""


@dataclass
class Made:
    """What came of one making: how many patches are new, and what else was found.

    ``changed``, ``gone`` and ``doubtful`` are lists of {"place": COUNTY/JCBH, "what": …}. Patches
    that are there already are never rewritten; a feature in doubt becomes none.
    """

    batch: str
    ruleset: str
    added: int = 0
    same: int = 0
    left_out: int = 0
    changed: list[dict[str, str]] = field(default_factory=list)
    gone: list[dict[str, str]] = field(default_factory=list)
    doubtful: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def make_patches(
    layer_code: str,
    *,
    batch: str,
    as_of: datetime.date,
    where: Sequence[str] = (),
    ruleset: str | RulesetVersion | None = None,
    region_code: str | None = None,
    dry_run: bool = False,
) -> Made:
    """Make the layer's features that pass into patches of the batch; the whole or nothing.

    Taken are the open rows of a ledger, or the newest version in force on ``as_of``, that pass the
    ruleset's ``ground.where`` and every test of ``where``. A repeat adds what is new alone. Raises
    UnknownLayer, UnknownRegion, RulesetInvalid or InputRefused, each with the remedy.
    """
    layer = _layer(layer_code)
    with transaction.atomic():
        known = Batch.objects.filter(code=batch).first()
        chosen, notes = _ruleset(layer, ruleset, known)
        tests = [*_ground_tests(layer, chosen), *_where_tests(layer, where, chosen)]
        counties = _counties(layer, region_code)
        changing_data()
        row = known or _new_batch(batch, chosen)
        _refuse_other_ground(row, layer, chosen)
        made = _make(layer, row, counties, tests, as_of)
        made.notes = notes
        if dry_run or (known is None and not made.added):
            transaction.set_rollback(True)  # a batch without patches helps nobody
    return made


def _make(
    layer: Layer, batch: Batch, counties: Sequence[Region], tests: Tests, as_of: datetime.date
) -> Made:
    sqlfiles.execute("engine/make/01_drop_made")
    sqlfiles.execute(
        "engine/make/10_take_zones",
        {"layer": layer.pk, "as_of": as_of, "tests": json.dumps(tests, ensure_ascii=False)},
    )
    sqlfiles.analyze("make_zone")
    sqlfiles.execute("engine/make/20_match_patches", {"batch_id": batch.pk})
    where = {"batch_id": batch.pk, "region_ids": [county.pk for county in counties]}
    made = Made(batch.code, batch.ruleset)
    told = {"changed": made.changed, "gone": made.gone, "doubt": made.doubtful}
    for found in sqlfiles.rows("engine/make/40_list_found", where):
        if found["found"] in told:
            told[found["found"]].append({"place": found["place"], "what": found["what"]})
        elif found["found"] == "same":
            made.same += 1
        else:
            made.left_out += 1
    made.added = sqlfiles.execute(
        "engine/make/30_add_patches", {**where, "recorded_at": timezone.now()}
    )
    if made.added:
        link_patches(list(batch.patches.values_list("pk", flat=True)))
    return made


def _layer(code: str) -> Layer:
    layer = Layer.objects.filter(pk=code).first()
    if layer is None:
        known = "、".join(f"{row.code}（{row.term}）" for row in Layer.objects.all())
        raise UnknownLayer(f"没有图层 {code}。已定义：{known}。")
    return layer


def _counties(layer: Layer, region_code: str | None) -> list[Region]:
    """The counties asked for; refused where none of them has the layer."""
    asked = Region.objects.by_code(region_code).counties() if region_code else None
    loaded = Region.objects.filter(
        pk__in=DatasetVersion.objects.filter(layer=layer, status=VersionStatus.ACTIVE).values(
            "region"
        )
    )
    found = list(loaded if asked is None else loaded.filter(pk__in=asked.values("pk")))
    if not found:
        where = f"{region_code} 内" if region_code else ""
        dated = " --valid-from DATE" if layer.nature == Nature.SNAPSHOT else ""
        raise InputRefused(
            f"{where}图层 {layer.term} 没有在用的数据，不能生成图斑。"
            f"请先 import_layer {layer.code} FILE{dated} --activate。"
        )
    return found


def _ruleset(
    layer: Layer, named: str | RulesetVersion | None, batch: Batch | None
) -> tuple[RulesetVersion, list[str]]:
    """The ruleset of the batch: as named, as the batch has it, or the one for this layer."""
    if isinstance(named, RulesetVersion):
        return _for_layer(layer, named)
    if named:
        return _for_layer(layer, load_ruleset(named))
    if batch is not None:
        return _for_layer(layer, load_ruleset(batch.ruleset))
    fitting = [
        ruleset.name
        for ruleset in map(read_file, ruleset_files())
        if isinstance(ruleset.ground, dict) and ruleset.ground["layer"] == layer.pk
    ]
    if len(fitting) > 1:
        raise GislandError(
            f"以图层 {layer.term} 为图斑的规则集有几个（{'、'.join(fitting)}），"
            "请用 --ruleset 指明。"
        )
    return _for_layer(layer, load_ruleset(fitting[0] if fitting else Batch().ruleset))


def _for_layer(layer: Layer, ruleset: RulesetVersion) -> tuple[RulesetVersion, list[str]]:
    ground = ruleset.settings["ground"]
    if isinstance(ground, dict) and ground["layer"] == layer.pk:
        return ruleset, []
    if ground == PLAIN_GROUND:
        note = (
            f"规则集 {ruleset.name} 不是为图层 {layer.term} 写的：它要的图斑字段（时相、类型等）"
            "这些要素没有，缺的答“数据不足”。有专项规则集的，请用 --ruleset 指明。"
        )
        return ruleset, [note]
    taken = ground["layer"] if isinstance(ground, dict) else "选址范围"
    raise InputRefused(
        f"规则集 {ruleset.name} 以 {taken} 为图斑，不能用图层 {layer.pk}（{layer.term}）生成。"
        "请换图层，或用 --ruleset 指明以它为图斑的规则集。"
    )


def _ground_tests(layer: Layer, ruleset: RulesetVersion) -> Tests:
    ground = ruleset.settings["ground"]
    if not isinstance(ground, dict) or ground["layer"] != layer.pk:
        return []
    return [_asking(test) for test in ground["where"]]


def _where_tests(layer: Layer, where: Sequence[str], ruleset: RulesetVersion) -> Tests:
    """The tests of the command line, in the rules' language; RulesetInvalid says what is wrong."""
    sets = {
        name: CodeSet(name, tuple(codes["codes"]), codes["term"])
        for name, codes in ruleset.settings["sets"].items()
    }
    problems = Problems("--where")
    scope = Scope({}, sets, frozenset(), zone_layer=layer.pk, facts=False)
    tests = read_conditions(list(where), scope, problems)
    problems.raise_if_any()
    return [_asking(asdict(test)) for test in tests]


def _asking(test: dict[str, Any]) -> dict[str, Any]:
    """The test with its fields needed: a feature without the field is in doubt, not left out."""
    return {
        **test,
        **{side: _needed(test[side]) for side in ("left", "right") if test.get(side) is not None},
    }


def _needed(operand: dict[str, Any]) -> dict[str, Any]:
    found = {**operand, "needed": True} if "field" in operand else dict(operand)
    if "divide_by" in found:
        found["divide_by"] = _needed(found["divide_by"])
    return found


def _new_batch(code: str, ruleset: RulesetVersion) -> Batch:
    batch = Batch(code=code, source=Source.LOCAL, ruleset=ruleset.name)
    try:
        batch.full_clean()
    except ValidationError as error:
        raise InputRefused(f"批次 {code} 不能建立：{'；'.join(error.messages)}") from error
    batch.save()
    return batch


def _refuse_other_ground(batch: Batch, layer: Layer, ruleset: RulesetVersion) -> None:
    """A batch holds one kind of ground, judged by one ruleset."""
    if batch.ruleset != ruleset.name:
        raise InputRefused(
            f"批次 {batch.code} 的规则集是 {batch.ruleset}，不是 {ruleset.name}。请换一个批次号。"
        )
    if batch.source == Source.SITE or batch.patches.exclude(zone__layer=layer).exists():
        raise InputRefused(
            f"批次 {batch.code} 里已有不是由图层 {layer.term} 生成的图斑。请换一个批次号。"
        )
