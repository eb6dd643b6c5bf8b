"""Exports that people start from a page."""

import tempfile
from pathlib import Path

from accounts.clock import today
from accounts.models import Area
from jobs.services import JobError, attach_output
from reports.services import ExportError, export_ledger, file_name


def run_export(job, progress):
    """The job ``export_ledger``: its owner's scope is looked up again now, not when it was started."""
    year, split = job.parameters["year"], job.parameters["split"]
    area = Area.objects.filter(pk=job.area_id).first()
    if area is None:
        raise JobError("要导出的区划已不在。请重新选择。")
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        path = Path(folder, file_name(area, year, split))
        try:
            result = export_ledger(
                year=year, area=area.code, output=path, day=today(), user=job.owner, split=split, progress=progress
            )
        except ExportError as error:
            raise JobError(str(error)) from error
        attach_output(job, path, path.name)
    shown = {key: result[key] for key in ("year", "area", "split", "households", "digest")}
    return {**shown, "summary": _summary(result)}


def _summary(result):
    if result["split"]:
        return f"{len(result['files'])} 个村，共 {result['households']:,} 户，每村一个文件。"
    return f"共 {result['households']:,} 户。"
