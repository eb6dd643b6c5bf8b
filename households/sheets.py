"""Reading and writing the workbooks that people send: .xlsx and .xls.

What comes out of ``read_sheet`` is plain: headers, rows, and the number each row has on the sheet.
What no cell value can tell (a formula, an Excel error, a workbook made to exhaust memory) is
found in the file itself before the reader opens it.
"""

import csv
import os
import re
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree

import xlsxwriter
from python_calamine import CalamineWorkbook, PasswordError
from tablib import Dataset

from households.widgets import header_key, shown

HEADER_ROWS = 10
KEY_COLUMN = "户编号"
ERROR_COLUMN = "错误"

# A roster of 60,000 persons unpacks to some 80 MB; a packed file beyond these limits is no register.
MAX_UNPACKED_BYTES = 600 * 1024 * 1024
MAX_RATIO = 200
# Small parts may shrink more than that and harm nobody.
RATIO_MATTERS_FROM = 20 * 1024 * 1024
MAX_PARTS = 5_000
MAX_CSV_BYTES = 20 * 1024 * 1024
# The reader holds the whole rectangle between the outermost cells, some 32 bytes a cell.
MAX_CELLS = 30_000_000
CHUNK = 1 << 20

XLS_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"

# A cell with content beyond column CZ or row 99999; an empty, formatted one ends in "/>".
FAR_CELL = re.compile(rb'<c r="(?:([D-Z][A-Z]|[A-Z]{3})\d+|[A-Z]+(\d{6,}))"[^>]*(?<!/)>')
TWO_LETTER_CELL = re.compile(rb'<c r="[A-C][A-Z]\d+"[^>]*(?<!/)>')
FORMULA_CELL = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]*(?<!/)>\s*<f[ >/]')
ERROR_CELL = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]*\bt="e"[^>]*>')
NARROW_COLUMNS, WIDE_COLUMNS, NEAR_ROWS = 26, 104, 99_999

FORMULA = "是公式，请复制后“选择性粘贴—数值”再导入"
EXCEL_ERROR = "是 Excel 错误值，请改成实际内容"


class SheetError(Exception):
    """Why a file cannot be read at all, in words for the person who sent it."""


@dataclass
class Sheet:
    """The first sheet of a workbook, from its header row on."""

    headers: list
    # Lists of cell values, each as long as ``headers``; empty rows are left out.
    rows: list
    # The row number on the sheet of each of ``rows``.
    numbers: list
    # (row number, column index) -> why its value must not be believed.
    bad_cells: dict = field(default_factory=dict)

    def dataset(self):
        """The sheet as the ``tablib.Dataset`` that import resources take."""
        return Dataset(*self.rows, headers=self.headers)


def read_csv(path, *, key_column):
    """A table of comma-separated text at ``path``, in UTF-8 or the GB18030 that Chinese Excel writes."""
    content = Path(path).read_bytes()
    if len(content) > MAX_CSV_BYTES:
        raise SheetError(f"文件超过 {MAX_CSV_BYTES // (1024 * 1024)} MB，请拆成几个文件。")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            break
    else:
        raise SheetError("不是 CSV 文本文件。请在 Excel 中另存为“CSV UTF-8”后再导入。")
    try:
        rows = list(csv.reader(text.splitlines(), strict=True))
    except csv.Error as error:
        raise SheetError("CSV 格式不对（引号不成对）。请在 Excel 中另存为“CSV UTF-8”后再导入。") from error
    return _below_header(rows, {}, key_column)


def read_sheet(path, *, key_column=KEY_COLUMN):
    """The first sheet of the workbook at ``path``. ``SheetError`` says why it cannot be read.

    The header is the first of the top ten rows that holds ``key_column``. Row numbers are those
    of the sheet, whatever stands above the header. Formula cells of an .xlsx are ``bad_cells``:
    a program that never computed one may have stored 0 as its value. In an .xls, which hardly
    anything but Excel writes, the stored result is read.
    """
    path = Path(path)
    with path.open("rb") as file:
        start = file.read(8)
    if start[:4] == b"PK\x03\x04":
        bad_cells = _inspect_package(path)
    elif start == XLS_SIGNATURE:
        bad_cells = {}
    else:
        raise SheetError("不是 Excel 工作簿。请在 Excel 中另存为 .xlsx 或 .xls 后再导入。")
    return _below_header(_open(path), bad_cells, key_column)


