"""The policy years of the plan (2022) and of the year after (domain §5).

What no document gives is an example value and named in ``to_confirm``.
"""

from datetime import date
from decimal import Decimal

from django.db import migrations

EXAMPLES = ["transfer_share_line", "low_income_line", "large_fall"]


def add(apps, schema_editor):
    policy_year = apps.get_model("ledger", "PolicyYear")
    for year, monitoring, average, to_confirm in (
        (2022, 7300, 12550, EXAMPLES),
        (2023, 8300, 14342, [*EXAMPLES, "report_due_on"]),
    ):
        policy_year.objects.get_or_create(
            year=year,
            version=1,
            defaults={
                "is_in_force": True,
                "window_start": date(year - 1, 10, 1),
                "window_months": 9,
                "annual_months": 12,
                "monitoring_line": Decimal(monitoring),
                "average_line": Decimal(average),
                "low_income_line": Decimal(average),
                "transfer_share_line": Decimal("60"),
                "large_fall": Decimal("20"),
                "report_due_on": date(year, 9, 15),
                "to_confirm": to_confirm,
                "reason": "随系统提供",
            },
        )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
