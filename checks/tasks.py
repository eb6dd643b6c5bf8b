"""Checking an area as a job."""

from accounts.clock import today
from accounts.models import Area
from checks.services import in_words, run_checks
from jobs.services import JobError
from ledger.models import PolicyYear


def check(job, progress):
    """Run the checks over the job's year and area; the owner's scope is asked again when it runs."""
    year, code = job.parameters["year"], job.parameters["area"]
    if not Area.objects.visible_to(job.owner).filter(pk=code).exists():
        raise JobError("这个区划不在您的范围内。")
    try:
        result = run_checks(year=year, area=code, day=today(), progress=progress)
    except PolicyYear.DoesNotExist as error:
        raise JobError(f"没有 {year} 政策年度。") from error
    return {**result, "summary": in_words(result)}
