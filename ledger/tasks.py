"""Long work on the ledger, as jobs run it."""

from django.db import transaction

from accounts.clock import today
from accounts.models import Area, User
from accounts.services import record_event
from jobs.services import JobError
from ledger.models import PolicyYear
from ledger.services import refresh_area


def rebuild(job, progress):
    """Recompute the ledger rows of the job's area and year. Its owner's rights are looked at again now."""
    year = job.parameters["year"]
    area = Area.objects.visible_to(job.owner).filter(pk=job.area_id).first()
    if area is None or not job.owner.has_role(User.Role.COUNTY):
        raise JobError("您已不能重新计算这个区划的台账。请县乡村振兴局的账号来做。")
    with transaction.atomic():
        try:
            result = refresh_area(year=year, area=area.code, day=today(), progress=progress)
        except PolicyYear.DoesNotExist:
            raise JobError(f"{year} 年度没有生效的政策参数，不能计算。") from None
        counts = {name: result[name] for name in ("households", "incomplete", "flagged", "written", "removed")}
        record_event(user=job.owner, action="重新计算台账", subject=area.code, detail={"year": year, **counts})
    return {**result, "summary": in_words(result)}


def in_words(result):
    """One sentence on what ``refresh_area`` returned."""
    removed = f"，移除 {result['removed']:,} 户" if result["removed"] else ""
    absent = f"没有在册人口、不列入台账的 {len(result['without_persons']):,} 户。" if result["without_persons"] else ""
    return (
        f"算了 {result['households']:,} 户，数有变化的 {result['written']:,} 户{removed}；"
        f"缺月 {result['incomplete']:,} 户，有标记 {result['flagged']:,} 户。{absent}"
    )
