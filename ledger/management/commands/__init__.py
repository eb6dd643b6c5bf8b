"""What the ledger commands share: year, area, JSON, exit code."""

import sys

from django.core.management.base import CommandError

from accounts.management.reporting import ReportingCommand
from accounts.models import Area
from ledger.models import PolicyYear

SHOWN = 50


class LedgerCommand(ReportingCommand):
    """A command over one policy year and area. ``run`` returns ``False`` to exit 1."""

    def add_arguments(self, parser):
        parser.add_argument("--year", type=int, required=True, help="政策年度，如 2022")
        parser.add_argument("--area", help="县、乡镇或村的区划代码；不写则全部")
        super().add_arguments(parser)

    def handle(self, *, year, area, json, **options):
        self.as_json = json
        if area and not Area.objects.filter(pk=area).exists():
            raise CommandError(f"没有区划 {area}。请核对代码，或先用 import_areas 导入。")
        if not PolicyYear.objects.in_force().filter(year=year).exists():
            raise CommandError(f"没有 {year} 政策年度。")
        if self.run(year=year, area=area) is False:
            sys.exit(1)

    def report(self, result, sentence):
        if self.as_json:
            self.report_json(result)
        else:
            self.stdout.write(sentence)

    def note(self, title, lines):
        """A title and what stands under it, cut where it grows long."""
        if not title:
            return
        lines = list(lines)
        self.stderr.write(title)
        for line in lines[:SHOWN]:
            self.stderr.write(f"  {line}")
        if len(lines) > SHOWN:
            self.stderr.write(f"  …… 共 {len(lines)} 条")
