"""``import_areas FILE.csv``: counties, townships and villages."""

from visits.management.commands import ImportCommand


class Command(ImportCommand):
    help = "导入区划（CSV，列 code、name）"
    kind = "areas"
