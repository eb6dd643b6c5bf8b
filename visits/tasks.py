"""Importing a file: read, check, write, refresh what follows from it. For commands and for jobs."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from import_export.results import Error

from accounts.clock import today
from accounts.models import User
from accounts.services import record_event
from households.resources import AreaResource, RosterResource
from households.sheets import KEY_COLUMN, SheetError, read_csv, read_sheet, write_rejected
from jobs.models import Job
from jobs.services import JobError, attach_output
from ledger.services import refresh_ledger
from visits.resources import FeedResource, IncomeResource, PriorIncomeResource

# How much of a long list is kept with a job and shown on its page.
MESSAGES_KEPT = 200
CHANGES_KEPT = 200
NOTES_KEPT = 100


@dataclass(frozen=True)
class Import:
    """One kind of file that can be imported."""

    name: str
    title: str
    resource: type
    roles: tuple
    key_column: str = KEY_COLUMN
    # What has to be said beside the file: "year"; "item" and "department".
    needs: tuple = ()

    def parameters(self, given):
        """Those of ``given`` that this kind needs; ``KeyError`` where one is missing."""
        return {name: given[name] for name in self.needs}


IMPORTS = {
    kind.name: kind
    for kind in (
        Import("areas", "区划", AreaResource, (User.Role.COUNTY, User.Role.SYSTEM), key_column="code"),
        Import("roster", "人员名册", RosterResource, (User.Role.COUNTY,)),
        Import("prior_income", "上年收入", PriorIncomeResource, (User.Role.COUNTY,), needs=("year",)),
        Import("income", "月收入", IncomeResource, (User.Role.COUNTY,)),
        Import(
            "feed",
            "部门发放名单",
            FeedResource,
            (User.Role.DEPARTMENT, User.Role.COUNTY),
            key_column="证件号码",
            needs=("item", "department"),
        ),
    )
}


def run_import(kind, path, *, day, user=None, dry_run=False, errors_path=None, progress=None, **given):
    """Import the file at ``path`` as ``kind`` (a key of ``IMPORTS``) and return its ``SheetResult``.

    ``given`` holds what the kind needs beside the file: ``year``; ``item`` and ``department``.

    One transaction: the rows, their history, the ledger rows that follow from them and the audit
    event are written together or, where a row is wrong or ``dry_run`` is set, not at all.
    ``user`` limits what may be touched; ``None`` is the command line. Rejected rows go to
    ``errors_path``. ``progress(done, total, message)`` is told how far it is.
    """
    kind = IMPORTS[kind]
    parameters = kind.parameters(given)
    progress = progress or (lambda done, total, message: None)
    progress(0, 0, "正在打开文件")
    try:
        sheet = _read(kind, Path(path))
    except SheetError as error:
        result = kind.resource.get_result_class()(kind.resource.part_names)
        result.append_base_error(Error(error))
        return result
    with transaction.atomic():
        result = kind.resource(**parameters).import_data(
            sheet.dataset(),
            dry_run=dry_run,
            today=day,
            user=user,
            numbers=sheet.numbers,
            bad_cells=sheet.bad_cells,
            progress=lambda done, total: progress(done, total, "正在核对"),
        )
        if not result.has_errors() and not dry_run:
            progress(len(sheet.rows), len(sheet.rows), "正在更新台账")
            refresh_ledger(household_ids=result.household_ids, day=day)
            record_event(user=user, action="导入", subject=kind.title, detail={**parameters, **result.counts})
    if errors_path is not None and result.errors_by_row:
        write_rejected(errors_path, sheet, result.errors_by_row)
    return result


def _read(kind, path):
    if not path.is_file():
        raise SheetError(f"找不到文件 {path.name}。")
    if path.suffix.lower() == ".csv":
        return read_csv(path, key_column=kind.key_column)
    return read_sheet(path, key_column=kind.key_column)


def summary(kind, result):
    """What an import did or would do, in one line."""
    counts = result.counts
    if counts["errors"]:
        rows = len(result.errors_by_row)
        return f"有 {counts['errors']:,} 处错误" + (f"，在 {counts['rows']:,} 行中的 {rows:,} 行。" if rows else "。")
    parts = (
        [("户", counts["households"]), ("人", counts["members"])]
        if "households" in counts
        else [(IMPORTS[kind].title, counts)]
    )
    said = "；".join(
        f"{words}：新增 {part['created']:,}，更新 {part['updated']:,}，未变 {part['unchanged']:,}"
        for words, part in parts
    )
    changed = any(part["created"] or part["updated"] for _, part in parts)
    absent = counts.get("not_on_register", 0)
    answered = f"不在册 {absent:,} 行，没有写入。" if absent else ""
    return f"共 {counts['rows']:,} 行。{said}。{answered}" + ("" if changed else "没有变化。")


def check_import(job, progress):
    """The job ``import_check``: what an uploaded file would do, for its owner to look at before confirming."""
    result = _run(job, job, progress, dry_run=True)
    return {**_kept(job.parameters["kind"], result), "can_confirm": not result.has_errors()}


def write_import(job, progress):
    """The job ``import_write``: import a file that was checked. It is checked again: much may have changed since."""
    check = Job.objects.visible_to(job.owner).filter(pk=job.parameters["check"], owner=job.owner).first()
    if check is None or not check.upload:
        raise JobError("上传的文件已不在。请重新上传。")
    result = _run(job, check, progress, dry_run=False)
    if result.has_errors():
        first = "\n".join(result.messages[:5])
        raise JobError(f"检查之后数据有了变化，没有写入。{summary(check.parameters['kind'], result)}\n{first}")
    return _kept(check.parameters["kind"], result)


def _run(job, source, progress, *, dry_run):
    """Import the upload of ``source`` for the owner of ``job``, whose rights are looked at again now."""
    kind = IMPORTS[source.parameters["kind"]]
    if not job.owner.has_role(*kind.roles):
        raise JobError(f"您的账号不能导入{kind.title}。")
    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        errors_path = Path(folder, "rejected.xlsx")
        result = run_import(
            kind.name,
            source.upload.path,
            day=today(),
            user=job.owner,
            dry_run=dry_run,
            errors_path=errors_path,
            progress=progress,
            **kind.parameters(source.parameters),
        )
        if errors_path.exists():
            attach_output(job, errors_path, f"{kind.title}-有错的行.xlsx")
    return result


def _kept(kind, result):
    """What of a result stays with its job: counts, and the beginnings of the lists. IDs are masked."""
    changes = result.changes
    return {
        "summary": summary(kind, result),
        "counts": result.counts,
        "messages": result.messages[:MESSAGES_KEPT],
        "changes": [[change.subject, change.column, change.old, change.new] for change in changes[:CHANGES_KEPT]],
        "changes_total": len(changes),
        "unknown_columns": result.unknown_columns,
        "notes": [
            {"heading": heading, "total": len(lines), "lines": lines[:NOTES_KEPT]} for heading, lines in result.notes
        ],
    }
