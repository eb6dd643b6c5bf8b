"""A worksheet that takes a whole row at once, and text that any spreadsheet program opens.

XlsxWriter's own calls take one cell each: for a county a million calls, most of whose time goes
into the calls. Here a row becomes the same XML in one piece. That leans on the inside of
XlsxWriter, whose version is pinned; a test compares the XML of both ways byte by byte.
"""

import re

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

# Excel's limit for a cell, in UTF-16 units.
LONGEST_TEXT = 32_767
CUT = "…（过长，全文见系统）"
# Characters that no XML file may hold.
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# What has to be escaped, or kept from being trimmed.
SPECIAL = re.compile(r"[&<>]|_x|^\s|\s\Z")


class RowSheet(Worksheet):
    """A worksheet in constant-memory mode; rows are written in order, by either way."""

    @staticmethod
    def row_style(columns):
        """What ``write_cells`` needs of (is in hundredths, format) by column; made once for many rows."""
        return [
            (f'<c r="{xl_col_to_name(index)}', f'" s="{cell_format._get_xf_index()}"', in_hundredths)
            for index, (in_hundredths, cell_format) in enumerate(columns)
        ]

    def write_cells(self, row, values, style, height):
        """Write the cells of one row from its first column on, ``height`` points high.

        ``None`` and "" are blank cells with their format. Text is text, never a formula. Numbers
        in hundredths (fen, hundredths of a percent) are written as yuan or percent.
        """
        self._check_dimensions(row, len(values) - 1)
        # Flushes the row before, if it was written cell by cell.
        self._write_single_row(row)
        number = row + 1
        cells = []
        for value, (reference, attributes, in_hundredths) in zip(values, style, strict=True):
            if value is None or value == "":
                cells.append(f"{reference}{number}{attributes}/>")
            elif type(value) is str:
                cells.append(f'{reference}{number}{attributes} t="inlineStr"><is>{self._text(value)}</is></c>')
            else:
                shown = value / 100 if in_hundredths else value
                cells.append(f"{reference}{number}{attributes}><v>{shown:.16G}</v></c>")
        self.fh.write(f'<row r="{number}" ht="{height}" customHeight="1">{"".join(cells)}</row>')

    def _text(self, text):
        text = clean(text)
        if not SPECIAL.search(text):
            return f"<t>{text}</t>"
        keep = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
        return f"<t{keep}>{self._escape_data(self._escape_control_characters(text))}</t>"


def clean(text):
    """Text that Excel opens without repair: no characters that XML forbids, not over Excel's limit."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if ILLEGAL.search(text):
        text = ILLEGAL.sub("", text)
    # XlsxWriter takes text that begins and ends with this tag for ready-made XML.
    if text.startswith("<r>"):
        text = f"＜{text[1:]}"
    if len(text) * 2 > LONGEST_TEXT and len(text.encode("utf-16-le")) > 2 * LONGEST_TEXT:
        text = text.encode("utf-16-le")[: 2 * (LONGEST_TEXT - len(CUT))].decode("utf-16-le", "ignore") + CUT
    return text
