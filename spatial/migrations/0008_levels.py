"""Levels for the map's far zooms: which versions have them, and the table that holds them."""

import django.db.models.deletion
from django.db import migrations, models

from spatial import sqlfiles


def create_table(apps, schema_editor):
    """The partitioned table; each version that has levels brings its partition."""
    sqlfiles.execute("levels/create_zone_level", using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("spatial", "0007_api_tokens")]

    operations = [
        migrations.CreateModel(
            name="LevelSet",
            fields=[
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="level_set",
                        serialize=False,
                        to="spatial.datasetversion",
                    ),
                ),
                ("built_at", models.DateTimeField(verbose_name="制作时间")),
                ("numbers", models.JSONField(default=dict, verbose_name="各级图形数与顶点数")),
                ("seconds", models.FloatField(default=0, verbose_name="用时（秒）")),
            ],
            options={"verbose_name": "概略图", "verbose_name_plural": "概略图"},
        ),
        migrations.RunPython(create_table),
    ]
