"""Starting long work and running it: in this process, or by Celery where ``REDIS_URL`` is set.

A job's state lives in its row, never in the queue: a message only says "look at this job". So a
message that comes twice, or late, does no harm.
"""

import logging
import threading
import traceback
from enum import Enum
from functools import partial
from pathlib import PurePath
from time import monotonic
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.core.files import File
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError as QueueUnreachable

from jobs.models import Job
from sumyuan.celery import app as celery_app

logger = logging.getLogger(__name__)

PULSE_SECONDS = 1
ROW_EVERY_SECONDS = 5
# How a connection is told to give up on a lock after a tenth of a second.
SHORT_WAIT = {"sqlite": "PRAGMA busy_timeout = 100", "postgresql": "SET lock_timeout = 100"}
RUN_TASK = "jobs.tasks.run"
# Under this name a job's parameters keep the role in which its owner started it.
ROLE = "owner_role"


class JobError(Exception):
    """The job cannot be done, for a reason that its owner understands and can act on (Chinese)."""


class Outcome(Enum):
    """What became of one attempt to run a job."""

    FINISHED = "finished"  # run to its end just now, or long finished
    ELSEWHERE = "elsewhere"  # another worker is at it, or died less than ``settings.JOB_SILENT_AFTER`` ago


def start_job(*, kind, title, owner, area=None, parameters=None, upload=None):
    """Put one job into the queue and return its row; work starts when the transaction commits.

    ``kind`` is one of ``settings.JOB_KINDS``. ``upload`` is an open file: it is kept under a
    random name, its own name only beside it. The owner's role is kept with the parameters.
    """
    if kind not in settings.JOB_KINDS:
        raise ValueError(f"unknown kind of job: {kind}")
    job = Job(kind=kind, title=title, owner=owner, area=area, parameters={**(parameters or {}), ROLE: owner.role})
    if upload is not None:
        job.upload_name = PurePath(upload.name).name[-200:]
        job.upload.save(_random_name(upload.name), upload, save=False)
    job.save(force_insert=True)
    transaction.on_commit(partial(dispatch, job.pk))
    return job


def dispatch(job_id):
    """Hand a queued job to whoever runs jobs here."""
    if settings.JOBS_EAGER:
        run_job(job_id)
    elif settings.REDIS_URL:
        try:
            celery_app.send_task(RUN_TASK, [str(job_id)], retry=False)
        except QueueUnreachable:
            logger.exception("job %s could not be queued", job_id)
            reason = "任务队列连不上，没有开始。请过几分钟点“重新开始”；还不行请告诉系统管理员。"
            Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
                state=Job.State.FAILED, message=reason, finished_at=timezone.now()
            )
    else:
        wake()


def run_job(job_id):
    """Claim a job, run it and write down how it ended.

    Only a queued job is claimed, or a running one whose worker has been silent for
    ``settings.JOB_SILENT_AFTER``; anything else is left alone.
    """
    job = _claim(job_id)
    if job is None:
        waiting = Job.objects.unfinished().filter(pk=job_id).exists()
        return Outcome.ELSEWHERE if waiting else Outcome.FINISHED
    pulse = _Pulse(job)
    try:
        with pulse:
            result = import_string(settings.JOB_KINDS[job.kind])(job, pulse.progress)
        ending = {"state": Job.State.DONE, "result": result or {}, "message": ""}
    except JobError as error:
        ending = {"state": Job.State.FAILED, "message": str(error)}
    except Exception as error:
        _log(job, error)
        ending = {
            "state": Job.State.FAILED,
            "message": f"出错了，编号 {reference(job)}。请再试一次；还不行，把编号告诉系统管理员。",
        }
    # Only while the claim still holds: a worker thought dead may wake up after another took over.
    mine = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, started_at=job.started_at)
    mine.update(done=pulse.done, total=pulse.total, finished_at=timezone.now(), **ending)
    cache.delete(_pulse_key(job.pk))
    return Outcome.FINISHED


def attach_output(job, source, name):
    """Keep a result file (a path or an open binary file) for the job's owner, under a random name.

    ``name`` is what the download is called; it holds no personal data.
    """
    if hasattr(source, "read"):
        _keep_output(job, source, name)
    else:
        with open(source, "rb") as file:
            _keep_output(job, file, name)


def is_silent(job, now):
    """Whether a running job has lost its worker."""
    if job.state != Job.State.RUNNING or cache.get(_pulse_key(job.pk)):
        return False
    return job.heartbeat_at is None or job.heartbeat_at < now - settings.JOB_SILENT_AFTER


def with_progress(jobs):
    """The jobs with the newest progress of those that run: inside a transaction the row cannot show it.

    Whoever watches a queued job also rings for it: it may have been queued before this process started.
    """
    jobs = list(jobs)
    if _runs_here() and any(job.state == Job.State.QUEUED for job in jobs):
        wake()
    running = {_pulse_key(job.pk): job for job in jobs if job.state == Job.State.RUNNING}
    for key, progress in cache.get_many(running).items():
        running[key].done, running[key].total, running[key].message = progress
    return jobs


def can_restart(job, now):
    """Whether its owner may start it again: it failed, or its worker was lost."""
    return job.kind in settings.JOB_KINDS and (job.state == Job.State.FAILED or is_silent(job, now))