def _open(path):
    """All cells of the first sheet. The kind of workbook is told by its content: many an .xls is named .xlsx."""
    try:
        with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as workbook:
            return workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (KeyboardInterrupt, SystemExit):
        raise
    except PasswordError as error:
        raise SheetError("工作簿加了密码。请去掉密码后再导入。") from error
    # The reader is Rust: on a damaged file it may panic, which Python sees as a bare BaseException.
    except BaseException as error:
        raise SheetError("工作簿打不开，文件可能已损坏。请在 Excel 中另存一份再导入。") from error


def _below_header(rows, bad_cells, key_column):
    tops = [[header_key(cell) for cell in row] for row in rows[:HEADER_ROWS]]
    index = next((index for index, keys in enumerate(tops) if key_column in keys), None)
    if index is None:
        raise SheetError(f"前 {HEADER_ROWS} 行里没有“{key_column}”这一列。请检查表头，列名要写“{key_column}”。")
    keys = tops[index]
    while not keys[-1]:
        keys.pop()
    width = len(keys)
    headers = [" ".join(shown(cell).split()) for cell in rows[index][:width]]
    twice = [key for key, count in Counter(keys).items() if key and count > 1]
    if twice:
        raise SheetError(f"表头中“{'”“'.join(twice)}”出现了两次，请只留一列。")
    bad_rows = {number for number, column in bad_cells if number > index + 1 and column < width}
    height = max([len(rows), *bad_rows])
    kept, numbers = [], []
    for offset in range(index + 1, height):
        number = offset + 1
        row = rows[offset] if offset < len(rows) else []
        if len(row) > width:
            row = row[:width]
        if number in bad_rows or any(cell != "" and (type(cell) is not str or cell.strip()) for cell in row):
            row.extend([""] * (width - len(row)))
            kept.append(row)
            numbers.append(number)
    return Sheet(headers, kept, numbers, {place: why for place, why in bad_cells.items() if place[0] in bad_rows})


def _inspect_package(path):
    """Refuse an .xlsx that would exhaust memory; return its formula and error cells on the first sheet.

    Every part that the reader will open is unpacked here once, in pieces. Python checks each
    part against the size and checksum that its entry states, so that an entry cannot lie.
    """
    try:
        with zipfile.ZipFile(path) as package:
            _check_sizes(package)
            names = set(package.namelist())
            if "xl/workbook.xml" not in names:
                raise SheetError("不是 Excel 工作簿。请在 Excel 中另存为 .xlsx 或 .xls 后再导入。")
            first = _first_sheet(package, names)
            for name in names:
                if name != first and name.endswith((".xml", ".rels")) and not name.startswith("xl/worksheets/"):
                    _unpack(package, name)
            return _scan_cells(package, first)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ElementTree.ParseError, KeyError, EOFError) as error:
        raise SheetError("工作簿打不开，文件可能已损坏。请在 Excel 中另存一份再导入。") from error
    # What ``zipfile`` raises for a password and for a compression that it does not know.
    except (RuntimeError, NotImplementedError) as error:
        raise SheetError("工作簿加了密码或用了不支持的压缩方式。请在 Excel 中另存一份再导入。") from error


def _check_sizes(package):
    parts = package.infolist()
    unpacked = sum(part.file_size for part in parts)
    swollen = any(
        part.file_size > RATIO_MATTERS_FROM and part.file_size > MAX_RATIO * max(part.compress_size, 1)
        for part in parts
    )
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED_BYTES or swollen:
        raise SheetError(
            f"文件解压后有 {unpacked // (1024 * 1024)} MB，大得不像一份表格，没有打开。"
            "请只保留数据所在的工作表，另存后再导入。"
        )


