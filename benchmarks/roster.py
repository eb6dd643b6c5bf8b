"""Importing a whole county's roster against reading the same file and copying the same rows in bulk."""

from contextlib import contextmanager

import xlsxwriter
from django.db import connection, models, transaction
from python_calamine import CalamineWorkbook

from accounts.models import Area
from benchmarks.timing import analyse, seconds
from households.models import Household, Member
from sumyuan.bulk import insert_rows, stored
from visits.tasks import run_import

# Kept as one text: a list of them would be one line a header.
HEADERS = (
    "县,乡,村,户编号,人口编号,姓名,证件号码,与户主关系,性别,出生日期,民族,户联系电话,文化程度,在校生状况,劳动技能,"
    "户类型,监测对象类别,风险是否已消除,务工所在地,务工企业名称,务工时间（月）,公益性岗位,是否享受低保,帮扶责任人,帮扶责任人电话"
)


def write_roster(path):
    """Write the register to a workbook as the national system would export it; returns persons."""
    names = dict(Area.objects.values_list("code", "name"))
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADERS.split(","))
    count = 0
    members = Member.objects.filter(left_on=None, household__left_on=None).select_related("household")
    for count, member in enumerate(members.order_by("household__number", "pk").iterator(5000), start=1):
        home = member.household
        sheet.write_row(
            count,
            0,
            [
                names[home.village_id[:6]],
                names[home.village_id[:9]],
                names[home.village_id],
                home.number,
                member.person_number,
                member.name,
                member.id_number,
                member.relation,
                member.sex,
                str(member.birth_date or ""),
                member.ethnicity,
                home.phone,
                member.schooling,
                member.student_status,
                member.get_labour_display(),
                home.get_kind_display(),
                home.get_monitor_kind_display() if home.is_monitored else "",
                "是" if home.risk_eliminated else "否",
                member.work_place,
                member.employer,
                member.work_months or "",
                member.public_post,
                "是" if member.has_low_income_allowance else "否",
                home.helper_name,
                home.helper_phone,
            ],
        )
    book.close()
    return count


def _stored_rows(model):
    """(field names, rows as the database holds them): what the bare copy writes."""
    fields = [field.name for field in model._meta.concrete_fields]
    with connection.cursor() as cursor:
        columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
        cursor.execute(f"SELECT {columns} FROM {model._meta.db_table} ORDER BY id")
        return fields, [tuple(map(stored, row)) for row in cursor.fetchall()]


@contextmanager
def undone():
    """Take back what the block wrote, so that the next run finds the same empty register."""
    with transaction.atomic():
        point = transaction.savepoint()
        yield
        transaction.savepoint_rollback(point)


def compare(path, day, *, runs=3):
    """[(bare seconds, import seconds)] of ``runs`` turns over the file; the register is emptied first."""
    copies = [(model, *_stored_rows(model)) for model in (Household, Member)]
    empty_register()
    turns = []
    for _ in range(runs):
        with undone():
            bare = seconds(lambda: _bare(path, copies))
        with undone():
            analyse()
            whole = seconds(lambda: _import(path, day))
        turns.append((bare, whole))
    return turns


def _bare(path, copies):
    CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    for model, fields, rows in copies:
        insert_rows(model, fields, rows)


def _import(path, day):
    result = run_import("roster", path, day=day)
    if result.has_errors():
        raise SystemExit("the roster was refused: " + "; ".join(result.messages[:3]))


def empty_register():
    """Delete every household and what hangs on it; areas, items and policy years stay."""
    tables = [model._meta.db_table for model in _hanging_on(Household)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(tables)}")
        else:
            cursor.execute("PRAGMA foreign_keys = OFF")
            for table in tables:
                cursor.execute(f"DELETE FROM {table}")
            cursor.execute("PRAGMA foreign_keys = ON")


def _hanging_on(model, seen=None):
    seen = seen if seen is not None else []
    if model not in seen:
        seen.append(model)
        for relation in model._meta.related_objects:
            if isinstance(relation.field, models.ForeignKey):
                _hanging_on(relation.related_model, seen)
        if hasattr(model, "history"):
            _hanging_on(model.history.model, seen)
    return seen
