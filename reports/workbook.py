"""Writing the appendix workbook with XlsxWriter, row by row, so that a county needs no more memory than a village.

In this mode a row is flushed when the next one begins, and cannot be written to again. A header
cell that reaches over several rows is therefore merged first, without writing a cell, and its
cells are written row by row.
"""

import tempfile
from collections import defaultdict
from itertools import groupby
from typing import NamedTuple

import xlsxwriter

from ledger.digest import FIELDS, canonical_line, digest
from reports import appendix, summary
from reports.appendix import COUNT, FLAG, HUNDREDTHS, MONEY, PERCENT, TEXT, WORD, Column
from reports.rowsheet import RowSheet, clean
from reports.tally import Tally

A3 = 8
# Rows count from 0 here: 附件, title, heading, three header rows, then the households.
TITLE_ROW, HEADING_ROW, HEADER_ROW, FIRST_ROW = 1, 2, 3, 6
HEADER_LEVELS = 3
# Points, in whole pixels of three quarters. Excel allows a row 409 at most.
FONT_SIZE, LINE_HEIGHT, ROW_PADDING, HIGHEST_ROW = 9, 12, 4.5, 408
# Excel measures a column in digits of 7 pixels; a digit or half a Chinese character of FONT_SIZE has 6.
PIXELS_OF_WIDTH, PIXELS_OF_DIGIT = 7, 6
WRAPPED = (TEXT, WORD)
# Hidden behind the last column: what names a row when the workbook comes back.
KEY = "key"
KEY_COLUMN = Column(("行键",), KEY, 24)


class Written(NamedTuple):
    """What a workbook holds: how many households, and the digest of their rows."""

    households: int
    digest: str


class Formats:
    """The cell formats of one workbook."""

    def __init__(self, book):
        self._book = book
        font = {"font_name": "宋体", "font_size": FONT_SIZE, "valign": "vcenter"}
        cell = {**font, "border": 1}
        self.note = book.add_format({**font, "font_size": 12})
        self.small = book.add_format(font)
        self.title = book.add_format({**font, "font_name": "黑体", "font_size": 22, "align": "center"})
        self.header = book.add_format({**cell, "bold": True, "align": "center", "text_wrap": True})
        self.data = self._by_kind(cell)
        self.total = self._by_kind({**cell, "bold": True})

    def _by_kind(self, style):
        add = self._book.add_format
        # Rather smaller digits than a row of ####.
        number = add({**style, "num_format": "0.00", "shrink": True})
        return {
            TEXT: add({**style, "text_wrap": True}),
            WORD: add({**style, "text_wrap": True, "align": "center"}),
            COUNT: add({**style, "num_format": "0", "shrink": True}),
            MONEY: number,
            PERCENT: number,
            FLAG: add({**style, "num_format": "0", "align": "center", "shrink": True}),
            KEY: self.small,
        }


def write_ledger(path, form, lines, beside):
    """Write the appendix of these lines to ``path``; returns ``Written``.

    ``lines`` is read once, in the order of the sheet. Nothing is left behind where it fails.
    """
    with tempfile.TemporaryDirectory(prefix="ledger-") as parts:
        book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": parts})
        book.set_properties(
            {"title": appendix.TITLE, "subject": form.unit, "author": form.unit, "created": form.made_at}
        )
        formats = Formats(book)
        overview = None if form.is_village else book.add_worksheet("汇总", RowSheet)
        sheet = book.add_worksheet("台账", RowSheet)
        total, tallies, written = _write_households(sheet, form, lines, beside, formats)
        if overview is not None:
            _write_summary(overview, form, total, tallies, formats)
        book.close()
    return written


