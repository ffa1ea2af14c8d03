"""manage.py rules check | doc"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from spatial.errors import RulesetInvalid
from spatial.rules import doc
from spatial.rules.load import read_file, ruleset_files


class Command(BaseCommand):
    help = "check 核对全部规则集；doc 生成 docs/rules.md，供法制科签字"
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="check|doc")
        check = actions.add_parser("check", help="核对 spatial/rules/ 中的全部规则集")
        check.add_argument("--json", action="store_true", help="以 JSON 输出")
        write = actions.add_parser("doc", help="生成 docs/rules.md")
        write.add_argument("--check", action="store_true", help="只核对，已过时则退出码为 1")
        write.add_argument("--dry-run", action="store_true", help="只打印，不写文件")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["action"] == "check":
            self._check(as_json=options["json"])
        elif options["check"]:
            if not doc.is_fresh():
                raise CommandError("docs/rules.md 已过时；请运行 manage.py rules doc")
            self.stdout.write("docs/rules.md 与规则集一致")
        elif options["dry_run"]:
            self.stdout.write(doc.render())
        else:
            doc.DOCUMENT.write_text(doc.render(), encoding="utf-8")
            self.stdout.write("已写入 docs/rules.md")

    def _check(self, *, as_json: bool) -> None:
        found = {}
        for path in ruleset_files():
            try:
                read_file(path)
                found[path.name] = ""
            except RulesetInvalid as error:
                found[path.name] = str(error)
        faulty = [fault for fault in found.values() if fault]
        if as_json:
            listed = [
                {"file": name, "ok": not fault, "problems": fault.splitlines()}
                for name, fault in found.items()
            ]
            self.stdout.write(json.dumps(listed, ensure_ascii=False, indent=2))
        else:
            for name, fault in found.items():
                self.stdout.write(fault or f"{name}：无误")
        if faulty:
            raise CommandError(f"{len(faulty)} 个规则集有误")
