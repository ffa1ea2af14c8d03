"""Remove old uploads."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from imports import uploads
from imports.models import Upload


class Command(BaseCommand):
    help = "清理过期的上传文件（已导入的原始文件随导入记录保留，不受影响）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--older-than", type=int, default=settings.UPLOAD_DAYS, metavar="DAYS",
            help=f"早于多少天的（默认 {settings.UPLOAD_DAYS}）",
        )  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="只计数，不删除")

    def handle(self, **given: Any) -> None:
        if given["older_than"] < 0:
            raise CommandError("--older-than 不能为负。")
        before = timezone.now() - datetime.timedelta(days=given["older_than"])
        if given["dry_run"]:
            count = Upload.objects.filter(created_at__lt=before).count()
            self.stdout.write(f"（试运行，未删除）早于 {given['older_than']} 天的上传 {count} 个。")
            return
        self.stdout.write(f"已清理 {uploads.prune(before=before)} 个上传或残留文件。")
