"""Queueing, running and losing jobs."""

import logging
import threading
from datetime import timedelta
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from time import sleep

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from jobs import services
from jobs.models import Job
from jobs.services import JobError, Outcome, attach_output, restart_job, run_job, start_job

HERE = "jobs.tests.test_services"


def count_to_three(job, progress):
    for number in range(1, 4):
        progress(number, 3, "清点")
    attach_output(job, BytesIO(b"one two three"), "清点.txt")
    return {"counted": 3, "upload": job.upload.read().decode() if job.upload else ""}


def refuse(job, progress):
    progress(1, 9)
    raise JobError("文件里没有“户编号”一列。")


TOLD = ("13063019700101001X", "王二")


def break_down(job, progress):
    raise ValueError(TOLD)


@pytest.fixture(autouse=True)
def kinds(settings):
    settings.JOB_KINDS = {
        "count": f"{HERE}.count_to_three",
        "refuse": f"{HERE}.refuse",
        "break": f"{HERE}.break_down",
    }


@pytest.fixture
def start(people, django_capture_on_commit_callbacks):
    def start(kind, **fields):
        with django_capture_on_commit_callbacks(execute=True):
            job = start_job(kind=kind, title="清点", owner=people["county"], **fields)
            assert job.state == Job.State.QUEUED
        job.refresh_from_db()
        return job

    return start


def test_a_job_runs_after_commit_and_keeps_result_and_file(start):
    job = start("count", upload=SimpleUploadedFile("名单.XLSX", b"rows"))
    assert (job.state, job.done, job.total, job.message) == (Job.State.DONE, 3, 3, "")
    assert job.result == {"counted": 3, "upload": "rows"}
    assert (job.upload_name, job.output_name) == ("名单.XLSX", "清点.txt")
    assert job.output.read() == b"one two three"
    assert job.finished_at >= job.started_at


def test_files_are_private_and_their_paths_tell_nothing(start):
    job = start("count", upload=SimpleUploadedFile("王二.xlsx", b"rows"))
    for file in (job.upload, job.output):
        path = Path(file.path)
        assert path.stat().st_mode & 0o777 == 0o600
        assert len(path.stem) == 32
        assert "王二" not in str(path)


