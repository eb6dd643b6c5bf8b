"""``run_checks --year 2022 [--area CODE]``: look for doubtful data in each household's last reported month."""

from accounts.clock import today
from checks.rules import RULES
from checks.services import in_words, run_checks
from ledger.management.commands import LedgerCommand


class Command(LedgerCommand):
    help = "按编号规则核对每户最近一个已报的月份，列出疑点；说明过的，数没变就不再提。"

    def run(self, *, year, area):
        result = run_checks(
            year=year, area=area, day=today(), progress=self._progress if self.stderr.isatty() else None
        )
        lines = [f"{code} {RULES[code].title}：{count:,}" for code, count in result["by_code"].items() if count]
        self.note(f"{year} 年度疑点：" if lines else "", lines)
        self.report(result, in_words(result))

    def _progress(self, done, total, message):
        self.stderr.write(f"\r{message} {done}/{total} 户", ending="\n" if done == total else "")
        self.stderr.flush()
