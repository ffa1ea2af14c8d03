"""Private CRSs, and the derived tables of parts and edges."""

from django.db import migrations

from spatial import crs, sqlfiles

TABLES = ("zone_part", "zone_edge")


def add_private_crs(apps, schema_editor):
    """Register the engine's equal-area CRS and the Gauss planes."""
    sqlfiles.copy_rows(
        "spatial_ref_sys",
        ("srid", "auth_name", "auth_srid", "srtext", "proj4text"),
        ((srid, "gisland", srid, "", proj4) for srid, proj4 in crs.private_crs_rows()),
        using=schema_editor.connection.alias,
    )


def create_tables(apps, schema_editor):
    """Create the partitioned tables with their indexes."""
    alias = schema_editor.connection.alias
    for table in TABLES:
        for name in (
            f"create_{table}",
            f"create_{table}_default",
            f"create_{table}_index_ground",
            f"create_{table}_index_version_id",
            f"create_{table}_index_zone_id",
        ):
            sqlfiles.execute(f"engine/tables/{name}", using=alias)


class Migration(migrations.Migration):
    """Made once; reversible by dropping the database only."""

    dependencies = [("spatial", "0001_initial")]

    operations = [
        migrations.RunPython(add_private_crs),
        migrations.RunPython(create_tables),
    ]
