"""``import_feed FILE.xlsx --item T01 --department 民政局``: one department's payment list of one item."""

from visits.management.commands import ImportCommand


class Command(ImportCommand):
    help = "导入一个部门一个项目的发放名单，一人一月一行"
    kind = "feed"
