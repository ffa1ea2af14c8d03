"""One lock between those who change what runs read and the runs that pin it.

Without it a run could start while an activation is under way, carry a later time, and see its
rows in some chunks and not in others. Both are taken inside a transaction and held to its end.
"""

from __future__ import annotations

from spatial import sqlfiles


def changing_data() -> None:
    """Wait to be the only one who changes versions, ledgers or patches; stamp times after."""
    sqlfiles.execute("engine/runs/01_lock_data")


def pinning_data() -> None:
    """Wait until no change is under way; take ``known_at`` after."""
    sqlfiles.execute("engine/runs/02_share_data")
