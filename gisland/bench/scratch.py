"""A database of its own for a measurement: made, migrated, dropped again."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import OperationalError, transaction

from spatial.errors import GislandError

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_SERVER = "没有运行中的 PostgreSQL。请先运行 bin/demo --no-serve，再运行 bench。"


@contextmanager
def scratch_database(name: str, *, keep: bool) -> Iterator[None]:
    """Everything inside happens in this database; a leftover of that name is replaced.

    The real database is never opened. Raises GislandError when no server answers.
    """
    connection = transaction.get_connection()
    real = connection.settings_dict["NAME"]
    if name == real:
        raise GislandError(f"{name} 是正式数据库，不能用来测速。请换一个名字。")
    connection.settings_dict["TEST"]["NAME"] = name
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    except OperationalError as error:
        raise GislandError(f"{NO_SERVER}（{error}）") from error
    try:
        yield
    finally:
        if keep:
            connection.close()
            connection.settings_dict["NAME"] = real
        else:
            connection.creation.destroy_test_db(real, verbosity=0)
