"""Rows of ledgers by when they came and ended: what a run has not seen is found quickly."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two indexes on spatial_zone; snapshots, which have no such times, take no room in them."""

    dependencies = [("spatial", "0003_law_and_time")]

    operations = [
        migrations.AddIndex(
            model_name="zone",
            index=models.Index(
                condition=models.Q(("recorded_from__isnull", False)),
                fields=["recorded_from"],
                name="zone_recorded_from",
            ),
        ),
        migrations.AddIndex(
            model_name="zone",
            index=models.Index(
                condition=models.Q(("recorded_until__isnull", False)),
                fields=["recorded_until"],
                name="zone_recorded_until",
            ),
        ),
    ]