def _first_sheet(package, names):
    """Path inside the package of the sheet that comes first."""
    workbook = ElementTree.fromstring(_small_part(package, "xl/workbook.xml"))
    sheet = workbook.find(f"{SPREADSHEET}sheets/{SPREADSHEET}sheet")
    if sheet is None:
        raise SheetError("工作簿里没有工作表。")
    relations = ElementTree.fromstring(_small_part(package, "xl/_rels/workbook.xml.rels"))
    wanted = sheet.get(f"{RELATIONS}id")
    target = next(relation.get("Target") for relation in relations if relation.get("Id") == wanted)
    name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    if name not in names:
        raise KeyError(name)
    return name


def _small_part(package, name):
    """A part that lists things; one with a document type could make the parser expand entities."""
    if package.getinfo(name).file_size > RATIO_MATTERS_FROM:
        raise KeyError(name)
    content = package.read(name)
    if b"<!DOCTYPE" in content:
        raise KeyError(name)
    return content


def _unpack(package, name):
    with package.open(name) as part:
        while part.read(CHUNK):
            pass


def _scan_cells(package, name):
    """Formula and error cells of a sheet, as ``{(row number, column index): why}``; checks its extent."""
    bad_cells, far_row, columns, tail = {}, NEAR_ROWS, NARROW_COLUMNS, b""
    with package.open(name) as part:
        while chunk := part.read(CHUNK):
            # A piece ends where a cell begins, so that no cell is cut.
            text = tail + chunk
            cut = text.rfind(b"<c ")
            text, tail = (text[:cut], text[cut:]) if cut > 0 else (text, b"")
            far_row, columns = _extent(text, far_row, columns)
            _collect_bad(text, bad_cells)
    far_row, columns = _extent(tail, far_row, columns)
    _collect_bad(tail, bad_cells)
    if far_row * columns > MAX_CELLS:
        raise SheetError(f"表格一直延伸到第 {far_row} 行，太大了。请删去数据以外的内容，或拆成几个文件。")
    return bad_cells


def _extent(text, far_row, columns):
    for cell in FAR_CELL.finditer(text):
        if cell[1]:
            raise SheetError(f"表格延伸到 {cell[1].decode()} 列，太宽了。请删去数据以外的列后再导入。")
        far_row = max(far_row, int(cell[2]))
    if columns == NARROW_COLUMNS and TWO_LETTER_CELL.search(text):
        columns = WIDE_COLUMNS
    return far_row, columns


def _collect_bad(text, bad_cells):
    if b't="e"' in text:
        for cell in ERROR_CELL.finditer(text):
            bad_cells[int(cell[2]), _column_index(cell[1])] = EXCEL_ERROR
    if b"<f" in text:
        for cell in FORMULA_CELL.finditer(text):
            bad_cells[int(cell[2]), _column_index(cell[1])] = FORMULA


def _column_index(letters):
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


def write_rejected(path, sheet, errors):
    """The rows of ``sheet`` that have errors, whole and unmasked, with the column 错误; private to the file's owner.

    ``errors`` maps a row number to its messages. Returns how many rows were written.
    """
    rejected = [
        [*row, "；".join(errors[number])]
        for number, row in zip(sheet.numbers, sheet.rows, strict=True)
        if number in errors
    ]
    write_table(path, [*sheet.headers, ERROR_COLUMN], rejected)
    return len(rejected)


def write_table(path, headers, rows, *, notes=()):
    """A plain workbook at ``path``, readable by its owner alone. Text stays text: nothing becomes a formula.

    ``notes`` are lines for a second sheet 说明.
    """
    # Made before it is filled, so that it is private from its first byte.
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    os.chmod(path, 0o600)
    workbook = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
    worksheet = workbook.add_worksheet("数据")
    bold, text = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "@"})
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    worksheet.set_column(0, max(len(headers) - 1, 0), 16, text)
    worksheet.freeze_panes(1, 0)
    for column, header in enumerate(headers):
        worksheet.write_string(0, column, header, bold)
    for line, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, (datetime, date)):
                worksheet.write_datetime(line, column, cell, day)
            elif type(cell) is float and not cell.is_integer():
                worksheet.write_number(line, column, cell)
            elif cell != "":
                worksheet.write_string(line, column, shown(cell), text)
    if notes:
        page = workbook.add_worksheet("说明")
        page.set_column(0, 0, 100)
        for line, note in enumerate(notes):
            page.write_string(line, 0, note)
    workbook.close()
