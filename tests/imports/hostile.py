"""Reading a file that means harm, with the clock and the memory watched."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from imports.deliveries import FileOptions
from imports.readers import bundle as bundles
from imports.readers import read
from spatial.errors import InputRefused
from tests.imports.conftest import square

OPTIONS = FileOptions(None, None, None, {}, {}, None, None, False)
HERE = square(119.95, 33.05)
ROW = {"DLBM": "0101"}
ROOT = Path(__file__).resolve().parents[2]


def look(path, **told):
    with bundles.opened(path) as bundle:
        return read(bundle, FileOptions(**{**vars(OPTIONS), **told}))


def refusal(path, **told):
    begun = time.monotonic()
    with pytest.raises(InputRefused) as caught:
        look(path, **told)
    assert time.monotonic() - begun < 20
    return str(caught.value)


def refused_elsewhere(path, memory=4 << 30):
    """Whether another process refuses the file, in bounded memory and within a minute."""
    code = (
        "import os,sys;os.environ['DJANGO_SETTINGS_MODULE']='gisland.settings';"
        "import django;django.setup();from tests.imports import hostile as t;"
        "from spatial.errors import InputRefused\n"
        "try: t.look(sys.argv[1])\nexcept InputRefused: sys.exit(7)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(path)], cwd=ROOT, timeout=60, check=False,
        capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (memory, memory)),
    )  # fmt: skip
    assert done.returncode in (0, 7), done.stderr[-500:]
    return done.returncode == 7
