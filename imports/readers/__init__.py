"""Files to tables: the reader that fits a bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imports.refusal import BadRows

if TYPE_CHECKING:
    from imports.deliveries import FileOptions
    from imports.readers.bundle import Bundle
    from imports.readers.table import Table


def read(bundle: Bundle, options: FileOptions) -> Table:
    """The bundle's rows and geometry in its own CRS, x = east, its text fit to be stored.

    With ``options.skip_bad`` rows that cannot be read are left out and stand in ``table.bad``.
    Raises InputRefused.
    """
    from imports.readers.clean import clean  # noqa: PLC0415

    bad = BadRows(skip=options.skip_bad)
    table = clean(_read(bundle, options, bad))
    table.bad = bad
    table.leave_out()
    return table


def _read(bundle: Bundle, options: FileOptions, bad: BadRows) -> Table:
    kind, encoding, sublayer = bundle.kind, options.encoding, options.sublayer
    if kind == "txt":
        from imports.readers.coordinate_txt import read as read_txt  # noqa: PLC0415

        return read_txt(bundle, encoding=encoding, crs=options.crs, bad=bad)
    if kind in ("csv", "xlsx"):
        from imports.readers.sheet import read as read_sheet  # noqa: PLC0415

        return read_sheet(bundle, encoding=encoding, crs=options.crs, sublayer=sublayer, bad=bad)
    if kind == "parquet":
        from imports.readers.parquet import read as read_parquet  # noqa: PLC0415

        return read_parquet(bundle, bad=bad)
    if kind == "kml":
        from imports.readers.kml import read as read_kml  # noqa: PLC0415

        return read_kml(bundle, encoding=encoding, sublayer=sublayer)
    if kind == "dxf":
        from imports.readers.dxf import read as read_dxf  # noqa: PLC0415

        return read_dxf(bundle, encoding=encoding, sublayer=sublayer)
    from imports.readers.vector import read as read_vector  # noqa: PLC0415

    return read_vector(
        bundle, encoding=encoding, sublayer=sublayer, bad=bad, progress=options.progress
    )
