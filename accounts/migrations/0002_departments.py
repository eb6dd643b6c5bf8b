"""The departments that the plan names in 二(三)."""

from django.db import migrations

NAMES = (
    "乡村振兴局 农业农村局 人社局 金融办 工商联 民政局 残联 教体局 医保局 人保财险 宣传部 妇联 组织部"
).split()


def add(apps, schema_editor):
    department = apps.get_model("accounts", "Department")
    department.objects.bulk_create(
        [department(name=name, order=order) for order, name in enumerate(NAMES, start=1)], ignore_conflicts=True
    )
    apps.get_model("accounts", "AuditHead").objects.get_or_create(id=1)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
