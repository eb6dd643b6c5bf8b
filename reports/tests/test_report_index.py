"""The page of exports: who may open it, what it offers, and the file that comes of it."""

import io

import openpyxl
import pytest
from django.urls import reverse

from accounts.models import User
from jobs.models import Job
from jobs.services import run_job
from ledger.models import PolicyYear
from ledger.services import rebuild_ledger


@pytest.fixture(autouse=True)
def at_once(settings, tmp_path):
    settings.JOBS_EAGER = True
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def send(client, people, django_capture_on_commit_callbacks):
    """``send("cadre", area=…)``: sign in and post the form; the job runs at once."""

    def post(who, area, **fields):
        client.force_login(people[who])
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(reverse("report_index"), {"area": area.code, "year": 2022, **fields})

    return post


@pytest.fixture
def run_queued():
    """Runs the one job that a request has queued: within a test nothing commits by itself."""

    def run():
        job = Job.objects.get()
        run_job(job.pk)
        job.refresh_from_db()
        return job

    return run


def offered(response):
    return [code for _, group in response.context["form"].fields["area"].choices for code, _ in group]


@pytest.mark.parametrize("who", ["cadre", "township", "county", "auditor"])
def test_area_roles_open_it(client, people, who):
    client.force_login(people[who])
    assert client.get(reverse("report_index")).status_code == 200


@pytest.mark.parametrize("who", ["helper", "civil", "system"])
def test_other_roles_are_refused(client, people, who):
    client.force_login(people[who])
    assert client.get(reverse("report_index")).status_code == 403
    assert client.post(reverse("report_index"), {}).status_code == 403
    assert not Job.objects.exists()


def test_signed_out_goes_to_sign_in(client, db):
    response = client.get(reverse("report_index"))
    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")


def test_only_own_areas_are_offered(client, people, county, township, village, next_village, far_village):
    def seen(who):
        client.force_login(people[who])
        return offered(client.get(reverse("report_index")))

    assert seen("cadre") == [village.code]
    assert seen("township") == [township.code, village.code, next_village.code]
    assert seen("auditor") == seen("county")
    assert set(seen("county")) == {*seen("township"), county.code, far_village.code, "130630102"}


def test_without_an_area_it_says_whom_to_ask(client, people):
    client.force_login(people["nobody"])
    response = client.get(reverse("report_index"))
    assert "您的账号还没有区划" in response.content.decode()


def test_export_makes_a_job_and_a_file(small_county, village, send, client):
    response = send("cadre", village)
    job = Job.objects.get()
    assert response.url == reverse("job", args=[job.pk])
    assert (job.state, job.title, job.result["households"]) == ("done", "导出 柳沟村 2022 年度台账", 4)
    assert job.output_name == "增收帮扶台账_2022_130630101901_柳沟村.xlsx"
    file = b"".join(client.get(reverse("job_file", args=[job.pk])).streaming_content)
    assert job.result["digest"] in str(list(openpyxl.load_workbook(io.BytesIO(file))["台账"].values)[-1])
    page = client.get(reverse("report_index")).content.decode()
    assert "导出 柳沟村 2022 年度台账" in page
    assert reverse("job_file", args=[job.pk]) in page


def test_split_makes_a_zip(small_county, township, send):
    send("township", township, by_village="on")
    job = Job.objects.get()
    assert job.output_name == "增收帮扶台账_2022_130630101_银坊镇.zip"
    assert job.result["summary"] == "2 个村，共 5 户，每村一个文件。"


def test_an_area_out_of_scope_is_no_choice(small_county, next_village, send):
    response = send("cadre", next_village)
    assert response.status_code == 200
    assert response.context["form"].errors.keys() == {"area"}
    assert not Job.objects.exists()


def test_scope_is_looked_up_again_when_the_job_runs(small_county, village, people, client, run_queued):
    client.force_login(people["cadre"])
    client.post(reverse("report_index"), {"area": village.code, "year": 2022})
    people["cadre"].areas.clear()
    job = run_queued()
    assert (job.state, job.message) == (
        "failed",
        f"没有区划 {village.code}。请核对代码；新区划请县里先导入。",
    )
    assert not job.output


def test_a_role_taken_away_meanwhile_ends_the_job(small_county, village, people, client, run_queued):
    client.force_login(people["cadre"])
    client.post(reverse("report_index"), {"area": village.code, "year": 2022})
    User.objects.filter(pk=people["cadre"].pk).update(role="helper")
    job = run_queued()
    assert (job.state, bool(job.output)) == ("failed", False)
    assert "您的账号不能导出台账" in job.message


def test_my_exports_are_mine(small_county, village, people, send, client):
    send("cadre", village)
    client.force_login(people["county"])
    page = client.get(reverse("report_index"))
    assert list(page.context["exports"]) == []
    assert client.get(reverse("job_file", args=[Job.objects.get().pk])).status_code == 404


def test_a_link_fills_in_the_area(small_county, township, people, client):
    client.force_login(people["county"])
    page = client.get(reverse("report_index"), {"area": township.code, "year": 2022}).content.decode()
    assert f'<option value="{township.code}" selected>' in page


def test_the_current_year_comes_first_and_others_only_with_a_ledger(small_county, people, client):
    client.force_login(people["cadre"])

    def years():
        return [year for year, _ in client.get(reverse("report_index")).context["form"].fields["year"].choices]

    assert PolicyYear.objects.in_force().filter(year=2023).exists()
    assert years() == [2022]
    rebuild_ledger(year=2023)
    assert years() == [2022, 2023]


def test_queries_stay_few(small_county, people, client, send, village, django_assert_max_num_queries):
    for _ in range(3):
        send("cadre", village)
    with django_assert_max_num_queries(12):
        client.get(reverse("report_index"))
