"""The appendix workbook, read back: header, cells, totals, print layout."""

import zipfile
from datetime import date
from decimal import Decimal
from fractions import Fraction
from xml.etree import ElementTree

import openpyxl
import pytest

from ledger.models import LedgerRow
from ledger.services import rebuild_ledger
from reports.rowsheet import LONGEST_TEXT, clean
from reports.workbook import header_spans

# Domain §4, column by column: first level, second level, third level.
HEADER = [
    "序号",
    "基本情况|户主姓名",
    "基本情况|身份证号",
    "基本情况|户类型",
    "基本情况|家庭人口数",
    "基本情况|劳动力情况|普通及技能劳动力",
    "基本情况|劳动力情况|弱半劳动力",
    "基本情况|劳动力情况|是否整户无劳动力",
    "收入情况|2021年度|家庭纯收入",
    "收入情况|2021年度|人均纯收入",
    "收入情况|2022年度已采集9个月（2021.10—2022.06）|工资性收入",
    "收入情况|2022年度已采集9个月（2021.10—2022.06）|生产经营性收入",
    "收入情况|2022年度已采集9个月（2021.10—2022.06）|财产性收入",
    "收入情况|2022年度已采集9个月（2021.10—2022.06）|转移性收入",
    "收入情况|2022年度已采集9个月（2021.10—2022.06）|生产经营性支出",
    "收入情况|2022年度已采集9个月（2021.10—2022.06）|纯收入合计",
    "收入情况|2022年度预估|家庭纯收入（合计/9*12）",
    "收入情况|2022年度预估|人均纯收入",
    "收入情况|同比|人均增减额",
    "收入情况|同比|增减幅",
    "收入情况|转移性收入占比",
    "分析研判（符合打√）|收入下降",
    "分析研判（符合打√）|低于监测标准（7300元）",
    "分析研判（符合打√）|低于全国脱贫人口平均（12550元）",
    "分析研判（符合打√）|转移性收入占比过高",
    "分析研判（符合打√）|整户无劳力且收入较低",
    "分析研判（符合打√）|减收风险点",
    "分析研判（符合打√）|原因分析",
    "分析研判（符合打√）|预警等级/研判意见",
    "增收帮扶措施|产业收益分配",
    "增收帮扶措施|外出务工就业",
    "增收帮扶措施|小额信贷",
    "增收帮扶措施|资助惠民",
    "增收帮扶措施|扶志扶智",
    "增收帮扶措施|驻村及结对帮扶",
    "增收帮扶措施|预计年增收（减支）",
    "责任落实|牵头/责任单位",
    "责任落实|帮扶责任人",
    "责任落实|完成时限",
    "落实成效|措施是否落实",
    "落实成效|风险点是否消除",
    "落实成效|消除时间",
    "备注",
]
# fmt: off
MERGES = {
    "A4:A6", "B4:H4", "I4:U4", "V4:AC4", "AD4:AJ4", "AK4:AM4", "AN4:AP4", "AQ4:AQ6",
    "B5:B6", "C5:C6", "D5:D6", "E5:E6", "F5:H5", "I5:J5", "K5:P5", "Q5:R5",
    "S5:T5", "U5:U6", "V5:V6", "W5:W6", "X5:X6", "Y5:Y6", "Z5:Z6", "AA5:AA6",
    "AB5:AB6", "AC5:AC6", "AD5:AD6", "AE5:AE6", "AF5:AF6", "AG5:AG6", "AH5:AH6", "AI5:AI6",
    "AJ5:AJ6", "AK5:AK6", "AL5:AL6", "AM5:AM6", "AN5:AN6", "AO5:AO6", "AP5:AP6",
}
# fmt: on
MONEY = (9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 36)
PERCENT = (20, 21)
COUNTS = (1, 5, 6, 7)
FLAGS = (22, 23, 24, 25, 26)


def header_of(sheet, column):
    """The levels of a column's header, the way a reader sees them: from the cell that covers each."""
    levels = []
    for row in (4, 5, 6):
        cell = sheet.cell(row, column)
        for merged in sheet.merged_cells.ranges:
            if cell.coordinate in merged:
                cell = sheet.cell(merged.min_row, merged.min_col)
        if not levels or cell.coordinate != levels[-1][0]:
            levels.append((cell.coordinate, cell.value))
    return "|".join(text for _, text in levels)


def household_rows(sheet, columns=43):
    """Values of each household's row, 1-based as in domain §4 (places skipped)."""
    skip = columns - 43
    rows = {}
    row = 7
    while sheet.cell(row, 1).value != "合计":
        values = [sheet.cell(row, column).value for column in range(1, columns + 2)]
        rows[values[1 + skip]] = [None, values[0], *values[1 + skip :]]
        row += 1
    values = [sheet.cell(row, column).value for column in range(1, columns + 2)]
    return rows, [None, values[0], *values[1 + skip :]], row