def _write_households(sheet, form, lines, beside, formats):
    """The sheet 台账; returns (the total, tallies by code of the area one level below, ``Written``)."""
    columns = appendix.columns(form)
    _lay_out(sheet, form, columns)
    last = len(columns) - 1
    _write_top(sheet, form, last, formats)
    _write_header(sheet, HEADER_ROW, HEADER_LEVELS, [column.header for column in columns], formats.header)
    sheet.write_string(FIRST_ROW - 1, last + 1, KEY_COLUMN.header[0], formats.small)
    total, tallies, canonical = Tally(), defaultdict(Tally), []
    # A township's code is the first 9 digits of its villages' codes.
    digits = 9 if form.level == "county" else 12
    style = _style([*columns, KEY_COLUMN], formats.data)
    fits = _fits(columns)
    row = FIRST_ROW
    for area, here in groupby(lines, key=lambda line: line.village[:digits]):
        tally = tallies[area]
        for line in here:
            cells = appendix.line_cells(row - FIRST_ROW + 1, line, beside, form)
            sheet.write_cells(row, [*cells, appendix.row_key(line)], style, _height(cells, fits))
            canonical.append(canonical_line(line[: len(FIELDS)]))
            tally.add(line, beside)
            if not form.is_village:
                tally.add_register(line, beside, form.policy)
            row += 1
    for tally in tallies.values():
        total.update(tally)
    written = Written(row - FIRST_ROW, digest(canonical))
    totals = appendix.total_cells(total, form)
    sheet.write_cells(row, totals, _style(columns, formats.total), max(_height(totals, fits), 24))
    _widen(sheet, columns, totals)
    _write_foot(sheet, row + 1, form, written, last, formats)
    sheet.print_area(0, 0, row + 2, last)
    return total, tallies, written


def _write_summary(sheet, form, total, tallies, formats):
    """The sheet 汇总: every area one level below, with or without households, then the total as the last row."""
    listed = summary.figures(form.policy)
    columns = [Column(("序号",), COUNT, 4.5), Column((summary.place_header(form),), TEXT, 8.5)]
    columns += [Column(figure.header, figure.kind, 8.4 if figure.kind == MONEY else 5.6) for figure in listed]
    headers = [column.header for column in columns]
    last = len(columns) - 1
    # Twice as many columns as a page takes: two pages wide, with the areas' names on both.
    _set_page(sheet, columns, pages_wide=2, repeat=(2, 3), freeze=(4, 2))
    sheet.repeat_columns(0, 1)
    sheet.set_row(0, 40)
    sheet.set_row(1, 22)
    sheet.set_row(2, 20)
    sheet.set_row(3, 66)
    # Within the first page: across both it would be cut in two.
    middle = last // 2 - 2
    _write_across(sheet, 0, [(0, middle, summary.TITLE)], formats.title)
    _write_heading(sheet, 1, form, middle, formats)
    _write_header(sheet, 2, 2, headers, formats.header)
    style = _style(columns, formats.data)
    for position, (code, name) in enumerate(form.areas, start=1):
        sheet.write_cells(3 + position, summary.summary_cells(position, name, tallies[code], listed), style, 18)
    row = 4 + len(form.areas)
    totals = summary.summary_cells("合计", None, total, listed)
    sheet.write_cells(row, totals, _style(columns, formats.total), 24)
    _widen(sheet, columns, totals)
    sheet.print_area(0, 0, row, last)


def _lay_out(sheet, form, columns):
    freeze = (FIRST_ROW, 2 if form.is_village else 4)
    _set_page(sheet, columns, pages_wide=1, repeat=(HEADER_ROW, FIRST_ROW - 1), freeze=freeze)
    sheet.set_column(len(columns), len(columns), KEY_COLUMN.width, None, {"hidden": True})
    sheet.set_row(0, 18)
    sheet.set_row(TITLE_ROW, 40)
    sheet.set_row(HEADING_ROW, 22)
    sheet.set_row(HEADER_ROW, 20)
    sheet.set_row(HEADER_ROW + 1, 28)
    sheet.set_row(HEADER_ROW + 2, 88)


def _set_page(sheet, columns, *, pages_wide, repeat, freeze):
    sheet.set_paper(A3)
    sheet.set_landscape()
    sheet.fit_to_pages(pages_wide, 0)
    sheet.set_margins(left=0.3, right=0.3, top=0.45, bottom=0.5)
    sheet.center_horizontally()
    sheet.set_footer("&C第 &P 页，共 &N 页")
    sheet.repeat_rows(*repeat)
    sheet.freeze_panes(*freeze)
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width)


def _write_top(sheet, form, last, formats):
    sheet.write_string(0, 0, "附件", formats.note)
    _write_across(sheet, TITLE_ROW, [(0, last, appendix.TITLE)], formats.title)
    _write_heading(sheet, HEADING_ROW, form, last, formats)


