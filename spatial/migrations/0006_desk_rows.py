
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('spatial', '0005_desk_jobs_images'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeskRow',
            fields=[
                ('patch', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='+', serialize=False, to='spatial.patch')),
                ('batch_id', models.BigIntegerField(verbose_name='批次')),
                ('batch_code', models.CharField(max_length=60, verbose_name='批次号')),
                ('region_id', models.BigIntegerField(verbose_name='县级行政区')),
                ('region_code', models.CharField(max_length=12, verbose_name='行政区代码')),
                ('jcbh', models.CharField(max_length=60, verbose_name='监测编号')),
                ('area_m2', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='计算面积（平方米）')),
                ('declared_area_m2', models.DecimalField(decimal_places=4, max_digits=18, null=True, verbose_name='监测面积（平方米）')),
                ('after_on', models.DateField(null=True, verbose_name='后时相')),
                ('holder_id', models.BigIntegerField(null=True, verbose_name='用地单位')),
                ('project_id', models.BigIntegerField(null=True, verbose_name='项目')),
                ('assessment_id', models.BigIntegerField(null=True, verbose_name='现行评定')),
                ('ruleset_id', models.BigIntegerField(null=True, verbose_name='规则版本')),
                ('label_class', models.CharField(max_length=10, verbose_name='归类')),
                ('label_code', models.CharField(max_length=40, verbose_name='初判')),
                ('borderline', models.BooleanField(verbose_name='临界')),
                ('status', models.CharField(max_length=12, verbose_name='核查状态')),
                ('overtaken', models.BooleanField(verbose_name='判定后初判已变')),
                ('marks_yes', models.TextField(verbose_name='涉及')),
                ('marks_unknown', models.TextField(verbose_name='不能判断')),
                ('on_cultivated_m2', models.DecimalField(decimal_places=2, max_digits=18, null=True, verbose_name='占耕地（平方米）')),
                ('basic_farm_m2', models.DecimalField(decimal_places=2, max_digits=18, null=True, verbose_name='占永农（平方米）')),
                ('townships', models.TextField(verbose_name='乡镇')),
                ('land_classes', models.TextField(null=True, verbose_name='地类')),
                ('beyond', models.JSONField(null=True, verbose_name='区外面积')),
            ],
            options={
                'verbose_name': '核查摘要',
                'verbose_name_plural': '核查摘要',
                'indexes': [models.Index(fields=['batch_code', 'region_code', 'jcbh', 'patch'], name='desk_address')],
            },
        ),
    ]
