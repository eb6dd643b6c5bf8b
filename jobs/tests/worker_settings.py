"""Settings of the worker processes in ``test_celery``: quick to see that a worker is gone."""

from datetime import timedelta

from sumyuan.settings import *  # noqa: F403

JOB_KINDS = {"crash": "jobs.tests.worker_jobs.hang_once", "count": "jobs.tests.worker_jobs.count"}
JOB_SILENT_AFTER = timedelta(seconds=4)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 5,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
}
