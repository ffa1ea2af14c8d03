"""Tokens of the API as digests; those that were kept as text are gone: make new ones."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("spatial", "0006_desk_rows")]

    operations = [
        migrations.RunSQL(
            "DROP TABLE IF EXISTS authtoken_token", migrations.RunSQL.noop
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="用途")),
                ("head", models.CharField(editable=False, max_length=8, verbose_name="开头")),
                ("digest", models.CharField(editable=False, max_length=64, unique=True, verbose_name="摘要")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="生成时间")),
                ("used_on", models.DateField(blank=True, editable=False, null=True, verbose_name="最近使用")),
                ("revoked_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="吊销时间")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="api_tokens", to=settings.AUTH_USER_MODEL, verbose_name="账号")),
            ],
            options={"verbose_name": "接口令牌", "verbose_name_plural": "接口令牌", "ordering": ["-id"]},
        ),
    ]
