"""``import_roster FILE.xlsx``: households and members."""

from visits.management.commands import ImportCommand


class Command(ImportCommand):
    help = "导入人员名册（全国系统的人员导出表）"
    kind = "roster"
