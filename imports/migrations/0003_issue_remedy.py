"""Issues say who can mend them, and keep the row as it was delivered."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imports", "0002_initial")]

    operations = [
        migrations.AddField(
            model_name="issue",
            name="remedy_by",
            field=models.CharField(blank=True, max_length=10, verbose_name="由谁改正"),
        ),
        migrations.AddField(
            model_name="issue",
            name="delivered",
            field=models.JSONField(blank=True, null=True, verbose_name="原始属性"),
        ),
    ]
