"""Work on measures that runs as a job."""

from accounts.clock import today
from accounts.models import Area
from jobs.services import JobError
from ledger.models import PolicyYear
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
