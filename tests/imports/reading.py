"""Reads a delivery as an import would, or says how it was refused."""

from __future__ import annotations

import pytest

from imports import readers
from imports.deliveries import FileOptions
from imports.readers import bundle as bundles
from spatial.errors import InputRefused

RING = [(40400000, 3655000), (40400100, 3655000), (40400100, 3655100), (40400000, 3655100)]
"""A square of one hectare in zone 40, east and north."""


def read(path, **options):
    with bundles.opened(path, options.get("sublayer")) as bundle:
        return readers.read(bundle, FileOptions(**options))


def refused(path, *words, **options):
    with pytest.raises(InputRefused) as caught:
        read(path, **options)
    for word in (path.name, *words):
        assert word in str(caught.value)


def kinds(table):
    return [finding.kind for finding in table.findings]
