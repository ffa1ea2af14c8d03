"""verify_evidence: intact, altered or missing; the ledger's chain; a case file offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management import CommandError

from gisland.casework import ledger, offline_check, proof
from gisland.casework.models import Case, Evidence
from spatial.errors import PatchUnknown
from spatial.management.console import HouseCommand, add_json
from spatial.models import Patch

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(HouseCommand):
    """Exit 1 where anything is not as it was written."""

    help = "核验举证材料、办案记录链和封存；给出案卷文件时离线核验该文件；--seal 另作一次封存。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One case, one file, or all."""
        parser.add_argument("what", nargs="?", default="", help="图斑地址，或案卷 .zip；默认全部")
        parser.add_argument("--seal", action="store_true", help="核验通过后封存当前各案记录")
        add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, print, and fail where there is a fault."""
        what = options["what"]
        if what.endswith(".zip"):
            self._file(Path(what), as_json=options["json"])
            return
        cases = Case.objects.select_related("patch__batch", "patch__region").order_by("pk")
        if what:
            patch = Patch.objects.by_address(what)
            cases = cases.filter(patch=patch)
            if not cases:
                raise PatchUnknown(f"图斑 {what} 尚未建案。")
        evidence = Evidence.objects.filter(case__in=cases).order_by("pk")
        total = evidence.count()
        checked = proof.check_originals(
            evidence.iterator(), lambda done: self.progress(done, total)
        )
        faults = proof.check_ledger(cases)
        seals = [] if what else ledger.broken_seals()
        bad = [one for one in checked if one.answer != "intact"]
        self._say(checked, bad, faults, seals, as_json=options["json"])
        if bad or faults or seals:
            raise CommandError(
                f"核验不通过：材料 {len(bad)} 件，记录 {len(faults)} 处，封存 {len(seals)} 次。"
            )
        if options["seal"]:
            sealed = ledger.seal()
            self.say(f"已封存 {sealed.cases} 个案件，校验值 {sealed.digest}")

    def _say(self, checked: list, bad: list, faults: list, seals: list, *, as_json: bool) -> None:
        answers = {
            code: sum(one.answer == code for one in checked) for code in proof.ANSWERS
        }  # fmt: skip
        if as_json:
            self.print_json(
                {
                    "evidence": answers,
                    "bad": [{"id": one.evidence.pk, "case": one.evidence.case_id,
                             "file": one.evidence.file_name, "answer": one.answer}
                            for one in bad],
                    "ledger": [vars(fault) for fault in faults],
                    "seals": [one.pk for one in seals],
                }
            )  # fmt: skip
            return
        for one in bad:
            self.stdout.write(
                f"案件 {one.evidence.case_id}　{one.evidence.file_name}"
                f"　{proof.ANSWERS[one.answer]}"
            )
        for fault in faults:
            self.stdout.write(f"案件 {fault.case_id}　{fault.what}")
        for seal in seals:
            self.stdout.write(f"{seal.at:%Y-%m-%d} 的封存与现有记录不符：其后有记录被删改")
        told = "，".join(f"{proof.ANSWERS[code]} {count}" for code, count in answers.items())
        self.stdout.write(
            f"材料 {len(checked)} 件：{told}；办案记录{'有误' if faults else '完好'}。"
        )

    def _file(self, path: Path, *, as_json: bool) -> None:
        faults = offline_check.faults_in(path)
        if as_json:
            self.print_json({"file": str(path), "faults": faults})
        for fault in faults if not as_json else ():
            self.stdout.write(fault)
        if faults:
            raise CommandError(f"{path.name}：核验不通过，共 {len(faults)} 处。")
        if not as_json:
            self.stdout.write(f"{path.name}：核验通过，案卷完好。")
