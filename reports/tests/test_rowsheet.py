"""Rows written at once are, byte by byte, what XlsxWriter writes cell by cell."""

import zipfile

import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from reports.rowsheet import RowSheet

ROWS = [
    ["李一", None, 3, 1253333, "", "√"],
    ["=1+1", "a & b < c > d", 0, -1, " 前后有空格 ", "换\n行"],
    ["_x0041_", 'quote "x"', 20_000, 80_000_000_012, "\t制表", "_xyz_"],
    ["𠮷", "末尾换行\n", -5, 0, "0012", "<r>假</r>x"],
]
HEIGHTS = [15.75, 28.5, 40.5, 408]


def parts(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != "docProps/core.xml"}


def write(path, worksheet_class, body):
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("台账", worksheet_class)
    note = book.add_format({"bold": True})
    formats = [book.add_format({"num_format": code, "border": 1}) for code in ("General", "0", "0.00")]
    sheet.write_string(0, 0, "题", note)
    columns = [(index == 3, formats[min(index, 2)]) for index in range(6)]
    # Formats are numbered when first asked for; here, for both ways.
    body(sheet, columns, RowSheet.row_style(columns))
    sheet.write_string(len(ROWS) + 1, 2, "末行", note)
    book.close()
    return parts(path)


def cell_by_cell(sheet, columns, style):
    for row, (values, height) in enumerate(zip(ROWS, HEIGHTS, strict=True), start=1):
        sheet.set_row(row, height)
        for column, (value, (in_hundredths, cell_format)) in enumerate(zip(values, columns, strict=True)):
            if value is None or value == "":
                sheet.write_blank(row, column, None, cell_format)
            elif isinstance(value, str):
                sheet.write_string(row, column, value.replace("<r>", "＜r>"), cell_format)
            else:
                sheet.write_number(row, column, value / 100 if in_hundredths else value, cell_format)


def at_once(sheet, columns, style):
    for row, (values, height) in enumerate(zip(ROWS, HEIGHTS, strict=True), start=1):
        sheet.write_cells(row, values, style, height)


def test_the_same_file_in_either_way(tmp_path):
    plain = write(tmp_path / "plain.xlsx", Worksheet, cell_by_cell)
    quick = write(tmp_path / "quick.xlsx", RowSheet, at_once)
    assert plain.keys() == quick.keys()
    for name in plain:
        assert plain[name].decode() == quick[name].decode(), name


def test_a_row_too_short_or_long_is_refused(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "x.xlsx"), {"constant_memory": True})
    sheet = book.add_worksheet("台账", RowSheet)
    style = sheet.row_style([(False, book.add_format())] * 2)
    with pytest.raises(ValueError, match="zip"):
        sheet.write_cells(0, ["一"], style, 16)
    book.close()