def is_at_hand(job, user):
    """Whether what the job made, and starting it again, is for this user.

    It is its owner's, in the role that started it: a file made for the county stays closed to somebody who
    has become a village's cadre since.
    """
    return job.owner_id == user.pk and job.parameters.get(ROLE) == user.role


def restart_job(job, now):
    """Queue a failed or abandoned job again; ``False`` where somebody else already did."""
    if not can_restart(job, now):
        return False
    again = Job.objects.filter(pk=job.pk, state=job.state, started_at=job.started_at)
    fresh = {"done": 0, "total": 0, "message": "", "result": {}, "started_at": None, "finished_at": None}
    if not again.update(state=Job.State.QUEUED, heartbeat_at=None, **fresh):
        return False
    transaction.on_commit(partial(dispatch, job.pk))
    return True


def reference(job):
    """The short number by which people and the log name a job."""
    return str(job.pk)[:8]


def _runs_here():
    """Whether jobs are run by a thread of this process."""
    return not (settings.REDIS_URL or settings.JOBS_EAGER)


def wake():
    """See to it that the job thread of this process looks for queued jobs. Without Redis only."""
    global _thread
    _bell.set()
    with _guard:
        if _thread is None or not _thread.is_alive():
            # A daemon: stopping the server does not wait for a job; the job can be started again.
            _thread = threading.Thread(target=_work, name="jobs", daemon=True)
            _thread.start()


_bell = threading.Event()
_guard = threading.Lock()
_thread = None


def _work():
    """Run queued jobs, oldest first, one at a time, for as long as the process lives."""
    while _bell.wait():
        _bell.clear()
        try:
            while job_id := _next_queued():
                run_job(job_id)
        except DatabaseError:
            logger.exception("the job thread lost its database; it goes on with the next job")
        finally:
            connections.close_all()


def _next_queued():
    queued = Job.objects.filter(state=Job.State.QUEUED).order_by("created_at")
    return queued.values_list("pk", flat=True).first()


def _claim(job_id):
    """The job, now running and ours; ``None`` where it is not to be had."""
    now = timezone.now()
    job = Job.objects.filter(pk=job_id).first()
    if job is None or not (job.state == Job.State.QUEUED or is_silent(job, now)):
        return None
    free = Job.objects.filter(pk=job_id).filter(
        Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, started_at=job.started_at)
    )
    running = {"state": Job.State.RUNNING, "started_at": now, "heartbeat_at": now, "done": 0, "total": 0, "message": ""}
    if not free.update(**running):
        return None
    job.refresh_from_db()
    return job


class _Pulse:
    """Signs of life of one running job, given by a thread of its own while the work goes on.

    The work mostly runs in one transaction, from which no row that it writes can be seen, and
    on SQLite nobody else can write meanwhile. So progress goes to the cache every second, and
    to the row by a second connection whenever that is possible.
    """

    def __init__(self, job):
        self.job = job
        self.done, self.total, self.message = 0, 0, ""
        self._stopped = threading.Event()
        self._thread = None

    def progress(self, done, total, message=""):
        """``done`` of ``total`` are finished; ``message`` says in a few words what is being done."""
        self.done, self.total, self.message = min(done, total), total, message

    def __enter__(self):
        # A job run at once is watched by nobody.
        if not settings.JOBS_EAGER:
            self._thread = threading.Thread(target=self._beat, name="job-pulse", daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *exception):
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _beat(self):
        row_at = monotonic()
        try:
            while True:
                progress = (self.done, self.total, self.message)
                cache.set(_pulse_key(self.job.pk), progress, settings.JOB_SILENT_AFTER.total_seconds())
                if monotonic() - row_at >= ROW_EVERY_SECONDS:
                    self._write_row(progress)
                    row_at = monotonic()
                if self._stopped.wait(PULSE_SECONDS):
                    return
        finally:
            connection.close()

    def _write_row(self, progress):
        done, total, message = progress
        mine = Job.objects.filter(pk=self.job.pk, state=Job.State.RUNNING, started_at=self.job.started_at)
        try:
            # Do not wait behind the job's own transaction: the next beat in the cache is due.
            with connection.cursor() as cursor:
                cursor.execute(SHORT_WAIT[connection.vendor])
            mine.update(done=done, total=total, message=message, heartbeat_at=timezone.now())
        except DatabaseError:
            # Busy or gone for the moment; the cache carries the progress, the next beat tries again.
            connection.close()


def _pulse_key(job_id):
    return f"job-pulse:{job_id}"


def _random_name(name):
    """A name that tells nothing but the kind of file."""
    return uuid4().hex + PurePath(name).suffix.lower()[:8]


def _keep_output(job, file, name):
    old = job.output.name
    job.output.save(_random_name(name), File(file), save=False)
    job.output_name = name[-200:]
    Job.objects.filter(pk=job.pk).update(output=job.output.name, output_name=job.output_name)
    if old:
        transaction.on_commit(partial(job.output.storage.delete, old))


def _log(job, error):
    """Where it broke, without the error's own words: they may quote a row with a person's data."""
    place = "".join(traceback.format_tb(error.__traceback__))
    logger.error("job %s (%s) broke: %s\n%s", reference(job), job.kind, type(error).__name__, place)
