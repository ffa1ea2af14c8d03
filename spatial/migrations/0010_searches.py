"""Indexes by which searches begin at what changed, and none that leads them astray."""

from django.db import migrations, models

from spatial import sqlfiles


def create_indexes(apps, schema_editor):
    """Indexes on expressions, which Django cannot say."""
    alias = schema_editor.connection.alias
    for name in ("low_end", "high_end"):
        sqlfiles.execute(f"functions/{name}", using=alias)
    sqlfiles.execute("engine/tables/create_assessment_index_undated", using=alias)
    sqlfiles.execute("engine/tables/create_assessment_index_sums", using=alias)


def search_by_place(apps, schema_editor):
    """In the partition of one version nothing is found by the version."""
    alias = schema_editor.connection.alias
    for kind in ("part", "edge"):
        sqlfiles.execute(f"engine/tables/drop_zone_{kind}_index_version_id", using=alias)
        sqlfiles.execute(f"engine/tables/create_zone_{kind}_default_index_version_id", using=alias)


class Migration(migrations.Migration):
    dependencies = [("spatial", "0009_zone_rows")]

    operations = [
        migrations.AddIndex(
            model_name="assessment",
            index=models.Index(
                condition=models.Q(("is_current", True)),
                fields=["run"],
                name="assessment_current_run",
            ),
        ),
        migrations.AddIndex(
            model_name="patch",
            index=models.Index(fields=["created_at"], name="patch_created"),
        ),
        migrations.AddIndex(
            model_name="deskrow",
            index=models.Index(fields=["batch_id", "ruleset_id"], name="desk_ruleset"),
        ),
        migrations.RunPython(create_indexes),
        migrations.RunPython(search_by_place),
    ]
