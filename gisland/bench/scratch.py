"""A database of its own for a measurement: made, migrated, dropped again."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, transaction

from gisland.bench.cluster import own_cluster
from spatial.errors import GislandError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def scratch_database(name: str, *, keep: bool, reuse: bool = False) -> Iterator[None]:
    """Everything inside happens in this database; a leftover of that name is replaced, or used.

    The real database is never opened. Where no server answers, one is started for the while
    (cluster.py), and nothing of it can be kept. With ``reuse`` it stays, and GislandError is
    raised where there is none.
    """
    connection = transaction.get_connection()
    real = connection.settings_dict["NAME"]
    if name == real:
        raise GislandError(f"{name} 是正式数据库，不能用来测速。请换一个名字。")
    if reuse:
        with _kept(connection, name, real):
            yield
        return
    connection.settings_dict["TEST"]["NAME"] = name
    with ExitStack() as stack:
        keep = _reach(connection, stack) and keep
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        stack.callback(_leave, connection, real, keep=keep)
        yield


@contextmanager
def _kept(connection: Any, name: str, real: str) -> Iterator[None]:
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        connection.ensure_connection()
    except OperationalError as error:
        connection.settings_dict["NAME"] = real
        raise GislandError(f"没有留下的测速数据库 {name}。请先用 --keep 测一次。") from error
    try:
        yield
    finally:
        _leave(connection, real, keep=True)


def _reach(connection: Any, stack: ExitStack) -> bool:
    """Whether a server answers; else one of the bench's own does from here on."""
    try:
        with connection._nodb_cursor():  # noqa: SLF001 - Django's own way to a server
            return True
    except OperationalError:
        stack.enter_context(own_cluster(connection.settings_dict))
        return False


def _leave(connection: Any, real: str, *, keep: bool) -> None:
    if keep:
        connection.close()
        connection.settings_dict["NAME"] = real
    else:
        connection.creation.destroy_test_db(real, verbosity=0)
