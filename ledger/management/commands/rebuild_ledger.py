"""``rebuild_ledger --year 2022 [--area CODE]``: recompute the ledger rows of an area, and its risk points."""

from accounts.clock import today
from ledger.management.commands import LedgerCommand
from ledger.services import refresh_area


class Command(LedgerCommand):
    help = "重新计算一个区划的台账行；人写的内容不动。"

    def run(self, *, year, area):
        result = refresh_area(year=year, area=area, day=today())
        self.report(
            result,
            f"{year} 年度：{result['households']} 户，写入 {result['written']} 户；"
            f"缺月 {result['incomplete']} 户，有风险标记 {result['flagged']} 户。",
        )
        if result["without_persons"]:
            self.note(f"{len(result['without_persons'])} 户没有在册人口，未建台账行：", result["without_persons"])
