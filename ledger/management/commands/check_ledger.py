"""``check_ledger --year 2022 [--area CODE]``: exit 1 where a stored row differs from a recomputation."""

from ledger.management.commands import LedgerCommand
from ledger.services import check_ledger


class Command(LedgerCommand):
    help = "把存下的台账行与重新计算的结果逐项比对；有不同则退出码为 1。"

    def run(self, *, year, area):
        differences = check_ledger(year=year, area=area)
        households = sorted({difference.household for difference in differences})
        self.note(f"{len(households)} 户与重新计算的结果不同：" if households else "", map(str, differences))
        self.report(
            {
                "year": year,
                "area": area,
                "households": households,
                "differences": [difference._asdict() for difference in differences],
            },
            "请运行 rebuild_ledger 更正。" if households else "台账与重新计算的结果一致。",
        )
        return not households
