"""``assign_measures --year 2022 [--area CODE]``: propose measures for flagged households."""

from accounts.clock import today
from ledger.management.commands import LedgerCommand
from measures.services import assign_measures, in_words


class Command(LedgerCommand):
    help = "给有风险标记的户提出帮扶措施；已有的不再提，停止的也不再提。"

    def run(self, *, year, area):
        result = assign_measures(year=year, area=area, today=today())
        self.report(result, f"{year} 年度：{in_words(result)}")
