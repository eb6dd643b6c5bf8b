"""The bare thing that the county workbook is measured against: the same cells, written by XlsxWriter and nothing else.

The cells are read from a finished export before the clock starts, with the same few formats;
what is timed is opening a workbook in constant-memory mode, one call a cell, and closing it.
"""

from time import perf_counter

import openpyxl
import xlsxwriter

FORMATS = ("General", "0", "0.00")


def read_cells(path):
    """[(sheet name, rows of (value, number format))] of a finished workbook. Takes a while and some memory."""
    book = openpyxl.load_workbook(path, read_only=True)
    sheets = [
        (sheet.title, [[(cell.value, cell.number_format) for cell in row] for row in sheet.iter_rows()])
        for sheet in book.worksheets
    ]
    book.close()
    return sheets


def write_cells(sheets, path):
    """Write them again; returns seconds."""
    start = perf_counter()
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    style = {"font_name": "宋体", "font_size": 9, "border": 1, "valign": "vcenter"}
    formats = {code: book.add_format({**style, "num_format": code}) for code in FORMATS}
    for title, rows in sheets:
        sheet = book.add_worksheet(title)
        for row, cells in enumerate(rows):
            for column, (value, code) in enumerate(cells):
                if value is None:
                    sheet.write_blank(row, column, None, formats.get(code))
                elif isinstance(value, str):
                    sheet.write_string(row, column, value, formats.get(code))
                else:
                    sheet.write_number(row, column, value, formats.get(code))
    book.close()
    return perf_counter() - start
