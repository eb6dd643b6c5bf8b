"""``import_income FILE.xlsx``: monthly income entries."""

from visits.management.commands import ImportCommand


class Command(ImportCommand):
    help = "导入月收入，一行一笔"
    kind = "income"
