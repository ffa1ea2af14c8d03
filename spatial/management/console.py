"""What our commands share: readable errors, progress on stderr, JSON alone on stdout."""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from spatial.errors import GislandError

if TYPE_CHECKING:
    from argparse import ArgumentParser


class HouseCommand(BaseCommand):
    """A command that translates options, makes one call, and prints what came of it."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run; an error meant for people becomes a line without traceback and exit 1."""
        try:
            return super().execute(*args, **options)
        except GislandError as error:
            raise CommandError(str(error)) from error

    def say(self, text: str, ending: str = "\n") -> None:
        """A line for people, on stderr, so that stdout stays what was asked for."""
        self.stderr.write(text, str, ending=ending)

    def progress(self, done: int, total: int) -> None:
        """One line that counts what is done and what is left."""
        if self.stderr.isatty():
            self.say(f"\r已完成 {done} / {total}", ending="\n" if done == total else "")
        elif done == total or done * 10 // total != (done - 1) * 10 // total:
            self.say(f"已完成 {done} / {total}")

    def print_json(self, value: Any) -> None:
        """The JSON, and nothing else, on stdout."""
        self.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def a_date(text: str) -> datetime.date:
    """A date option; a wrong one is named with the remedy."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise GislandError(f"{text} 不是日期，应写作 2024-03-31") from error


def a_time(text: str) -> datetime.datetime:
    """A time option (local time where no zone is given)."""
    from django.utils import timezone  # noqa: PLC0415 - settings are ready by now

    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise GislandError(f"{text} 不是时间，应写作 2024-03-31T08:00") from error
    return found if found.tzinfo else timezone.make_aware(found)


def add_json(parser: ArgumentParser) -> None:
    """The --json option."""
    parser.add_argument("--json", action="store_true", help="只输出 JSON")