def half_up(value):
    """Fen of exact yuan, half away from zero, by another way than the program's."""
    fen = abs(value) * 100
    whole = fen.numerator // fen.denominator
    whole += fen - whole >= Fraction(1, 2)
    return float(Decimal(whole if value >= 0 else -whole) / 100)


def test_header_of_a_village_is_the_appendix(small_county, village, export):
    sheet = export(village.code)["台账"]
    assert [header_of(sheet, column) for column in range(1, 44)] == HEADER
    top = {str(merged) for merged in sheet.merged_cells.ranges if 4 <= merged.min_row <= 6}
    assert top == MERGES
    assert sheet["A1"].value == "附件"
    assert sheet["A2"].value == "脱贫户及防贫监测对象增收帮扶台账"
    assert "A2:AQ2" in {str(merged) for merged in sheet.merged_cells.ranges}


def test_places_follow_the_number_above_a_village(small_county, township, county, export):
    for area, first in ((township, "汇总"), (county, "汇总")):
        book = export(area.code)
        assert book.sheetnames == [first, "台账"]
        headers = [header_of(book["台账"], column) for column in range(1, 46)]
        assert headers == [HEADER[0], "乡镇", "村", *HEADER[1:]]
    assert [book["台账"].cell(row, 2).value for row in (7, 11, 12)] == ["银坊镇", "银坊镇", "走马驿镇"]
    assert [book["台账"].cell(row, 3).value for row in (7, 11, 12)] == ["柳沟村", "石坡村", "河滩村"]


def test_a_village_has_no_summary(small_county, village, export):
    assert export(village.code).sheetnames == ["台账"]


def test_row_3_names_unit_window_day_and_units(small_county, village, township, county, export):
    def row_3(area):
        return [cell.value for cell in export(area.code)["台账"][3] if cell.value]

    unit, window, day, units = row_3(village)
    assert (window, day, units) == (
        "统计时段：2021年10月1日至2022年6月30日",
        "填报时间：2022年7月10日",
        "单位：户、人、元、%",
    )
    assert unit == "填报单位（盖章）：银坊镇柳沟村"
    assert row_3(township)[0] == "填报单位（盖章）：银坊镇"
    assert row_3(county)[0] == "填报单位（盖章）：涞源县"


def test_header_follows_the_policy(small_county, village, export):
    policy = LedgerRow.objects.first().policy
    policy.window_start, policy.window_months, policy.monitoring_line = date(2021, 12, 1), 6, Decimal("7000.50")
    policy.save()
    headers = [header_of(export(village.code)["台账"], column) for column in range(1, 44)]
    assert headers[10] == "收入情况|2022年度已采集6个月（2021.12—2022.05）|工资性收入"
    assert headers[16] == "收入情况|2022年度预估|家庭纯收入（合计/6*12）"
    assert headers[22] == "分析研判（符合打√）|低于监测标准（7000.50元）"


def test_rows_say_what_the_ledger_says(small_county, village, export):
    rows, _, _ = household_rows(export(village.code)["台账"])
    stored = {row.household.head_name: row for row in LedgerRow.objects.filter(village=village)}
    assert list(rows) == ["赵富", "钱落", "孙缺", "李亏"]
    assert len(stored) == 4
    for name, values in rows.items():
        row = stored[name]
        assert values[5:8] == [row.persons, row.workers, row.weak_workers]
        printed = [row.last_net, row.last_per_capita, row.wage, row.business, row.property, row.transfer]
        printed += [row.business_cost, row.net, row.estimate, row.per_capita, row.change]
        assert values[9:20] == [None if amount is None else float(amount) for amount in printed]
        rates = [row.change_rate, row.transfer_share]
        assert values[20:22] == [None if rate is None else rate / 100 for rate in rates]
        flags = [row.income_falling, row.below_monitoring_line, row.below_average_line]
        flags += [row.high_transfer_share, row.no_labour_low_income]
        assert values[22:27] == ["√" if flag else None for flag in flags]
        assert values[29] == row.get_warning_display()
        assert values[44] == f"{row.household.number}/2022"


def test_words_of_a_household_with_measures_and_risks(small_county, village, people, export):
    helper = people["helper"]
    small_county["broke"].helper = helper
    small_county["broke"].save()
    rows, _, _ = household_rows(export(village.code)["台账"])
    fallen, broke, rich = rows["钱落"], rows["李亏"], rows["赵富"]
    assert fallen[3].startswith("130630********")
    assert len(fallen[3]) == 18
    assert fallen[4] == "脱贫不稳定户（未消除）"
    assert rich[4] == "脱贫户"
    assert fallen[8] == "是"
    assert rich[8] == "否"
    assert fallen[27:29] == ["工资停发", "主劳力患病"]
    assert fallen[30:36] == [None, "村保洁岗（已完成）", None, "按户核低保（建议）", None, None]
    assert fallen[36] == 4200.50
    assert fallen[37].startswith("人社局、民政局/")
    assert fallen[37].endswith("银坊镇")
    assert fallen[39:43] == ["2022年9月", "进行中", "否", None]
    assert broke[36] is None, "a gain that nobody estimated is no 0"
    assert broke[38] == helper.name
    assert broke[39:43] == ["2022年8月", "是", "是", "2022年7月"]
    assert rich[30:43] == [None] * 13


