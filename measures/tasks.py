"""Work on measures that runs as a job."""

from tempfile import TemporaryFile

from accounts.clock import today
from accounts.models import Area
from jobs.services import JobError, attach_output
from ledger.models import PolicyYear
from measures.exports import export_actions, file_name
from measures.filters import choose
from measures.services import assign_measures, in_words


def assign(job, progress):
    """Propose measures for the year and the area of the job; the owner's scope is asked again when it runs."""
    area, year = job.parameters["area"], job.parameters["year"]
    if not Area.objects.visible_to(job.owner).filter(pk=area).exists():
        raise JobError("这个区划不在您的范围内。")
    try:
        result = assign_measures(year=year, area=area, today=today(), user=job.owner, progress=progress)
    except PolicyYear.DoesNotExist as error:
        raise JobError(f"没有 {year} 政策年度。") from error
    return {**result, "summary": in_words(result)}


def export(job, progress):
    """The workbook of the measures that the job's filters choose in its owner's scope as it is now."""
    chosen = choose(job.owner, job.parameters["filters"], today())
    if chosen is None:
        raise JobError("筛选条件已不适用（可能换了区划或年度），请到“帮扶措施”重新导出。")
    total = chosen.qs.count()
    with TemporaryFile() as output:
        written = export_actions(
            output, chosen, user=job.owner, day=today(), progress=lambda done: progress(done, total, "写入工作簿")
        )
        output.seek(0)
        attach_output(job, output, file_name(today()))
    return {"rows": written, "summary": f"共 {written:,} 项。"}
