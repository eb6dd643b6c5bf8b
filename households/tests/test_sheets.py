import stat
import struct
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
import xlsxwriter

from households import sheets
from households.sheets import SheetError, read_csv, read_sheet, write_rejected
from households.tests.workbooks import write_xls, write_xlsx

ROWS = [{"户编号": "01", "金额": 5}, {"户编号": "02", "金额": 6.5}]


@pytest.mark.parametrize("write", [write_xlsx, write_xls])
def test_header_on_row_three_and_numbers_of_the_sheet(tmp_path, write):
    path = write(tmp_path / "a.xlsx", ROWS, above=[["导出表"], ["2022 年"]])
    sheet = read_sheet(path)
    assert sheet.headers == ["户编号", "金额"]
    assert sheet.rows == [["01", 5.0], ["02", 6.5]]
    assert sheet.numbers == [4, 5]


def test_merged_titles_blank_rows_and_trailing_blanks(tmp_path):
    workbook = openpyxl.Workbook()
    page = workbook.active
    page["B2"] = "全国系统导出"
    page.merge_cells("B2:D2")
    page["B3"], page["C3"] = " 户编号 ", "务工时间（月）\n"
    page["B6"] = "01"
    page["B8"], page["C8"] = "  ", None
    page["B9"], page["C9"] = "02", datetime(2022, 1, 2)
    workbook.save(tmp_path / "a.xlsx")
    sheet = read_sheet(tmp_path / "a.xlsx")
    assert sheet.headers == ["", "户编号", "务工时间（月）"]
    assert sheet.numbers == [6, 9]
    assert sheet.rows[1] == ["", "02", date(2022, 1, 2)]


def test_the_first_sheet_is_read(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.append(["户编号"])
    workbook.create_sheet("前面", 0).append(["户编号", "新"])
    workbook.save(tmp_path / "a.xlsx")
    assert read_sheet(tmp_path / "a.xlsx").headers == ["户编号", "新"]


def test_no_header_and_a_header_twice(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", ROWS, above=[["x"]] * 10)
    with pytest.raises(SheetError, match="前 10 行里没有“户编号”"):
        read_sheet(path)
    path = write_xlsx(tmp_path / "b.xlsx", [], head=["户编号", "金额", "金额 "])
    with pytest.raises(SheetError, match="“金额”出现了两次"):
        read_sheet(path)


def test_formulas_and_excel_errors_are_named_where_they_stand(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    page = book.add_worksheet()
    page.write_row(0, 0, ["户编号", "金额"])
    page.write(1, 0, "01")
    # A formula that no program has computed yet is stored with the value 0.
    page.write_formula(1, 1, "=1+1")
    page.write(2, 0, "02")
    page.write_formula(2, 1, "=NA()", None, "#N/A")
    page.write_formula(9, 0, "=1/0")
    page.write(10, 0, "03")
    book.close()
    sheet = read_sheet(tmp_path / "a.xlsx")
    assert sheet.bad_cells == {(2, 1): sheets.FORMULA, (3, 1): sheets.FORMULA, (10, 0): sheets.FORMULA}
    assert sheet.numbers == [2, 3, 10, 11]


def test_an_error_value_is_not_an_empty_cell(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", [{"户编号": "01", "金额": "#N/A"}])
    with zipfile.ZipFile(path) as package:
        page = package.read("xl/worksheets/sheet1.xml")
    assert b't="e"' in page
    assert read_sheet(path).bad_cells == {(2, 1): sheets.EXCEL_ERROR}


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04nothing", sheets.XLS_SIGNATURE + b"\x00" * 600])
def test_files_that_are_no_workbook(tmp_path, content):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(SheetError, match=r"不是 Excel 工作簿|打不开"):
        read_sheet(path)


def test_a_zip_that_is_no_workbook(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("a.txt", "x")
    with pytest.raises(SheetError, match="不是 Excel 工作簿"):
        read_sheet(path)


def _replace_sheet(path, content, **kwargs):
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts["xl/worksheets/sheet1.xml"] = content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", ROWS)
    _replace_sheet(path, b" " * (50 * 1024 * 1024))
    assert path.stat().st_size < 200_000
    with pytest.raises(SheetError, match="大得不像一份表格"):
        read_sheet(path)


def test_a_zip_bomb_that_lies_about_its_size(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", ROWS)
    size = 50 * 1024 * 1024
    _replace_sheet(path, b" " * size)
    content = path.read_bytes().replace(struct.pack("<L", size), struct.pack("<L", 1000))
    path.write_bytes(content)
    with pytest.raises(SheetError, match="打不开"):
        read_sheet(path)


@pytest.mark.parametrize(("place", "message"), [("XFD2", "太宽"), ("B1048576", None), ("AB1048576", "太大")])
def test_a_far_cell_does_not_blow_up_the_reader(tmp_path, monkeypatch, place, message):
    monkeypatch.setattr(sheets, "MAX_CELLS", 28_000_000)
    workbook = openpyxl.Workbook()
    page = workbook.active
    page["A1"] = "户编号"
    page[place] = 1
    workbook.save(tmp_path / "a.xlsx")
    if message is None:
        assert read_sheet(tmp_path / "a.xlsx").headers == ["户编号"]
    else:
        with pytest.raises(SheetError, match=message):
            read_sheet(tmp_path / "a.xlsx")


def test_rejected_rows_are_whole_private_and_can_be_sent_again(tmp_path):
    rows = [{"户编号": "0012", "金额": "abc", "备": "=1+1"}, {"户编号": "02", "金额": 6, "备": ""}]
    sheet = read_sheet(write_xlsx(tmp_path / "a.xlsx", [row | {"备": row["备"].lstrip("=")} for row in rows]))
    sheet.rows[0][2] = "=1+1"
    out = tmp_path / "out.xlsx"
    out.write_bytes(b"old")
    out.chmod(0o644)
    assert write_rejected(out, sheet, {2: ["金额：“abc” 不是数字"]}) == 1
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    again = read_sheet(out)
    assert again.headers == ["户编号", "金额", "备", "错误"]
    assert again.rows == [["0012", "abc", "=1+1", "金额：“abc” 不是数字"]]
    assert again.bad_cells == {}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_as_excel_writes_it(tmp_path, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes("code,name\r\n130630,涞源县\r\n\r\n130630101,银坊镇\r\n".encode(encoding))
    sheet = read_csv(path, key_column="code")
    assert sheet.rows == [["130630", "涞源县"], ["130630101", "银坊镇"]]
    assert sheet.numbers == [2, 4]
