"""Jobs as Celery runs them."""

from celery import shared_task
from django.conf import settings

from jobs.services import RUN_TASK, Outcome, run_job

# A job that takes its worker down each time is not tried for ever.
ATTEMPTS = 3


@shared_task(bind=True, name=RUN_TASK, acks_late=True, max_retries=ATTEMPTS)
def run(task, job_id):
    """Run a queued job. Delivered again after its worker died, wait until the job counts as abandoned."""
    if run_job(job_id) is Outcome.ELSEWHERE and task.request.retries < ATTEMPTS:
        raise task.retry(countdown=settings.JOB_SILENT_AFTER.total_seconds() + 1)