def test_reasons_stand_in_the_remarks(small_county, village, export):
    LedgerRow.objects.filter(household=small_county["partial"]).update(missing_reason="四月新识别", remarks="待核")
    rows, _, _ = household_rows(export(village.code)["台账"])
    partial, broke = rows["孙缺"], rows["李亏"]
    assert partial[43].startswith("缺3个月（四月新识别）；上年收入不为正")
    assert partial[43].endswith("；待核")
    assert partial[10] == -500.00
    assert partial[20] is None
    assert broke[43].startswith("无上年数；无收入")
    assert broke[9:11] == [None, None]
    assert broke[19:22] == [None, None, None]
    assert "已走访" in rows["钱落"][43]
    assert rows["赵富"][43] is None


def test_blank_labour_leaves_the_question_open(small_county, village, export):
    small_county["fallen"].members.filter(relation="户主").update(labour="")
    rebuild_ledger(year=2022)
    rows, _, _ = household_rows(export(village.code)["台账"])
    assert rows["钱落"][8] is None
    assert "劳动技能未填1人" in rows["钱落"][43]


@pytest.mark.parametrize("area", ["130630101901", "130630101", "130630"])
def test_totals_in_exact_fractions(small_county, export, area):
    columns = 43 if len(area) == 12 else 45
    _, total, row = household_rows(export(area)["台账"], columns)
    stored = list(LedgerRow.objects.within(area))
    assert row == 7 + len(stored)
    assert total[2] == f"{len(stored)}户"

    def add(name):
        return sum((Fraction(getattr(each, name) or 0) for each in stored), Fraction(0))

    persons = add("persons")
    assert total[5:8] == [persons, add("workers"), add("weak_workers")]
    assert total[8] == sum(each.without_labour == each.persons for each in stored)
    assert total[9] == float(add("last_net"))
    last = half_up(add("last_net") / add("last_persons"))
    per_capita = half_up(add("estimate") / persons)
    assert total[10] == last
    assert total[18] == per_capita
    names = ("wage", "business", "property", "transfer", "business_cost", "net", "estimate")
    assert total[11:18] == [float(add(name)) for name in names]
    change = Fraction(str(per_capita)) - Fraction(str(last))
    assert total[19] == float(change)
    assert total[20] == half_up(change / Fraction(str(last)) * 100)
    gross = add("wage") + add("business") + add("property") + add("transfer")
    assert total[21] == half_up(add("transfer") / gross * 100)
    flags = ("income_falling", "below_monitoring_line", "below_average_line", "high_transfer_share")
    assert total[22:27] == [add(name) for name in (*flags, "no_labour_low_income")]
    assert total[36] == 4200.50
    assert total[43] == f"无上年数{sum(each.last_net is None for each in stored)}户"


def test_a_gain_nobody_estimated_is_no_zero_in_the_total(small_county, next_village, export):
    _, total, _ = household_rows(export(next_village.code)["台账"])
    assert total[36] is None


def test_totals_count_measures_and_outcomes(small_county, village, export):
    _, total, _ = household_rows(export(village.code)["台账"])
    assert total[30:36] == [0, 1, 0, 2, 0, 0]
    assert (total[40], total[41]) == ("是1、进行中1", "是1、否1")


def test_numbers_are_numbers_with_two_decimals(small_county, village, export):
    sheet = export(village.code)["台账"]
    _, _, total_row = household_rows(sheet)
    for row in range(7, total_row + 1):
        for column in (*MONEY, *PERCENT):
            cell = sheet.cell(row, column)
            assert cell.number_format == "0.00"
            assert cell.value is None or cell.data_type == "n"
        for column in COUNTS[1:]:
            assert sheet.cell(row, column).number_format == "0"
            assert sheet.cell(row, column).data_type == "n"
    for column in FLAGS:
        assert {sheet.cell(row, column).value for row in range(7, total_row)} <= {"√", None}


def test_the_foot_is_signed_and_proven(small_county, village, export):
    book = export(village.code)
    sheet = book["台账"]
    _, _, total_row = household_rows(sheet)
    signatures = [cell.value for cell in sheet[total_row + 1] if cell.value]
    assert signatures == [
        "填表人：",
        "驻村第一书记（签字）：",
        "村负责人（签字）：",
        "乡镇审核人：",
        "乡镇主要负责人（签字）：",
    ]
    line = sheet.cell(total_row + 2, 1).value
    for part in ("年度：2022", "政策版本：第1版", "户数：4", book.said["digest"], "生成时间：2022-07-10 "):
        assert part in line
    assert sheet.max_row == total_row + 2


