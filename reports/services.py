"""Files out: the appendix ledger of an area, as one workbook or as a zip of one workbook a village."""

import errno
import os
import tempfile
import zipfile
from datetime import datetime
from itertools import groupby
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from accounts.models import Area, User
from accounts.services import record_event
from ledger.models import LedgerRow, PolicyYear
from reports.appendix import Form
from reports.rows import read_beside, read_lines
from reports.workbook import write_ledger

SPLIT_BY_VILLAGE = "village"
# The kind of job that makes an export, as ``settings.JOB_KINDS`` names it.
EXPORT_JOB = "export_ledger"
PROGRESS_EVERY = 200
REASONS = {errno.ENOSPC: "磁盘满了", errno.EDQUOT: "磁盘配额满了", errno.EACCES: "没有权限", errno.EROFS: "磁盘只读"}


class ExportError(Exception):
    """The export cannot be made, for a reason that a person can act on (Chinese)."""


def export_ledger(*, year, area, output, day, user=None, split=None, progress=None):
    """Write the appendix ledger of an area code to the file ``output`` and return what it holds.

    ``day`` is the business day that is printed. ``split="village"`` makes a zip of one workbook
    a village. With a ``user`` only rows in their scope are written, and the auditor's file has
    no ID numbers. ``progress(done, total, message)`` is told how many households are written.
    The file appears whole or not at all, readable by its owner only. Leaves an audit event.
    Returns ``year, area, split, households, digest`` (of one workbook, else ``None``) and
    ``files``, each with ``name, area, households, digest``. Raises ``ExportError``.
    """
    place = _area(area, user)
    rows = _rows(year, place, user)
    total = rows.count()
    if not total:
        raise ExportError(f"{place.name}还没有 {year} 年度的台账。请县里先在“台账”页“重新计算”，再导出。")
    policy, versions = _policy(rows)
    names = dict(Area.objects.within(place.code[:6]).values_list("code", "name"))
    made_at = datetime.combine(day, timezone.localtime().time())
    is_whole = split != SPLIT_BY_VILLAGE
    beside = read_beside(
        rows,
        policy,
        with_ids=user is None or user.role != User.Role.AUDITOR,
        with_counts=is_whole and place.level != Area.Level.VILLAGE,
    )
    lines = _counted(read_lines(rows), total, progress)

    def form_of(code):
        return _form(code, names, policy, versions, made_at)

    if is_whole:
        files = _write_atomically(output, lambda path: [_one(path, form_of(place.code), lines, beside, place, year)])
    else:
        files = _write_atomically(output, lambda path: _zip(path, form_of, lines, beside, names))
    result = {
        "year": year,
        "area": place.code,
        "split": split,
        "households": sum(file["households"] for file in files),
        "digest": files[0]["digest"] if is_whole else None,
        "files": files,
    }
    _record(user, place, result)
    return result


def file_name(area, year, split):
    """What the download is called: year, code and name of the area."""
    return f"增收帮扶台账_{year}_{area.code}_{_safe(area.name)}.{'zip' if split else 'xlsx'}"


def _area(code, user):
    if user is not None and not user.has_role(*User.AREA_ROLES):
        raise ExportError("您的账号不能导出台账。需要时请找乡镇或县乡村振兴局。")
    areas = Area.objects.all() if user is None else Area.objects.visible_to(user)
    area = areas.filter(pk=code).first()
    if area is None:
        raise ExportError(f"没有区划 {code}。请核对代码；新区划请县里先导入。")
    return area


def _rows(year, area, user):
    years = PolicyYear.objects.in_force().order_by("year").values_list("year", flat=True)
    if year not in years:
        raise ExportError(f"没有 {year} 政策年度。已有：{'、'.join(map(str, years)) or '无'}。")
    rows = LedgerRow.objects.filter(year=year).within(area.code)
    return rows if user is None else rows.visible_to(user)


def _policy(rows):
    """(the policy year that the header names, versions that the rows were computed with).

    The version in force where rows have it, else the newest that they have: the lines in the
    header are those that the flags were set by.
    """
    policies = PolicyYear.objects.filter(pk__in=rows.order_by().values("policy"))
    policies = sorted(policies, key=lambda policy: (policy.is_in_force, policy.version))
    return policies[-1], tuple(sorted(policy.version for policy in policies))


def _form(code, names, policy, versions, made_at):
    """What stands around the rows of the area ``code``; ``names`` are those of the county's areas."""
    level = Area.CODE_LENGTHS[len(code)]
    below = {Area.Level.COUNTY: 9, Area.Level.TOWNSHIP: 12}.get(level)
    within = {key: name for key, name in names.items() if key.startswith(code)}
    return Form(
        level=level,
        unit=(names.get(code[:9], "") if level == Area.Level.VILLAGE else "") + names[code],
        policy=policy,
        versions=versions,
        places={key: (names.get(key[:9], ""), name) for key, name in within.items()},
        areas=tuple(sorted((key, name) for key, name in within.items() if len(key) == below)),
        made_at=made_at,
    )


def _one(path, form, lines, beside, area, year):
    written = write_ledger(path, form, lines, beside)
    return {"name": file_name(area, year, None), "area": area.code, **written._asdict()}


def _zip(path, form_of, lines, beside, names):
    """One workbook a village that has rows, under its code and name. They are compressed already, so only stored."""
    files = []
    with tempfile.TemporaryDirectory(prefix="ledger-") as folder, zipfile.ZipFile(path, "w") as archive:
        for code, here in groupby(lines, key=lambda line: line.village):
            name = f"{code}{_safe(names[code])}.xlsx"
            part = Path(folder, f"{code}.xlsx")
            written = write_ledger(part, form_of(code), here, beside)
            archive.write(part, name)
            part.unlink()
            files.append({"name": name, "area": code, **written._asdict()})
    return files


def _write_atomically(output, write):
    """``write(path)`` into a new file beside ``output``, then put it in its place; returns what ``write`` does."""
    output = Path(output)
    if output.is_dir():
        raise ExportError(f"{output} 是文件夹，请写出文件名。")
    if not output.parent.is_dir():
        raise ExportError(f"没有文件夹 {output.parent}，请先建立。")
    try:
        handle, name = tempfile.mkstemp(dir=output.parent, prefix=".ledger-", suffix=".part")
    except OSError as error:
        raise ExportError(f"不能在 {output.parent} 里写文件：{_reason(error)}。") from error
    os.close(handle)
    try:
        result = write(name)
        os.replace(name, output)
    except OSError as error:
        raise ExportError(f"写不出 {output.name}：{_reason(error)}。") from error
    finally:
        Path(name).unlink(missing_ok=True)
    return result


def _reason(error):
    return REASONS.get(error.errno, error.strerror)


def _counted(lines, total, progress):
    """The lines, telling ``progress`` every so often how many have gone by."""
    for done, line in enumerate(lines, start=1):
        if progress is not None and (done % PROGRESS_EVERY == 0 or done == total):
            progress(done, total, "正在写台账")
        yield line


@transaction.atomic
def _record(user, area, result):
    record_event(
        user=user,
        action="导出台账",
        subject=f"{area.name} {result['year']} 年度",
        detail={key: result[key] for key in ("year", "area", "split", "households", "digest")},
    )


def _safe(name):
    """An area's name as part of a file name."""
    return "".join("_" if character in '\\/:*?"<>|' or not character.isprintable() else character for character in name)
