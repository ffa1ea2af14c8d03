"""work: the background worker."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError, InterfaceError, transaction
from procrastinate.contrib.django import app

from spatial import jobs, sqlfiles
from spatial.management.console import HouseCommand

if TYPE_CHECKING:
    from procrastinate.contrib.django.django_connector import DjangoConnector

logger = logging.getLogger(__name__)

LOOK_AFTER_S = 20
CLEAN_UP_S = 3600
SHUTDOWN_S = 2.0
"""Seconds that a job may take to end by itself when the worker is asked to; then it goes back."""


class Command(HouseCommand):
    """Do queued jobs, one at a time, until told to stop (Ctrl-C, SIGTERM)."""

    help = "后台进程：逐个做排队的任务（导入、判定……），直到被停止；以数据表所有者的身份运行。"

    def handle(self, **options: Any) -> None:
        """Run until a signal; what is under way then goes back into the queue."""
        if "role=" in settings.DATABASES["default"]["OPTIONS"].get("options", ""):
            raise CommandError(
                "后台进程要以数据表所有者的身份运行。请去掉 GISLAND_DB_ROLE 后启动。"
            )
        self.say("后台进程已启动。")
        over = threading.Event()
        keeper = threading.Thread(target=sqlfiles.in_thread, args=(_keep, over), daemon=True)
        keeper.start()
        try:
            connector = cast("DjangoConnector", app.connector).get_worker_connector()
            with app.replace_connector(connector) as working:
                working.run_worker(
                    queues=[jobs.QUEUE], concurrency=1, delete_jobs="successful",
                    shutdown_graceful_timeout=SHUTDOWN_S,
                )  # fmt: skip
        finally:
            over.set()
        self.say("后台进程已停止。")


def _keep(over: threading.Event) -> None:
    """End what dead workers left, cut what grows; an outage of the database is waited out."""
    cleaned = -CLEAN_UP_S * 1.0
    while not over.is_set():
        try:
            jobs.look_after()
            if time.monotonic() - cleaned >= CLEAN_UP_S:
                cleaned = time.monotonic()
                jobs.clean_up()
        except (DatabaseError, InterfaceError):
            logger.warning("no database to look after", exc_info=True)
            transaction.get_connection().close()
        over.wait(LOOK_AFTER_S)
