"""The county's button that recomputes an area."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from jobs.models import Job
from ledger.models import LedgerRow

pytestmark = pytest.mark.django_db


@pytest.fixture
def press(client, people, django_capture_on_commit_callbacks):
    """``press("county", "130630")``: the answer to the button, the job run."""

    def press(who, code, year=2022, method="post"):
        client.force_login(people[who])
        with django_capture_on_commit_callbacks(execute=True):
            return getattr(client, method)(reverse("ledger_rebuild", args=[year, code]))

    return press


def test_the_county_recomputes_an_area_as_a_job(press, people, household, make_household, far_village):
    elsewhere = make_household(far_village)
    response = press("county", "130630101")
    job = Job.objects.get()
    assert response.url == reverse("job", args=[job.pk])
    assert (job.state, job.owner, job.area_id) == (Job.State.DONE, people["county"], "130630101")
    assert job.title == "重新计算 2022 年度台账（银坊镇）"
    assert job.result["households"] == 1
    assert job.result["summary"].startswith("算了 1 户，数有变化的 1 户；缺月 1 户")
    assert (job.done, job.total) == (1, 1)
    assert LedgerRow.objects.filter(household=household).exists()
    assert not LedgerRow.objects.filter(household=elsewhere).exists()
    event = AuditEvent.objects.get(action="重新计算台账")
    assert (event.user, event.subject) == (people["county"], "130630101")


@pytest.mark.parametrize("who", ["cadre", "helper", "township", "civil", "auditor", "system"])
def test_nobody_else_may(press, household, who):
    assert press(who, "130630").status_code == 403
    assert not Job.objects.exists()
    assert not LedgerRow.objects.exists()


def test_unknown_area_or_year_and_a_mere_look(press, household):
    assert press("county", "139999").status_code == 404
    assert press("county", "130630", year=2019).status_code == 404
    assert press("county", "130630", method="get").status_code == 405
    assert not Job.objects.exists()


def test_pressed_twice_it_is_one_job(client, people, household):
    client.force_login(people["county"])
    # Not committed, so not yet run.
    first = client.post(reverse("ledger_rebuild", args=[2022, "130630"]))
    second = client.post(reverse("ledger_rebuild", args=[2022, "130630"]))
    assert first.url == second.url
    assert Job.objects.count() == 1
    other_area = client.post(reverse("ledger_rebuild", args=[2022, "130630101"]))
    assert other_area.url != first.url


def test_rights_are_looked_at_again_when_the_job_runs(client, people, household, django_capture_on_commit_callbacks):
    client.force_login(people["county"])
    with django_capture_on_commit_callbacks() as waiting:
        client.post(reverse("ledger_rebuild", args=[2022, "130630"]))
    people["county"].areas.clear()
    for callback in waiting:
        callback()
    job = Job.objects.get()
    assert (job.state, job.message) == (
        Job.State.FAILED,
        "您已不能重新计算这个区划的台账。请县乡村振兴局的账号来做。",
    )
    assert not LedgerRow.objects.exists()
