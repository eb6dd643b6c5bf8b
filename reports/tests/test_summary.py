"""The sheet 汇总: one row an area one level below, whose figures add up to the total in the last row."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Area
from ledger.models import LedgerRow
from measures.models import ActionLog, SupportAction
from visits.models import Visit


def table(sheet):
    """Area -> header (both levels) -> value; the total under 合计."""
    groups, headers = None, []
    for column in range(1, sheet.max_column + 1):
        groups = sheet.cell(3, column).value or groups
        own = sheet.cell(4, column).value
        headers.append(f"{groups}|{own}" if own else groups)
    rows = {}
    for row in range(5, sheet.max_row + 1):
        values = [sheet.cell(row, column).value for column in range(1, sheet.max_column + 1)]
        rows[values[1] or values[0]] = dict(zip(headers, values, strict=True))
    return rows


@pytest.fixture
def visited(small_county, people):
    """Two visits of the window that count, a draft and a later one that do not."""
    for month, state in ((1, "approved"), (2, "submitted"), (3, "draft"), (7, "submitted")):
        Visit.objects.create(
            household=small_county["rich"],
            month=date(2022, month, 1),
            visited_on=date(2022, month, 9),
            visitor=people["cadre"],
            state=state,
        )


def test_townships_of_the_county(small_county, county, export):
    rows = table(export(county.code)["汇总"])
    assert list(rows) == ["银坊镇", "走马驿镇", "合计"]
    near, far, total = rows.values()
    assert [row["底数|建账户数"] for row in (near, far, total)] == [5, 1, 6]
    assert [row["底数|人口数"] for row in (near, far, total)] == [9, 4, 13]
    assert (total["底数|脱贫户户数"], total["底数|脱贫户人数"]) == (5, 9)
    assert (near["底数|脱贫不稳定户户数"], near["底数|脱贫不稳定户人数"]) == (1, 2)
    assert (far["底数|边缘易致贫户户数"], far["底数|边缘易致贫户人数"]) == (1, 4)
    assert (total["底数|监测对象未消除户数"], total["底数|监测对象未消除人数"]) == (2, 6)


def test_villages_of_a_township_with_and_without_households(small_county, township, export):
    Area.objects.create(code="130630101903", name="空村", level="village", parent=township)
    rows = table(export(township.code)["汇总"])
    assert list(rows) == ["柳沟村", "石坡村", "空村", "合计"]
    assert rows["空村"]["底数|建账户数"] == 0
    assert rows["空村"]["触发|预估人均纯收入"] is None


def test_every_count_adds_up_to_the_total(small_county, county, export):
    sheet = export(county.code)["汇总"]
    rows = table(sheet)
    *areas, total = rows.values()
    averages = {"触发|上年人均纯收入", "触发|预估人均纯收入", "触发|人均增减额", "触发|增减幅", "排查|走访率"}
    for header, value in list(total.items())[2:]:
        if header not in averages:
            assert (value or 0) == sum(area[header] or 0 for area in areas), header


def test_flags_and_averages_are_those_of_the_ledger(small_county, county, export):
    book = export(county.code)
    total = table(book["汇总"])["合计"]
    stored = LedgerRow.objects.all()
    names = ("收入下降", "低于监测标准", "低于全国脱贫人口平均", "转移性收入占比过高", "整户无劳力且收入较低")
    flags = ("income_falling", "below_monitoring_line", "below_average_line")
    for name, flag in zip(names, (*flags, "high_transfer_share", "no_labour_low_income"), strict=True):
        assert total[f"触发|{name}"] == stored.filter(**{flag: True}).count()
    assert total["触发|去重户数"] == stored.flagged().count()
    assert total["排查|缺月户数"] == stored.incomplete().count() == 1
    ledger = book["台账"]
    last = next(row for row in ledger.iter_rows(min_row=7) if row[0].value == "合计")
    assert total["触发|上年人均纯收入"] == last[11].value
    assert total["触发|预估人均纯收入"] == last[19].value
    assert total["触发|人均增减额"] == last[20].value
    falls = stored.filter(income_falling=True, change_rate__lte=-2000).count()
    assert total["触发|降幅20%及以上户数"] == falls
    assert total["触发|降幅不到20%户数"] == stored.filter(income_falling=True, change_rate__gt=-2000).count()


def test_visits_of_the_window_that_count(small_county, visited, township, export):
    row = table(export(township.code)["汇总"])["柳沟村"]
    assert (row["排查|应走访户次"], row["排查|已走访户次"]) == (36, 2)
    assert row["排查|走访率"] == 5.56


def test_measures_by_line_and_state(small_county, people, county, export):
    action = SupportAction.objects.get(household=small_county["fallen"], measure__line=2)
    for amount in ("100.25", "50"):
        ActionLog.objects.create(
            action=action, on=date(2022, 7, 1), state="done", amount=Decimal(amount), by=people["labour"]
        )
    SupportAction.objects.filter(household=small_county["next"], state="stopped").delete()
    total = table(export(county.code)["汇总"])["合计"]
    names = [f"外出务工就业|{each}" for each in ("户数", "人数", "件数", "金额")]
    assert [total[name] for name in names] == [2, 4, 2, 150.25]
    names = [f"资助惠民|{each}" for each in ("户数", "人数", "件数", "金额")]
    assert [total[name] for name in names] == [2, 3, 2, 0]
    states = [total[f"台账|{name}户数"] for name in ("已定措施", "措施待确认", "未定措施")]
    without = LedgerRow.objects.flagged().exclude(household__support_actions__isnull=False)
    assert states == [3, 0, without.count()]
    assert LedgerRow.objects.exclude(household__support_actions__isnull=False).count() > without.count() > 0
    assert total["成效|预计年增收（减支）"] == 4200.50
    assert total["成效|措施落实户数"] == 2
    assert (total["成效|风险点已消除"], total["成效|风险点未消除"]) == (2, 1)


def test_newly_monitored_since_the_window_began(small_county, county, export):
    for name, day in (("fallen", date(2021, 10, 1)), ("far", date(2021, 9, 30))):
        small_county[name].identified_on = day
        small_county[name].save()
    assert table(export(county.code)["汇总"])["合计"]["成效|新增监测户数"] == 1


def test_the_total_is_the_last_row_and_it_prints_on_a3(small_county, county, export):
    sheet = export(county.code)["汇总"]
    assert sheet.cell(sheet.max_row, 1).value == "合计"
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (8, "landscape")
    assert sheet.print_title_rows == "$3:$4"
    assert sheet.freeze_panes == "C5"


def test_now_is_a_day_given(small_county, county, export):
    """The printed day is the business day, whatever the clock says."""
    assert timezone.localdate() != date(2022, 7, 10)
    assert "填报时间：2022年7月10日" in {cell.value for cell in export(county.code)["汇总"][2]}
