"""``/imports/approvals/new/``: one paper registered, amended or withdrawn, with its ground."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from imports import approvals, fields, kept_ground, pasted
from imports.pages.approval_parts import collection, extent, shapes_for, sums_of
from imports.pages.gate import importer, user_of
from imports.pages.ground_map import ground_map
from imports.pages.work import begun
from imports.readers.kinds import READABLE
from imports.values import BadValue, number_of
from spatial import vocabulary
from spatial.errors import GislandError, InputRefused
from spatial.install import layers_file
from spatial.models import Assessment, Patch, Zone
from spatial.scope import request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from imports.approvals import Look
    from spatial.scope import Scope

    Row = dict[str, Any]

FIRST = (
    "document", "step", "authority", "holder_name", "approved_on", "contract_on", "filed_on",
    "signed_on", "valid_until", "ended_on", "purpose", "supply_kind", "project", "declared_area_m2",
)  # fmt: skip
"""Fields that come first on the form; the others are folded away."""
HIDDEN = {"source_code", "name"}
WORDS = ("step", "authority", "purpose", "ownership", "supply_kind", "direction", "lessor_kind")
"""Text fields for which the words in use are offered."""
UNITS = {"m2": ("平方米", Decimal(1)), "mu": ("亩", Decimal(2000) / 3),
         "ha": ("公顷", Decimal(10000))}  # fmt: skip
SHOWN = 40


@importer
@require_http_methods(["GET", "HEAD", "POST"])
def approval_new(request: HttpRequest) -> HttpResponse:
    """The form; a POST looks at what was given, or registers or withdraws it in the background."""
    form = _Form(request)
    if request.method == "POST":
        try:
            done = form.act()
            if done is not None:
                return done
        except GislandError as error:
            form.fault = str(error)
    elif request.GET.get("withdraw"):
        form.fault = form.look_up(request.GET["withdraw"])
    status = 422 if form.fault or form.faults else 200
    return render(request, "imports/approval.html", form.context(), status=status)


class _Form:
    """One visit: what was given, what is wrong with it, what it would do."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.scope: Scope = request_scope(request)
        self.user = user_of(request)
        self.given = request.POST
        ledgers = self._ledgers()
        asked = self.given.get("layer") or request.GET.get("layer", "")
        self.layer = asked if asked in ledgers else next(iter(ledgers), "")
        self.known = fields.fields_of(self.layer)
        self.fault = ""
        self.faults: dict[str, str] = {}
        self.token = self.given.get("token", "")
        self.ground_name = self.given.get("ground_name", "") if self.token else ""
        self.look: Look | None = None
        self.withdrawn: list[Row] = []
        self.number = ""

    def _ledgers(self) -> dict[str, str]:
        return {
            code: term
            for code, term in approvals.ledgers().items()
            if self.scope.may("verdict", code)
        }

    def act(self) -> HttpResponse | None:
        """What was asked for; None where the form is shown again."""
        action = self.given.get("action", "look")
        if action == "withdraw":
            return self._withdraw()
        told, self.faults = approvals.check_fields(self.layer, self._fields())
        self._take_ground()
        if not self.token:
            raise InputRefused("还没有地块。请粘贴坐标、上传文件，或在图上画。")
        if self.faults:
            return None
        path = kept_ground.path_of(self.token, self.user)
        crs = self.given.get("crs", "").strip() or None
        self.look = approvals.look(self.layer, path, told, by=self.user, crs=crs)
        if action != "add":
            return None
        mode = self.given.get("mode", "")
        if self.look.known and mode not in approvals.MODES:
            raise InputRefused("该文号已在册。请先选择“变更”或“补充”，再登记。")
        if self.look.known and mode == approvals.REPLACE and self.look.changes_nothing:
            raise InputRefused(f"文号 {self.look.number} 的在册地块与本次完全相同，没有变化。")
        term = approvals.ledgers()[self.layer]
        job = begun(
            self.request, "add_approval", f"登记{term} {self.look.number}",
            {"layer": self.layer, "token": self.token, "fields": told, "crs": crs, "mode": mode},
        )  # fmt: skip
        return redirect("work", job_id=job.pk)

    def look_up(self, number: str) -> str:
        """The open rows of a paper that may be withdrawn; else what is wrong."""
        self.number = number.strip()
        self.withdrawn = approvals.open_rows(self.layer, self.number, self.user)
        if self.withdrawn:
            return ""
        term = approvals.ledgers()[self.layer]
        return f"{term}没有文号 {self.number[:60]} 的在册记录。请核对文号和图层。"

    def _withdraw(self) -> HttpResponse | None:
        fault = self.look_up(self.given.get("number", ""))
        if fault:
            raise InputRefused(fault)
        if self.given.get("checked") != "yes":
            raise InputRefused("没有撤回：请先勾选确认。")
        region = self.user.region.code if self.user.region else None
        term = approvals.ledgers()[self.layer]
        job = begun(
            self.request, "withdraw_paper", f"撤回{term} {self.number}",
            {"layer": self.layer, "number": self.number, "region": region},
        )  # fmt: skip
        return redirect("work", job_id=job.pk)

    def _fields(self) -> dict[str, str]:
        told = {name: self.given.get(f"f_{name}", "") for name in self.known}
        text = told.get("declared_area_m2", "").strip()
        unit = self.given.get("area_unit", "m2")
        if text and unit in UNITS and unit != "m2":
            try:
                number = number_of(text)
            except BadValue:
                return told
            if number is not None:
                told["declared_area_m2"] = str((number * UNITS[unit][1]).quantize(Decimal("0.01")))
        return told

    def _take_ground(self) -> None:
        """A file goes before text, text before a drawing, and each before what was kept."""
        file = self.request.FILES.get("file")
        text = self.given.get("text", "").strip()
        drawing = self.given.get("drawing", "").strip()
        if file is not None:
            self._keep(file.name or "地块", file.chunks())
        elif text:
            found = pasted.as_file(text)
            self._keep(found.name, [found.data])
        elif drawing:
            self._keep("图上绘制.geojson", [collection(drawing)])

    def _keep(self, name: str, chunks: Any) -> None:
        if self.token:
            kept_ground.forget(self.token)
        self.token = kept_ground.keep(name, chunks, self.user)
        self.ground_name = name

    def context(self) -> Row:
        """What the template is given."""
        return {
            "layers": self._ledgers(),
            "layer": self.layer,
            "term": approvals.ledgers().get(self.layer, ""),
            "first": [self._field(name) for name in FIRST if name in self.known],
            "more": [
                self._field(name) for name in self.known if name not in FIRST and name not in HIDDEN
            ],
            "has_more": any(self.given.get(f"f_{name}") for name in self.known
                            if name not in FIRST),
            "units": [(code, term) for code, (term, _) in UNITS.items()],
            "fault": self.fault,
            "faults": self.faults,
            "given": self.given,
            "token": self.token,
            "ground_name": self.ground_name,
            "text": self.given.get("text", ""),
            "look": self.look,
            "sums": sums_of(self.look) if self.look else None,
            "meets": self._meets(),
            "patches": self._patches(),
            "modes": approvals.MODES.items(),
            "mode": self.given.get("mode", ""),
            "readable": READABLE,
            "withdrawn": self.withdrawn,
            "number": self.number,
            "map_config": self._map(),
        }  # fmt: skip

    def _field(self, name: str) -> Row:
        wanted = self.known[name]
        return {
            "name": name,
            "term": wanted.term.replace("(平方米)", ""),
            "kind": wanted.kind,
            "required": wanted.required,
            "value": self.given.get(f"f_{name}", ""),
            "fault": self.faults.get(name, ""),
            "words": self._words(name) if name in WORDS else [],
        }

    def _words(self, name: str) -> list[str]:
        """The words in use for a field, those of the rules' own lists among them."""
        zones = self.scope.filter_zones(Zone.objects.filter(layer_id=self.layer))
        found = zones.values_list(f"attributes__{name}", flat=True).distinct()[:60]
        return sorted({str(word) for word in found if word})[:30]

    def _meets(self) -> list[Row]:
        layers = layers_file()["layer"]
        return [
            {**row, "layer": layers[row["layer_id"]]["term"]}
            for row in (self.look.meets if self.look else [])[:SHOWN]
        ]

    def _patches(self) -> list[Row]:
        if self.look is None:
            return []
        areas = {row["id"]: row["met_m2"] for row in self.look.patches}
        seen = self.scope.filter_patches(Patch.objects.filter(pk__in=areas))
        labels = dict(
            Assessment.objects.filter(patch__in=areas, is_current=True).values_list(
                "patch", "label_class"
            )
        )
        return [
            {"patch": patch, "area_m2": areas[patch.pk],
             "label": vocabulary.class_term(labels[patch.pk]) if labels.get(patch.pk) else "未评定"}
            for patch in sorted(
                seen.select_related("batch", "region"), key=lambda one: -areas[one.pk]
            )
        ]  # fmt: skip

    def _map(self) -> Row:
        shapes = shapes_for(self.look, self.withdrawn, self._patches()[:SHOWN])
        bounds = extent(shapes[-1]["features"]) if shapes else None
        return ground_map(self.scope, bounds=bounds, shapes=shapes)
