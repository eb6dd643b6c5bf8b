"""The list of households as a workbook. It never holds an ID number. Who may have which phone is decided here."""

import xlsxwriter
from django.db import transaction

from accounts.models import User
from accounts.services import record_event
from households import identity
from households.choices import Kind, MonitorKind
from households.filters import ROW, in_order
from ledger.calc import FLAGS
from ledger.models import WARNING_LABELS, RiskPoint

CHUNK = 2000
OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
ROW_FIGURES = ("persons", "last_per_capita", "per_capita", "change_rate", "transfer_share", "months_missing", "warning")
COLUMNS = [
    ("户编号", 20),
    ("乡镇", 14),
    ("村", 14),
    ("户主", 12),
    ("户类型", 12),
    ("监测对象类别", 16),
    ("风险是否已消除", 10),
    ("人口（人）", 8),
    ("上年人均（元）", 14),
    ("预估人均（元）", 14),
    ("增减幅（%）", 12),
    ("转移占比（%）", 12),
    *[(label, 10) for label in RiskPoint.Kind.labels],
    ("缺月（月）", 8),
    ("预警", 8),
    ("帮扶责任人", 12),
]
PHONE = ("户联系电话", 16)


# A list longer than this takes more than two seconds to write, and is made by a job.
LONG = 3000


def export_households(output, households, *, user, policy, day, sort="", filters=None, is_search=False, progress=None):
    """Write the chosen households in order to a file, put it on record, and return how many they were.

    ``filters`` are those of the address; the words of a search may be a name or an ID number, and
    stay out of the trail.
    """
    title = f"户名单（{policy.year} 年度，{day:%Y-%m-%d} 导出，金额单位：元）"
    written = _write_workbook(output, in_order(households, sort), title, _phones(user), progress)
    with transaction.atomic():
        record_event(
            user=user,
            action="导出户名单",
            subject=f"{written} 户",
            detail={"filters": filters or {}, "is_search": is_search},
        )
    return written


def file_name(day):
    return f"户名单-{day:%Y%m%d}.xlsx"


def _phones(user):
    """How phone numbers appear: in full to those who call, masked to the county, not at all to others."""
    callers = (User.Role.VILLAGE, User.Role.HELPER, User.Role.TOWNSHIP)
    if user.has_role(*callers):
        return "full"
    return "masked" if user.has_role(User.Role.COUNTY) else ""


def _write_workbook(output, households, title, phones, progress):
    columns = [*COLUMNS, PHONE] if phones else COLUMNS
    book = xlsxwriter.Workbook(output, OPTIONS)
    head = book.add_format({"bold": True, "bg_color": "#f4f1ea", "border": 1, "text_wrap": True, "valign": "vcenter"})
    money = book.add_format({"num_format": "#,##0.00"})
    sheet = book.add_worksheet("户名单")
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    sheet.freeze_panes(2, 4)
    for index, (_, width) in enumerate(columns):
        sheet.set_column(index, index, width)
    sheet.write_string(0, 0, title)
    for index, (label, _) in enumerate(columns):
        sheet.write_string(1, index, label, head)
    total = households.count() if progress else 0
    written = 0
    for written, values in enumerate(_read(households), start=1):
        _write(sheet, written + 1, values, money, phones)
        if progress and written % CHUNK == 0:
            progress(min(written, total), total, "写入户名单")
    book.close()
    return written


def _read(households):
    names = (
        "number", "village__parent__name", "village__name", "head_name", "kind", "monitor_kind", "risk_eliminated",
        *(f"{ROW}__{name}" for name in (*ROW_FIGURES, *FLAGS)), "helper__name", "helper_name", "phone",
    )  # fmt: skip
    plain = [name.removeprefix(f"{ROW}__") for name in names]
    for values in households.values_list(*names).iterator(chunk_size=CHUNK):
        yield dict(zip(plain, values, strict=True))


def _write(sheet, line, values, money, phones):
    monitored = values["monitor_kind"] != MonitorKind.NONE
    words = [
        values["number"],
        values["village__parent__name"] or "",
        values["village__name"],
        values["head_name"],
        Kind(values["kind"]).label,
        MonitorKind(values["monitor_kind"]).label if monitored else "",
        ("是" if values["risk_eliminated"] else "否") if monitored else "",
    ]
    for column, word in enumerate(words):
        sheet.write_string(line, column, word)
    figures = [
        (values["persons"], None),
        (values["last_per_capita"], money),
        (values["per_capita"], money),
        (_percent(values["change_rate"]), money),
        (_percent(values["transfer_share"]), money),
    ]
    column = len(words)
    for figure, form in figures:
        # A figure that does not exist is an empty cell.
        if figure is not None:
            sheet.write_number(line, column, figure, form)
        column += 1
    for flag in FLAGS:
        sheet.write_string(line, column, "√" if values[flag] else "")
        column += 1
    if values["months_missing"] is not None:
        sheet.write_number(line, column, values["months_missing"])
    sheet.write_string(line, column + 1, dict(WARNING_LABELS).get(values["warning"], ""))
    sheet.write_string(line, column + 2, values["helper__name"] or values["helper_name"])
    if phones:
        phone = values["phone"]
        sheet.write_string(line, column + 3, phone if phones == "full" else identity.mask_phone(phone))


def _percent(hundredths):
    return None if hundredths is None else hundredths / 100