def _write_heading(sheet, row, form, last, formats):
    """Four texts across the width, the first and longest over the most columns."""
    bounds = (0, last * 2 // 5, last * 13 // 20, last * 17 // 20, last + 1)
    _write_across(
        sheet,
        row,
        [(bounds[k], bounds[k + 1] - 1, text) for k, text in enumerate(appendix.heading(form))],
        formats.note,
    )


def _write_foot(sheet, row, form, written, last, formats):
    """The signatures, a little higher to write in, and the line with the digest."""
    sheet.set_row(row, 40)
    count = len(appendix.SIGNATURES)
    bounds = [(last + 1) * k // count for k in range(count + 1)]
    _write_across(
        sheet,
        row,
        [(bounds[k], bounds[k + 1] - 1, text) for k, text in enumerate(appendix.SIGNATURES)],
        formats.note,
    )
    text = appendix.digest_text(form, written.households, written.digest)
    sheet.set_row(row + 1, 18)
    _write_across(sheet, row + 1, [(0, last, text)], formats.small)


def _write_across(sheet, row, spans, style):
    """Texts over merged cells of one row: ``spans`` are (first column, last column, text)."""
    for first, last, text in spans:
        sheet.merge_range(row, first, row, last, "", style)
        sheet.write_string(row, first, clean(text), style)


def _write_header(sheet, first_row, levels, headers, style):
    """Header cells: a text stands in the first cell of its span, the rest is blank with its border."""
    spans = header_spans(headers, levels)
    for row, column, last_row, last_column, _ in spans:
        if (row, column) != (last_row, last_column):
            # Without a format nothing is written, so no row is flushed.
            sheet.merge_range(first_row + row, column, first_row + last_row, last_column, "")
    texts = {(row, column): text for row, column, _, _, text in spans}
    for row in range(levels):
        for column in range(len(headers)):
            text = texts.get((row, column))
            if text is None:
                sheet.write_blank(first_row + row, column, None, style)
            else:
                sheet.write_string(first_row + row, column, text, style)


def header_spans(headers, levels):
    """(row, column, last row, last column, text) of every header cell; rows and columns from 0.

    A column's header names its levels from the first down; neighbours that share them share the
    cell, and its own, lowest name reaches down to the last row.
    """
    spans = []
    for level in range(levels):
        keyed = [(header[: level + 1] if len(header) > level else None, header) for header in headers]
        column = 0
        for (prefix, header), group in groupby(keyed, key=lambda pair: (pair[0], _own(pair, level))):
            width = len(list(group))
            if prefix is not None:
                last_row = levels - 1 if header is not None else level
                spans.append((level, column, last_row, column + width - 1, prefix[-1]))
            column += width
    return spans


def _own(pair, level):
    """The header itself where this level is its lowest, so that it is never joined to a neighbour's."""
    header = pair[1]
    return header if len(header) == level + 1 else None


def _style(columns, formats):
    return RowSheet.row_style([(column.kind in HUNDREDTHS, formats[column.kind]) for column in columns])


def _fits(columns):
    """By column, how many digits (or half Chinese characters) a line of its text takes; 0 where it never wraps."""
    return [
        int(column.width * PIXELS_OF_WIDTH / PIXELS_OF_DIGIT) if column.kind in WRAPPED else 0 for column in columns
    ]


def _height(values, fits):
    """Points that the longest text of a row needs: programs that open the file do not all work it out."""
    most = 1
    for value, fit in zip(values, fits, strict=True):
        if fit and type(value) is str and len(value) * 2 > fit:
            # A Chinese character has two bytes in this encoding and is two digits wide.
            lines = sum(-(-len(part.encode("gb18030", "replace")) // fit) or 1 for part in value.split("\n"))
            most = max(most, lines)
    return min(most * LINE_HEIGHT + ROW_PADDING, HIGHEST_ROW)


def _widen(sheet, columns, totals):
    """Make room for the largest sums; columns are written last, so this may come after the rows."""
    for index, (column, value) in enumerate(zip(columns, totals, strict=True)):
        if column.kind == MONEY and value is not None:
            digits = len(f"{value / 100:.2f}")
            # Bold, with some air on both sides.
            width = (digits * PIXELS_OF_DIGIT * 1.1 + 4) / PIXELS_OF_WIDTH
            sheet.set_column(index, index, max(column.width, round(width, 1)))
