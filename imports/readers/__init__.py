"""Files to tables: the reader that fits a bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imports.deliveries import FileOptions
    from imports.readers.bundle import Bundle
    from imports.readers.table import Table


def read(bundle: Bundle, options: FileOptions) -> Table:
    """The bundle's rows and geometry in its own CRS, x = east; raises InputRefused."""
    if bundle.kind == "txt":
        from imports.readers.coordinate_txt import read as read_txt  # noqa: PLC0415

        return read_txt(bundle, encoding=options.encoding, crs=options.crs)
    from imports.readers.vector import read as read_vector  # noqa: PLC0415

    return read_vector(bundle, encoding=options.encoding, sublayer=options.sublayer)
