"""Small workbooks as people send them, and a look at the whole database."""

from datetime import date, datetime

import openpyxl
import xlwt
from django.apps import apps
from django.db import connection

from conftest import resident_id

# What an import may write although it failed: what it was and that it was tried.
KEPT_APART = ("jobs_job", "accounts_auditevent", "accounts_audithead", "django_session")


def person(number, serial, relation="户主", **cells):
    """One row of a roster, in 柳沟村, by column name."""
    return {
        "县": "涞源县",
        "乡": "银坊镇",
        "村": "柳沟村",
        "户编号": number,
        "姓名": f"人{serial}",
        "证件号码": resident_id(serial),
        "与户主关系": relation,
        "户联系电话": "",
        "健康状况": "健康",
        "劳动技能": "普通劳动力",
        "户类型": "脱贫户",
        **cells,
    }


def write_xlsx(path, rows, *, head=None, above=()):
    """``rows`` are mappings by column; ``above`` are rows of cells over the header."""
    head = head or list(dict.fromkeys(name for row in rows for name in row))
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for cells in (*above, head, *([row.get(name) for name in head] for row in rows)):
        sheet.append(list(cells))
    workbook.save(path)
    return path


def write_xls(path, rows, *, head=None, above=()):
    head = head or list(dict.fromkeys(name for row in rows for name in row))
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("数据")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for line, cells in enumerate((*above, head, *([row.get(name) for name in head] for row in rows))):
        for column, cell in enumerate(cells):
            if cell is not None and isinstance(cell, (date, datetime)):
                sheet.write(line, column, cell, day)
            elif cell is not None:
                sheet.write(line, column, cell)
    workbook.save(str(path))
    return path


def every_row():
    """All rows of all tables, to see that nothing changed."""
    tables = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if table not in KEPT_APART:
                cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
                tables[table] = [tuple(map(str, row)) for row in cursor.fetchall()]
    return tables
