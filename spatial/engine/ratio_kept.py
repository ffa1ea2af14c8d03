"""Tables of ratios kept until anything changes that they rest on. 比率缓存"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.core.cache import cache

from spatial import sqlfiles
from spatial.engine.ratios import table

if TYPE_CHECKING:
    from spatial.engine.ratios import RatioQuery, RatioTable

KEEP_S = 24 * 3600


def key_of(scope_key: str, query: RatioQuery) -> str:
    """What changes with the reader's scope, with each switch, and with the state of the data."""
    text = repr((scope_key, query, sqlfiles.value("engine/ratios/sum_state")))
    return f"ratio-table:{hashlib.sha256(text.encode()).hexdigest()}"


def kept_table(key: str, query: RatioQuery) -> RatioTable:
    """The rows and total of a query; ``key`` is its ``key_of``, read before the figures."""
    found: RatioTable | None = cache.get(key)
    if found is None:
        found = table(query)
        cache.set(key, found, KEEP_S)
    return found
