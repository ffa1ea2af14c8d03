"""What each row of a survey costs: one key of version and layer, fewer entries in an index."""

import django.db.models.deletion
from django.db import migrations, models

from spatial import sqlfiles


def key_and_compress(apps, schema_editor):
    """One key instead of two, and the quicker compression for what comes in from now on."""
    using = schema_editor.connection.alias
    sqlfiles.execute("facts/10_key_versions", using=using)
    sqlfiles.execute("facts/11_key_zones", using=using)
    sqlfiles.execute("facts/12_compress_zones", using=using)


class Migration(migrations.Migration):
    dependencies = [("spatial", "0008_levels")]

    operations = [
        migrations.AlterField(
            model_name="zone",
            name="version",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="zones",
                to="spatial.datasetversion",
            ),
        ),
        migrations.AlterField(
            model_name="zone",
            name="layer",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="spatial.layer",
            ),
        ),
        migrations.RemoveIndex(model_name="zone", name="zone_code"),
        migrations.AddIndex(
            model_name="zone",
            index=models.Index(
                condition=models.Q(("layer", "land_use"), _negated=True),
                fields=["layer", "code"],
                name="zone_code",
            ),
        ),
        migrations.RunPython(key_and_compress),
    ]
