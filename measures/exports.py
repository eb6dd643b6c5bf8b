"""The list of measures as a workbook. It holds no ID number and no phone."""

import xlsxwriter

from accounts.services import record_event
from measures.models import SupportAction

CHUNK = 2_000
COLUMNS = [
    ("乡镇", 14),
    ("村", 14),
    ("户编号", 20),
    ("户主", 12),
    ("措施线", 16),
    ("措施", 22),
    ("牵头部门", 14),
    ("状态", 10),
    ("完成时限", 12),
    ("理由", 70),
]
FIELDS = (
    "household__village__parent__name",
    "household__village__name",
    "household__number",
    "household__head_name",
    "measure__line__name",
    "measure__name",
    "department__name",
    "state",
    "due_on",
    "reason",
)
ORDER = ("household__village_id", "household__number", "measure__line", "measure__order")
STATE, DUE_ON = FIELDS.index("state"), FIELDS.index("due_on")


def file_name(day):
    """What the workbook is called."""
    return f"帮扶措施-{day:%Y%m%d}.xlsx"


def export_actions(output, chosen, *, user, day, progress=None):
    """Write the measures that the filters choose, and put it on the audit trail; returns how many."""
    title = f"帮扶措施（{chosen.policy.year} 年度，{day:%Y-%m-%d} 导出）"
    written = write_actions(output, chosen.qs, title=title, progress=progress)
    record_event(user=user, action="导出帮扶措施", subject=f"{written} 项", detail={"filters": chosen.values()})
    return written


def write_actions(output, actions, *, title, progress=None):
    """Write the measures to a file by village, household and line, one row each; returns how many.

    ``progress(done)`` is called from time to time.
    """
    book = xlsxwriter.Workbook(
        output, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    head = book.add_format({"bold": True, "bg_color": "#f4f1ea", "border": 1, "valign": "vcenter"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("帮扶措施")
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    sheet.freeze_panes(2, 4)
    sheet.write_string(0, 0, title)
    for column, (label, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(1, column, label, head)
    line = 1
    for line, values in enumerate(actions.order_by(*ORDER).values_list(*FIELDS).iterator(chunk_size=CHUNK), start=2):
        if progress and line % CHUNK == 0:
            progress(line)
        for column, value in enumerate(values):
            if column == DUE_ON:
                sheet.write_datetime(line, column, value, day)
            else:
                sheet.write_string(line, column, SupportAction.State(value).label if column == STATE else value or "")
    book.close()
    return line - 1
