"""Drawn parts of facts, corrections, official figures, patch links, and normalised keys."""

import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from spatial.holders import paper_key, project_key


def fill_keys(apps, schema_editor):
    """Key every paper and project by its normalised name; the first of two alike keeps it."""
    alias = schema_editor.connection.alias
    for model, source, key, group, key_of in (
        ("Document", "number", "number_key", "layer_id", paper_key),
        ("Project", "name", "name_key", "code", project_key),
    ):
        taken = set()
        for row in apps.get_model("spatial", model).objects.using(alias).order_by("pk"):
            told = getattr(row, source)
            found = key_of(told)
            if (getattr(row, group), found) in taken:
                found = told
            taken.add((getattr(row, group), found))
            setattr(row, key, found)
            row.save(update_fields=[key])


class Migration(migrations.Migration):
    """Adds only; keys of papers and projects are filled before they must be unique."""

    dependencies = [
        ("spatial", "0002_ground"),
    ]

    operations = [
        migrations.CreateModel(
            name="NotionLeaf",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
            options={
                "verbose_name": "概念构成",
                "verbose_name_plural": "概念构成",
            },
        ),
        migrations.CreateModel(
            name="OfficialFigure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", models.CharField(max_length=20, verbose_name="期")),
                (
                    "quantity",
                    models.CharField(default="new_cultivated", max_length=30, verbose_name="指标"),
                ),
                (
                    "area_m2",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, verbose_name="面积（平方米）"
                    ),
                ),
                ("source", models.CharField(max_length=200, verbose_name="来源")),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="记录时间")),
            ],
            options={
                "verbose_name": "官方数据",
                "verbose_name_plural": "官方数据",
            },
        ),
        migrations.CreateModel(
            name="PatchLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("same", "同一地块重复下发"),
                            ("split", "由前图斑分出"),
                            ("merged", "并入本图斑"),
                            ("overlap", "部分重叠"),
                        ],
                        max_length=10,
                        verbose_name="关系",
                    ),
                ),
                (
                    "overlap_m2",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, verbose_name="重叠面积（平方米）"
                    ),
                ),
                ("share_of_patch", models.FloatField(verbose_name="占后图斑的比例")),
                ("share_of_earlier", models.FloatField(verbose_name="占前图斑的比例")),
            ],
            options={
                "verbose_name": "图斑沿革",
                "verbose_name_plural": "图斑沿革",
            },
        ),
        migrations.CreateModel(
            name="SubjectCorrection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(verbose_name="日期")),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="记录时间")),
                ("note", models.TextField(blank=True, verbose_name="说明")),
                ("withdrawn", models.BooleanField(default=False, verbose_name="撤回")),
            ],
            options={
                "verbose_name": "用地单位更正",
                "verbose_name_plural": "用地单位更正",
            },
        ),
        migrations.RemoveConstraint(
            model_name="document",
            name="document_once",
        ),
        migrations.RemoveConstraint(
            model_name="project",
            name="project_once",
        ),
        migrations.AddField(
            model_name="determination",
            name="part",
            field=django.contrib.gis.db.models.fields.MultiPolygonField(
                blank=True, null=True, srid=4490, verbose_name="勾绘范围"
            ),
        ),
        migrations.AddField(
            model_name="determination",
            name="withdrawn",
            field=models.BooleanField(default=False, verbose_name="撤回"),
        ),
        migrations.AddField(
            model_name="document",
            name="number_key",
            field=models.CharField(
                db_index=True, default="", max_length=120, verbose_name="文号（归一）"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="exclusion",
            name="withdrawn",
            field=models.BooleanField(default=False, verbose_name="撤回"),
        ),
        migrations.AddField(
            model_name="fieldresult",
            name="withdrawn",
            field=models.BooleanField(default=False, verbose_name="撤回"),
        ),
        migrations.AddField(
            model_name="patch",
            name="zone",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="spatial.zone",
                verbose_name="取自管控区",
            ),
        ),
        migrations.AddField(
            model_name="piecenotion",
            name="net_unknown",
            field=models.BooleanField(default=False, verbose_name="净面积不明"),
        ),
        migrations.AddField(
            model_name="piecenotion",
            name="why",
            field=models.JSONField(default=list, verbose_name="不能判断的原因"),
        ),
        migrations.AddField(
            model_name="project",
            name="name_key",
            field=models.CharField(
                db_index=True, default="", max_length=254, verbose_name="名称（归一）"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="rectification",
            name="part",
            field=django.contrib.gis.db.models.fields.MultiPolygonField(
                blank=True, null=True, srid=4490, verbose_name="整改范围"
            ),
        ),
        migrations.AddField(
            model_name="rectification",
            name="withdrawn",
            field=models.BooleanField(default=False, verbose_name="撤回"),
        ),
        migrations.RunPython(fill_keys, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                fields=("layer", "number_key"), name="document_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.UniqueConstraint(
                condition=models.Q(("code", ""), _negated=True),
                fields=("code",),
                name="project_code_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.UniqueConstraint(
                condition=models.Q(("code", "")), fields=("name_key",), name="project_name_once"
            ),
        ),
        migrations.AddField(
            model_name="notionleaf",
            name="leaf",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="spatial.notion"
            ),
        ),
        migrations.AddField(
            model_name="notionleaf",
            name="notion",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="leaves",
                to="spatial.notion",
            ),
        ),
        migrations.AddField(
            model_name="officialfigure",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="录入人",
            ),
        ),
        migrations.AddField(
            model_name="officialfigure",
            name="region",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                to="spatial.region",
                verbose_name="行政区",
            ),
        ),
        migrations.AddField(
            model_name="patchlink",
            name="earlier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="later_links",
                to="spatial.patch",
            ),
        ),
        migrations.AddField(
            model_name="patchlink",
            name="patch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="earlier_links",
                to="spatial.patch",
            ),
        ),
        migrations.AddField(
            model_name="subjectcorrection",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="认定人",
            ),
        ),
        migrations.AddField(
            model_name="subjectcorrection",
            name="holder",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                to="spatial.holder",
                verbose_name="用地单位",
            ),
        ),
        migrations.AddField(
            model_name="subjectcorrection",
            name="patch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="spatial.patch"
            ),
        ),
        migrations.AddField(
            model_name="subjectcorrection",
            name="supersedes",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="superseded_by",
                to="spatial.subjectcorrection",
            ),
        ),
        migrations.AddConstraint(
            model_name="notionleaf",
            constraint=models.UniqueConstraint(fields=("notion", "leaf"), name="notion_leaf_once"),
        ),
        migrations.AddConstraint(
            model_name="officialfigure",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", ""), _negated=True), name="official_figure_sourced"
            ),
        ),
        migrations.AddConstraint(
            model_name="officialfigure",
            constraint=models.CheckConstraint(
                condition=models.Q(("area_m2__gte", 0)), name="official_figure_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="patchlink",
            constraint=models.UniqueConstraint(fields=("patch", "earlier"), name="patch_link_once"),
        ),
    ]
