"""make_demo: the invented prefecture, made, imported and judged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from imports.demo import DEFAULT_SIZE, Manifest, make_files
from imports.demo.bring import bring_data, make_accounts
from imports.demo.tell import bring_facts, judge_corrected
from spatial.engine import classify, selection
from spatial.errors import InputRefused
from spatial.management.console import HouseCommand
from spatial.models import Assessment, Batch, Region

if TYPE_CHECKING:
    from argparse import ArgumentParser

DONE = "loaded.txt"


class Command(HouseCommand):
    """Make the demo; an existing one of the same size is left as it is."""

    help = "生成虚构的示范市，用导入程序导入并判定；已有同样规模的则不动。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How large, from which seed, and where."""
        parser.add_argument("--size", type=int, default=DEFAULT_SIZE, help="地类图斑数（约）")
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--patches", type=int, help="监测图斑数（约）")
        parser.add_argument("--folder", type=Path, default=Path(settings.VAR_DIR) / "demo")

    def handle(self, **options: Any) -> None:
        """Make files, import, judge, decide; each step says what it does."""
        folder: Path = options["folder"]
        wanted = f"size={options['size']} seed={options['seed']} patches={options['patches']}"
        if self._done(folder, wanted):
            return
        if Region.objects.exclude(code__startswith="99").exists():
            raise InputRefused("数据库中已有其他行政区，不能再放入虚构的示范市。请换一个数据库。")
        self.say(f"生成虚构的示范市：{wanted}")
        manifest = make_files(folder, options["size"], options["seed"], options["patches"])
        bring_data(manifest, self.say)
        accounts = make_accounts()
        self._judge(manifest)
        (folder / "accounts.txt").write_text("\n".join(accounts) + "\n", encoding="utf-8")
        (folder / DONE).write_text(wanted, encoding="utf-8")
        self.say("示范市已就绪。")

    def _judge(self, manifest: Manifest) -> None:
        bring_facts(manifest, before_judging=True)
        ruleset = Batch().ruleset
        ids = selection.patches_of_ruleset(ruleset)
        today = timezone.localdate()
        run = classify.classify(ids, ruleset=ruleset, as_of=today, progress=self.progress)
        classify.apply_run(run)
        corrected = bring_facts(manifest, before_judging=False)
        judge_corrected(corrected, ruleset=ruleset, as_of=today)

    def _done(self, folder: Path, wanted: str) -> bool:
        """Whether it is there already; a half-made one of the same size is gone on with."""
        started = folder / DONE
        known = started.read_text(encoding="utf-8") if started.exists() else ""
        if not Region.objects.filter(code="990100").exists():
            return False
        if known == wanted:
            self.say(f"示范市已在库（{wanted}），不再重做。")
            return True
        if not known and not Assessment.objects.filter(is_current=True).exists():
            return False
        raise InputRefused(
            f"库中已有示范市（{known or '规模不明'}），与要求的 {wanted} 不同。"
            "要重做请先 bin/demo --stop，再删除 var/ 后重来。"
        )
