"""The pages of a job: watching it, starting it again, fetching its file."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.services import verify_chain
from jobs.models import Job
from jobs.services import attach_output


@pytest.fixture
def job(people, village):
    job = Job.objects.create(
        kind="export",
        title="柳沟村台账",
        owner=people["cadre"],
        area=village,
        state=Job.State.DONE,
        parameters={"owner_role": "village"},
    )
    attach_output(job, BytesIO(b"workbook"), "柳沟村台账.xlsx")
    return job


@pytest.fixture
def open_page(client, people):
    def get(who, path, **headers):
        client.force_login(people[who])
        return client.get(path, headers=headers)

    return get


def test_the_owner_gets_the_file_and_that_is_on_record(job, open_page, people):
    response = open_page("cadre", f"/jobs/{job.pk}/file/")
    assert b"".join(response) == b"workbook"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    event = AuditEvent.objects.get()
    assert (event.user, event.action, event.subject) == (people["cadre"], "下载文件", "柳沟村台账")
    assert verify_chain() is None


@pytest.mark.parametrize(
    ("who", "status"), [("cadre", 200), ("next_cadre", 404), ("county", 404), ("auditor", 404), ("system", 403)]
)
def test_the_file_is_for_its_owner(job, open_page, who, status):
    assert open_page(who, f"/jobs/{job.pk}/file/").status_code == status


def test_the_file_is_gone_for_an_owner_who_lost_the_village(job, open_page, people, next_village):
    people["cadre"].areas.set([next_village])
    assert open_page("cadre", f"/jobs/{job.pk}/file/").status_code == 404
    assert open_page("cadre", f"/jobs/{job.pk}/").status_code == 200


def test_the_file_and_the_restart_are_gone_for_an_owner_in_another_role(job, open_page, client, people, village):
    people["cadre"].role = "auditor"
    people["cadre"].save()
    assert "下载" not in open_page("cadre", f"/jobs/{job.pk}/").content.decode()
    assert client.get(f"/jobs/{job.pk}/file/").status_code == 403
    Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED)
    assert client.post(f"/jobs/{job.pk}/restart/").status_code == 403


def test_the_administrator_sees_that_it_ran_but_no_file(job, open_page):
    text = open_page("system", f"/jobs/{job.pk}/").content.decode()
    assert "柳沟村台账" in text
    assert "下载" not in text
    assert "下载" in open_page("cadre", f"/jobs/{job.pk}/").content.decode()


def test_why_a_job_failed_is_for_its_owner(job, open_page):
    Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, message="第 7 行 金额：“abc” 不是数字")
    for address in (f"/jobs/{job.pk}/", "/jobs/"):
        assert "第 7 行" in open_page("cadre", address).content.decode()
        assert "第 7 行" not in open_page("system", address).content.decode()


def test_a_running_job_says_n_of_m_and_asks_for_itself_again(job, open_page):
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, started_at=now, heartbeat_at=now)
    cache.set(f"job-pulse:{job.pk}", (1200, 20000, "写入"))
    part = open_page("cadre", f"/jobs/{job.pk}/", **{"HX-Request": "true"}).content.decode()
    assert "1,200 / 20,000" in part
    assert f'hx-get="/jobs/{job.pk}/"' in part
    assert "刷新" in part
    assert "<html" not in part
    assert "1,200 / 20,000" in open_page("cadre", "/jobs/").content.decode()


def test_a_finished_job_does_not_ask_again(job, open_page):
    assert "hx-trigger" not in open_page("cadre", f"/jobs/{job.pk}/").content.decode()


def test_a_job_whose_worker_was_lost_says_what_to_do(job, open_page, client, settings):
    settings.JOB_KINDS = {"export": "jobs.tests.test_services.count_to_three"}
    then = timezone.now() - timedelta(minutes=10)
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, started_at=then, heartbeat_at=then)
    text = open_page("cadre", f"/jobs/{job.pk}/").content.decode()
    assert "中断了" in text
    assert "重新开始" in text
    assert open_page("next_cadre", f"/jobs/{job.pk}/").status_code == 404
    assert client.post(f"/jobs/{job.pk}/restart/").status_code == 404
    assert open_page("cadre", "/jobs/").status_code == 200
    assert client.post(f"/jobs/{job.pk}/restart/").status_code == 302
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED


def test_the_list_costs_the_same_for_one_job_and_for_many(job, client, people, django_assert_max_num_queries):
    for number in range(40):
        Job.objects.create(kind="export", title=f"台账 {number}", owner=people["cadre"])
    client.force_login(people["cadre"])
    with django_assert_max_num_queries(5):
        text = client.get("/jobs/").content.decode()
    assert "共 41 项" in text


def test_after_the_session_ended_a_poll_sends_the_page_to_sign_in(client, job):
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/jobs/{job.pk}/"}
    response = client.get(f"/jobs/{job.pk}/", headers=headers)
    assert response.status_code == 200
    assert response["HX-Redirect"] == f"/accounts/login/?next=/jobs/{job.pk}/"
