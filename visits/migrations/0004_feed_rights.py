"""Which department may report which items by a payment list. Examples, for the county to confirm."""

from django.db import migrations

RIGHTS = {
    "民政局": "T01 T02 T08 T11",
    "残联": "T06",
    "人社局": "W02 T03",
    "医保局": "R01",
    "农业农村局": "T07",
    "乡村振兴局": "P02 P03",
    "教体局": "T10",
    "人保财险": "T12 X01",
}


def add(apps, schema_editor):
    right = apps.get_model("visits", "FeedRight")
    # A county may have renamed a department or an item's code since: those are left to it.
    departments = dict(apps.get_model("accounts", "Department").objects.values_list("name", "pk"))
    items = set(apps.get_model("visits", "IncomeItem").objects.values_list("code", flat=True))
    right.objects.bulk_create(
        [
            right(department_id=departments[name], item_id=code)
            for name, line in RIGHTS.items()
            for code in line.split()
            if name in departments and code in items
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("visits", "0003_visit_record")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