def test_the_key_column_is_hidden_and_last(small_county, village, county, export):
    sheet = export(village.code)["台账"]
    assert sheet.max_column == 44
    assert sheet.column_dimensions["AR"].hidden
    assert not sheet.column_dimensions["AQ"].hidden
    sheet = export(county.code)["台账"]
    assert sheet.max_column == 46
    assert sheet.column_dimensions["AT"].hidden


def test_print_setup(small_county, village, county, export):
    sheet = export(village.code)["台账"]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (8, "landscape")
    assert sheet.print_title_rows == "$4:$6"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.freeze_panes == "C7"
    assert sheet.print_area.endswith("$A$1:$AQ$13")
    assert "&N" in sheet.oddFooter.center.text
    assert export(county.code)["台账"].freeze_panes == "E7"


def test_no_merged_cells_overlap(small_county, county, export):
    """Overlapping merges are what Excel offers to repair."""
    for sheet in export(county.code).worksheets:
        seen = set()
        for merged in sheet.merged_cells.ranges:
            cells = {(row, column) for row, column in merged.cells}
            assert seen.isdisjoint(cells), merged
            seen |= cells


@pytest.mark.parametrize("text", ["=1+1", "+86", "-5", "@sum", "=cmd|' /C calc'!A0", "{=1}", "http://example.org"])
def test_text_is_never_a_formula(small_county, village, export, text):
    LedgerRow.objects.filter(household=small_county["fallen"]).update(cause=text)
    sheet = export(village.code)["台账"]
    cell = sheet.cell(8, 28)
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("坏\x00字\x0b符\x1f\ufffe", "坏字符"),
        ("两行\r\n文字", "两行\n文字"),
        ("<r><t>假</t></r>", "＜r><t>假</t></r>"),
        ("<r>不闭合&</r>", "＜r>不闭合&</r>"),
        ("𠮷" * 20_000, None),
        ("长" * 40_000, None),
    ],
)
def test_any_text_leaves_a_whole_file(small_county, village, export, text, read):
    LedgerRow.objects.filter(household=small_county["fallen"]).update(cause=text.replace("\x00", ""))
    book = export(village.code)
    value = book["台账"].cell(8, 28).value
    if read is None:
        assert len(value.encode("utf-16-le")) // 2 <= LONGEST_TEXT
        assert value.endswith("全文见系统）")
    else:
        assert value == read
    with zipfile.ZipFile(book.file) as archive:
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))


def test_clean_strips_what_no_database_holds():
    assert clean("a\x00b\ud800c") == "abc"


def test_header_spans_leave_no_cell_uncovered():
    headers = [("a",), ("b", "c"), ("b", "d", "e"), ("b", "d", "f"), ("g", "h")]
    covered = [
        (row, column)
        for top, left, bottom, right, _ in header_spans(headers, 3)
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    ]
    assert sorted(covered) == [(row, column) for row in range(3) for column in range(5)]


def test_nothing_named_formula_or_shared_is_left(small_county, village, export):
    """Inline strings only: a shared table would need the memory that the mode saves."""
    with zipfile.ZipFile(export(village.code).file) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b't="inlineStr"' in sheet


def test_openpyxl_edits_it_and_writes_it_back(small_county, village, export, tmp_path):
    book = export(village.code)
    book["台账"].cell(7, 28).value = "改过"
    book.save(tmp_path / "back.xlsx")
    assert openpyxl.load_workbook(tmp_path / "back.xlsx")["台账"].cell(7, 28).value == "改过"


def test_rows_are_high_enough_for_their_words(small_county, village, export):
    """Not every program works heights out by itself; what does not fit would be cut in print."""
    LedgerRow.objects.filter(household=small_county["fallen"]).update(cause="因病住院自付过高" * 5)
    sheet = export(village.code)["台账"]
    plain, long = sheet.row_dimensions[7].height, sheet.row_dimensions[8].height
    assert plain == 16.5
    assert long >= 8 * 12, "forty characters in a column of five a line"
    LedgerRow.objects.filter(household=small_county["fallen"]).update(cause="长" * 3000)
    assert export(village.code)["台账"].row_dimensions[8].height <= 409


def test_columns_are_wide_enough_for_the_sums(small_county, village, export):
    narrow = export(village.code)["台账"].column_dimensions["Q"].width
    LedgerRow.objects.filter(household=small_county["rich"]).update(estimate=Decimal("80000000000.12"))
    assert export(village.code)["台账"].column_dimensions["Q"].width > narrow
