"""What the import commands share: options, readable errors, one way to report."""

from __future__ import annotations

import argparse
import json
from contextlib import contextmanager
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from imports import reconcile
from spatial import vocabulary
from spatial.errors import GislandError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imports.models import Delivery
    from spatial.job_progress import Progress

LEVELS = vocabulary.issue_level_terms()
SHOWN = 20
"""Issues that a command prints; the rest are counted."""


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Options that say how a file is to be read."""
    parser.add_argument("--crs", metavar="EPSG:n", help="坐标系；给出时以此为准")
    parser.add_argument("--encoding", metavar="NAME", help="文字编码，如 GBK、UTF-8")
    parser.add_argument(
        "--map", action="append", default=[], metavar="FIELD=COLUMN",
        help="标准字段取自哪一列；等号后留空则不取该字段",
    )  # fmt: skip


def add_filling(parser: argparse.ArgumentParser) -> None:
    """Options of layers and patches alike."""
    parser.add_argument("--region", metavar="CODE", help="县、市或省的行政区代码")
    parser.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", help="为所有行统一给出字段值"
    )
    parser.add_argument(
        "--skip-bad", action="store_true", help="导入其余：不合格的行略过，逐行记为错误"
    )
    parser.add_argument("--where-layer", metavar="NAME", help="GPKG、GDB 或压缩包内的图层名")
    parser.add_argument(
        "--forget", action="store_true", help="不沿用上次同样列的对应（--map），并忘掉它"
    )


def add_running(parser: argparse.ArgumentParser) -> None:
    """Options that every writer has."""
    parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
    parser.add_argument("--json", action="store_true", help="标准输出只写 JSON")


def add_preview(parser: argparse.ArgumentParser) -> None:
    """The option that only looks."""
    parser.add_argument(
        "--preview", action="store_true", help="只看字段对应、坐标系、编码和前几行，不导入"
    )


def preview(command: BaseCommand, target: str, given: dict[str, Any]) -> None:
    """Print what an import for this target would make of the file."""
    from imports import preview as previews  # noqa: PLC0415 - settings are ready by now
    from imports.deliveries import FileOptions  # noqa: PLC0415

    seen = previews.look(
        target,
        given["file"],
        FileOptions(
            given["region"], given["crs"], given["encoding"], pairs(given["map"]),
            pairs(given["set"]), given["where_layer"], forget=given["forget"],
        ),
    )  # fmt: skip
    if given["json"]:
        command.stdout.write(json.dumps(seen.record(), ensure_ascii=False, default=str))
        return
    command.stdout.write("\n".join([*seen.lines(), *verdict_lines(seen.record())]))


def pairs(texts: Sequence[str]) -> dict[str, str]:
    """FIELD=VALUE texts as a dictionary; raises CommandError for one without ``=``."""
    result = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise CommandError(f"“{text}”应写作 字段=值。")
        result[name.strip()] = value.strip()
    return result


def day(text: str) -> date:
    """An ISO date of the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}”不是日期，应写作 2024-03-05") from error


def decimal(text: str) -> Decimal:
    """A decimal number of the command line."""
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise argparse.ArgumentTypeError(f"“{text}”不是数字") from error


@contextmanager
def readable_errors() -> Iterator[None]:
    """Our errors without a traceback, exit status 1."""
    try:
        yield
    except GislandError as error:
        raise CommandError(str(error)) from error


def progress_of(command: BaseCommand) -> Progress:
    """A progress that says each step once, on stderr."""
    said: set[tuple[str, int, int]] = set()

    def tell(phase: str, done: int = 0, total: int = 0) -> None:
        if (phase, done, total) not in said:
            said.add((phase, done, total))
            command.stderr.write(f"{phase} {done} / {total}" if total else phase, str)

    return tell


def begin(command: BaseCommand, file: str) -> None:
    """Say on stderr what is being read: stdout is for the outcome."""
    command.stderr.write(f"读取 {file} ……", command.style.NOTICE)


def tell(
    command: BaseCommand,
    given: dict[str, Any],
    delivery: Delivery,
    sentence: str,
    more: dict[str, Any],
) -> None:
    """Print the outcome: a sentence and the issues, or JSON alone on stdout."""
    issues = delivery.found()
    if given["json"]:
        told = {
            "delivery": None if given["dry_run"] else delivery.pk,
            "dry_run": given["dry_run"],
            "repeated": delivery.repeated,
            "rows": delivery.row_count,
            "verdict": delivery.verdict,
            "issues": [
                {
                    "kind": issue.kind,
                    "severity": issue.severity,
                    "row": issue.row,
                    "message": issue.message,
                    "done": issue.done,
                    "by": issue.remedy_by,
                }
                for issue in issues
            ],
            **more,
        }
        command.stdout.write(json.dumps(told, ensure_ascii=False, default=str))
        return
    if given["dry_run"]:
        sentence = f"（试运行，未写入）{sentence}"
    if delivery.repeated:
        sentence = f"同一文件、同样选项已导入过（导入 {delivery.pk}），没有任何变化。"
    command.stdout.write(sentence)
    for line in verdict_lines(delivery.verdict):
        command.stdout.write(line)
    for county in reconcile.lines(delivery):
        command.stdout.write(f"  对账：{county.sentence(reconcile.verb(delivery))}")
    for issue in issues[:SHOWN]:
        done = f" → {issue.done}" if issue.done else ""
        level = LEVELS[issue.severity]
        command.stdout.write(f"  {level}：{issue.message}{done}")
    if len(issues) > SHOWN:
        where = "" if given["dry_run"] else f"；逐条见 import_report {delivery.pk} 文件名.xlsx"
        command.stdout.write(f"  ……共 {len(issues)} 个问题{where}")


def verdict_lines(verdict: dict[str, Any]) -> list[str]:
    """How the file was read, and how sure that is: nothing is converted silently."""
    if "crs" not in verdict:
        return []  # nothing was read: a withdrawal
    rests = "；".join([verdict["crs_origin"], *verdict.get("crs_evidence", [])])
    origin = verdict.get("encoding_origin") or "—"
    return [
        f"  坐标系：{verdict['crs']}（{rests}），把握{verdict.get('crs_confidence', '—')}",
        f"  编码：{verdict['encoding']}（{origin}），把握{verdict.get('encoding_confidence', '—')}",
        f"  格式：{verdict['driver']}",
    ]
