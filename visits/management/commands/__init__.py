"""What the import commands share."""

import sys
from pathlib import Path

from django.core.management.base import CommandError

from accounts.clock import today
from accounts.management.reporting import ReportingCommand
from visits.tasks import IMPORTS, run_import, summary

LINES_SHOWN = 20
# The options of what a kind of file needs beside the file.
PARAMETERS = {
    "year": {"type": int, "help": "收入的年度，如 2021"},
    "item": {"help": "报的项目，代码或名称，如 T01"},
    "department": {"help": "哪个部门的名单，如 民政局"},
}


class ImportCommand(ReportingCommand):
    """Imports one file, all or nothing: exit code 1 where a row is wrong, and then nothing is written."""

    kind = ""

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="要导入的文件")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
        parser.add_argument("--errors", type=Path, metavar="OUT.xlsx", help="把有错的行另存为工作簿，加一列“错误”")
        super().add_arguments(parser)
        for name in IMPORTS[self.kind].needs:
            parser.add_argument(f"--{name}", required=True, **PARAMETERS[name])

    def handle(self, *args, file, dry_run, errors, json, **options):
        if errors is not None and not errors.parent.is_dir():
            raise CommandError(f"{errors.name} 所在的文件夹不存在，请先建立。")
        result = run_import(
            self.kind,
            file,
            day=today(),
            dry_run=dry_run,
            errors_path=errors,
            progress=self._progress if sys.stderr.isatty() else None,
            **IMPORTS[self.kind].parameters(options),
        )
        self._report(result, dry_run)
        if json:
            self.report_json(_counts(result, dry_run))
        if result.has_errors():
            raise CommandError("没有写入任何数据。请改正后重新导入整个文件。")

    def _progress(self, done, total, message):
        self.stderr.write(f"\r{message} {done} / {total} 行" if total else f"\r{message}", ending="")

    def _report(self, result, dry_run):
        title = IMPORTS[self.kind].title
        self.stdout.write(f"{title}{'（只检查，不写入）' if dry_run else ''}：{summary(self.kind, result)}")
        if result.unknown_columns:
            self.stdout.write(f"未使用的列：{'、'.join(result.unknown_columns)}")
        for heading, lines in result.notes:
            self.stdout.write(f"{heading}：{len(lines)}")
            self._list(lines, self.stdout)
        for message in result.messages:
            self.stderr.write(message)

    def _list(self, lines, stream):
        for line in lines[:LINES_SHOWN]:
            stream.write(f"  {line}")
        if len(lines) > LINES_SHOWN:
            stream.write(f"  …… 另有 {len(lines) - LINES_SHOWN} 条")


def _counts(result, dry_run):
    notes = [{"heading": heading, "total": len(lines)} for heading, lines in result.notes]
    return {
        **result.counts,
        "dry_run": dry_run,
        "unknown_columns": result.unknown_columns,
        "messages": result.messages,
        "notes": notes,
    }
