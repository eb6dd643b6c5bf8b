"""The list of households as a workbook. It never holds an ID number."""

import xlsxwriter

from households import identity
from households.choices import Kind, MonitorKind
from households.filters import ROW
from ledger.calc import FLAGS
from ledger.models import WARNING_LABELS, RiskPoint

CHUNK = 2000
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


def write_households(output, households, *, title, phones):
    """Write the households (joined with their row by ``with_row``) to a file; returns how many.

    ``phones`` says how phone numbers appear: ``"full"``, ``"masked"``, or ``""`` for not at all.
    """
    columns = [*COLUMNS, PHONE] if phones else COLUMNS
    book = xlsxwriter.Workbook(
        output, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
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
    line = 1
    for line, values in enumerate(_read(households), start=2):
        _write(sheet, line, values, money, phones)
    book.close()
    return line - 1


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
