"""``assign_measures --year 2022 [--area CODE]``: propose measures for flagged households."""

from accounts.clock import today
from ledger.management.commands import LedgerCommand
from measures.services import assign_measures


class Command(LedgerCommand):
    help = "给有风险标记的户提出帮扶措施；已有的不再提，停止的也不再提。"

    def run(self, *, year, area):
        result = assign_measures(year=year, area=area, today=today())
        standing = result["standing"]
        self.report(
            result,
            f"{year} 年度：新提出 {result['households']} 户 {result['actions']} 项；"
            f"有风险标记 {result['flagged']} 户，共有措施 {standing['households']} 户 {standing['actions']} 项。",
        )
        if not result["flagged"]:
            self.note("没有有风险标记的户。台账没有计算过的，先运行 rebuild_ledger。", [])