def test_nothing_is_queued_when_the_transaction_fails(people, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        start_job(kind="count", title="清点", owner=people["county"])
    assert len(callbacks) == 1
    assert Job.objects.get().state == Job.State.QUEUED


def test_an_unknown_kind_is_a_mistake_of_the_program(people):
    with pytest.raises(ValueError, match="unknown kind"):
        start_job(kind="nothing", title="清点", owner=people["county"])


def test_a_refusal_gives_its_reason(start):
    job = start("refuse")
    assert (job.state, job.message) == (Job.State.FAILED, "文件里没有“户编号”一列。")
    assert (job.done, job.total) == (1, 9)


def test_a_breakdown_gives_a_number_and_logs_no_personal_data(start, caplog):
    with caplog.at_level(logging.ERROR):
        job = start("break")
    assert job.state == Job.State.FAILED
    assert f"编号 {services.reference(job)}" in job.message
    assert services.reference(job) in caplog.text
    assert "break_down" in caplog.text
    for told in TOLD:
        assert told not in caplog.text
        assert told not in job.message


def test_a_second_message_does_not_run_a_job_twice(start):
    job = start("count")
    assert run_job(job.pk) is Outcome.FINISHED
    assert Job.objects.get().finished_at == job.finished_at


@pytest.fixture
def running(people):
    """``running(ago)``: a job that somebody claimed and that gave its last sign of life ``ago``."""

    def make(ago, kind="count"):
        at = timezone.now() - ago
        return Job.objects.create(
            kind=kind, title="清点", owner=people["county"], state=Job.State.RUNNING, started_at=at, heartbeat_at=at
        )

    return make


def test_a_job_at_work_elsewhere_is_left_alone(running):
    job = running(timedelta(seconds=20))
    assert run_job(job.pk) is Outcome.ELSEWHERE
    assert not restart_job(job, timezone.now())
    job.refresh_from_db()
    assert job.state == Job.State.RUNNING


def test_a_job_whose_worker_died_is_claimed_again(running):
    job = running(timedelta(minutes=10))
    assert services.is_silent(job, timezone.now())
    assert run_job(job.pk) is Outcome.FINISHED
    job.refresh_from_db()
    assert job.state == Job.State.DONE


def test_a_pulse_in_the_cache_counts_as_life_when_the_row_could_not_be_written(running):
    job = running(timedelta(minutes=10))
    cache.set(f"job-pulse:{job.pk}", (4, 9, "写入"))
    assert not services.is_silent(job, timezone.now())
    assert run_job(job.pk) is Outcome.ELSEWHERE
    [shown] = services.with_progress([job])
    assert (shown.done, shown.total, shown.message) == (4, 9, "写入")


def test_a_worker_that_wakes_up_late_does_not_overwrite_its_successor(running, settings, monkeypatch):
    job = running(timedelta(minutes=10))

    def overtaken(job, progress):
        Job.objects.filter(pk=job.pk).update(started_at=timezone.now() + timedelta(seconds=1))
        return {"from": "the late one"}

    monkeypatch.setattr(f"{HERE}.count_to_three", overtaken)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == (Job.State.RUNNING, {})


def test_an_abandoned_or_failed_job_can_be_started_again(running, start, django_capture_on_commit_callbacks):
    for job in (running(timedelta(minutes=10)), start("refuse")):
        with django_capture_on_commit_callbacks(execute=True):
            assert restart_job(job, timezone.now())
        assert not restart_job(job, timezone.now())
        job.refresh_from_db()
        assert job.is_finished


def test_a_second_file_takes_the_place_of_the_first(start, django_capture_on_commit_callbacks):
    job = start("count")
    first = Path(job.output.path)
    with django_capture_on_commit_callbacks(execute=True):
        attach_output(job, BytesIO(b"again"), "again.txt")
    assert not first.exists()
    assert Job.objects.get().output.read() == b"again"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_without_redis_the_process_runs_its_jobs_one_after_another(own_connections, people, settings, monkeypatch):
    settings.JOBS_EAGER = False
    settings.REDIS_URL = ""
    settings.JOB_KINDS = {**settings.JOB_KINDS, "thread": f"{HERE}.tell_thread"}
    jobs = [start_job(kind="thread", title="清点", owner=people["county"]) for _ in range(3)]
    assert _finished(jobs)
    assert {job.result["thread"] for job in Job.objects.all()} == {"jobs"}
    ends = sorted(Job.objects.values_list("started_at", "finished_at"))
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(ends))


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_job_left_queued_by_an_earlier_process_runs_once_somebody_looks(own_connections, people, settings):
    settings.JOBS_EAGER = False
    settings.REDIS_URL = ""
    job = Job.objects.create(kind="count", title="清点", owner=people["county"])
    services.with_progress([job])
    assert _finished([job])


HALF_WAY, GO_ON = threading.Event(), threading.Event()


def work_in_one_transaction(job, progress):
    with transaction.atomic():
        Job.objects.create(kind="count", title="写了一半", owner=job.owner)
        # Holds the job's own row as well, until the end.
        attach_output(job, BytesIO(b"half"), "half.txt")
        HALF_WAY.set()
        sleep(2 * services.PULSE_SECONDS)
        progress(5, 10, "写入")
        GO_ON.wait(20)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_progress_shows_while_the_work_holds_one_transaction(own_connections, people, settings, monkeypatch):
    settings.JOBS_EAGER = False
    settings.REDIS_URL = ""
    settings.JOB_KINDS = {"long": f"{HERE}.work_in_one_transaction"}
    monkeypatch.setattr(services, "ROW_EVERY_SECONDS", 0)
    HALF_WAY.clear()
    GO_ON.clear()
    job = start_job(kind="long", title="清点", owner=people["county"])
    assert HALF_WAY.wait(20)
    try:
        for _ in range(50):
            [shown] = services.with_progress(Job.objects.filter(pk=job.pk))
            if shown.total:
                break
            sleep(0.1)
        assert (shown.state, shown.done, shown.total, shown.message) == (Job.State.RUNNING, 5, 10, "写入")
        assert not Job.objects.filter(title="写了一半").exists()
    finally:
        GO_ON.set()
    assert _finished([job])
    assert Job.objects.get(pk=job.pk).state == Job.State.DONE


def tell_thread(job, progress):
    return {"thread": threading.current_thread().name}


def _finished(jobs):
    for _ in range(200):
        if not Job.objects.unfinished().filter(pk__in=[job.pk for job in jobs]).exists():
            return True
        sleep(0.1)
    return False
