"""``export_ledger --year 2022 --area CODE --output FILE.xlsx [--split village]``: the appendix ledger."""

from django.conf import settings
from django.core.management.base import CommandError

from accounts.clock import today
from accounts.management.reporting import ReportingCommand
from reports.services import SPLIT_BY_VILLAGE, ExportError, export_ledger


class Command(ReportingCommand):
    help = "导出附件台账：一个村、一个乡镇或全县；--split village 为每村一个文件的压缩包。"

    def add_arguments(self, parser):
        parser.add_argument("--year", type=int, required=True, help="政策年度，如 2022")
        parser.add_argument("--area", default=settings.COUNTY_CODE, help="县、乡镇或村的区划代码；不写则全县")
        parser.add_argument("--output", required=True, help="写到哪个文件，如 台账.xlsx；按村分开时如 台账.zip")
        parser.add_argument("--split", choices=[SPLIT_BY_VILLAGE], help="village：每村一个文件")
        super().add_arguments(parser)

    def handle(self, *, year, area, output, split, **options):
        try:
            result = export_ledger(
                year=year, area=area, output=output, day=today(), split=split, progress=self._progress()
            )
        except ExportError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.report_json({**result, "output": str(output)})
        elif split:
            self.stdout.write(f"{year} 年度 {len(result['files'])} 个村、{result['households']} 户，已写到 {output}。")
        else:
            self.stdout.write(
                f"{year} 年度 {result['households']} 户，已写到 {output}。\n摘要（SHA-256）：{result['digest']}"
            )

    def _progress(self):
        """How far it is, on one line, for whoever sits at a terminal."""
        if not self.stderr.isatty():
            return None
        return lambda done, total, message: self.stderr.write(
            f"\r{message}：{done}/{total} 户", ending="\n" if done == total else ""
        )
