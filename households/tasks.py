"""Lists of households that are too long to wait for."""

import tempfile
from pathlib import Path

from accounts.clock import today
from households.filters import BadChoice, choose
from jobs.services import JobError, attach_output
from reports.household_list import export_households, file_name
from reports.years import current_policy


def export_list(job, progress):
    """The job ``export_households``: its owner's scope is looked up again now, not when it was started."""
    day = today()
    filters, sort = job.parameters["filters"], job.parameters["sort"]
    policy = current_policy(job.owner, day)
    try:
        _, households = choose(job.owner, filters, policy=policy, day=day)
    except BadChoice as error:
        raise JobError("筛选条件里有您现在不能看的区划。请回到户档案重新选择。") from error
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        path = Path(folder, "households.xlsx")
        written = export_households(
            path, households, user=job.owner, policy=policy, day=day, sort=sort, filters=filters, progress=progress
        )
        attach_output(job, path, file_name(day))
    return {"households": written, "summary": f"共 {written:,} 户。"}
