#!/usr/bin/env python
"""Django's command line for gisland."""

import os
import sys


def main() -> None:
    """Run a management command; errors meant for people print without a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisland.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
