"""The list of measures, the catalogue, the workbook, and the county's button."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent, Department
from households.models import Household
from jobs.models import Job
from jobs.services import JobError
from measures import tasks
from measures.models import Measure, SupportAction
from measures.services import assign_measures

pytestmark = pytest.mark.django_db

LIST = "/measures/"
BUDGET = 12


@pytest.fixture
def act(db):
    """``act(household, "public_post", state="done")``: an action of 2022."""

    def act(household, code, **fields):
        measure = Measure.objects.get(pk=code)
        fields = {
            "year": 2022,
            "department": measure.department,
            "reason": f"{household.head_name} 的理由",
            "due_on": date(2022, 9, 15),
            "proposed_at": "2022-07-10T00:00Z",
            **fields,
        }
        return SupportAction.objects.create(household=household, measure=measure, **fields)

    return act


@pytest.fixture
def actions(make_household, village, far_village, people, act):
    """Two households of two townships: a benefit and a public post each, the near one's post overdue."""
    near = make_household(village, head="赵近", helper=people["helper"])
    far = make_household(far_village, head="钱远")
    return {
        "near_benefit": act(near, "low_income_allowance"),
        "near_post": act(near, "public_post", due_on=date(2022, 7, 9), state="under_way"),
        "far_benefit": act(far, "low_income_allowance", state="done", due_on=date(2022, 7, 1)),
        "far_post": act(far, "public_post", state="stopped", due_on=date(2022, 7, 1)),
    }


def shown(client, user, address=LIST):
    """The actions that the page lists."""
    client.force_login(user)
    response = client.get(address)
    assert response.status_code == 200, address
    return list(response.context["page"])


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("county", {"near_benefit", "near_post", "far_benefit", "far_post"}),
        ("auditor", {"near_benefit", "near_post", "far_benefit", "far_post"}),
        ("township", {"near_benefit", "near_post"}),
        ("other_township", {"far_benefit", "far_post"}),
        ("cadre", {"near_benefit", "near_post"}),
        ("next_cadre", set()),
        ("helper", {"near_benefit", "near_post"}),
        ("civil", {"near_benefit", "far_benefit"}),
        ("labour", {"near_post", "far_post"}),
        ("nobody", set()),
    ],
)
def test_each_sees_their_own(client, people, actions, who, names):
    assert set(shown(client, people[who])) == {actions[name] for name in names}
    assert client.get(LIST).context["summary"]["all"] == len(names)


def test_the_administrator_has_no_business_here(client, people, actions):
    client.force_login(people["system"])
    assert client.get(LIST).status_code == 403
    assert client.post(reverse("measure_export")).status_code == 403


def test_signed_out(client):
    assert client.get(LIST).url == f"/accounts/login/?next={LIST}"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("line=2", {"near_post", "far_post"}),
        ("state=done", {"far_benefit"}),
        ("line=2&state=stopped", {"far_post"}),
        ("area=130630101", {"near_benefit", "near_post"}),
        ("area=130630102901", {"far_benefit", "far_post"}),
        ("due=overdue", {"near_post"}),
        ("year=2023", set()),
    ],
)
def test_filters(client, people, actions, query, names):
    assert set(shown(client, people["county"], f"{LIST}?{query}")) == {actions[name] for name in names}


def test_filter_by_department(client, people, actions):
    civil = Department.objects.get(name="民政局")
    expected = {actions["near_benefit"], actions["far_benefit"]}
    assert set(shown(client, people["county"], f"{LIST}?department={civil.pk}")) == expected


@pytest.mark.parametrize("query", ["area=130630102", "area=130630102901", "line=7", "state=x", "year=1999"])
def test_what_is_no_choice_is_404(client, people, actions, query):
    client.force_login(people["township"])
    assert client.get(f"{LIST}?area=130630101901").status_code == 200
    assert client.get(f"{LIST}?{query}").status_code == 404


def test_counts_are_those_of_the_whole_year_and_of_what_is_chosen(client, people, actions):
    client.force_login(people["county"])
    summary = client.get(f"{LIST}?line=2&state=stopped").context["summary"]
    assert (summary["all"], summary["all_households"]) == (4, 2)
    assert (summary["actions"], summary["households"]) == (1, 1)
    by_line = {row["line"].number: (row["households"], row["actions"], dict(row["states"])) for row in summary["lines"]}
    assert by_line[2][:2] == (2, 2)
    assert (by_line[2][2]["under_way"], by_line[2][2]["stopped"], by_line[4][2]["done"]) == (1, 1, 1)
    assert by_line[1][:2] == (0, 0)


def test_what_a_row_says(client, people, actions):
    client.force_login(people["county"])
    page = client.get(f"{LIST}?area=130630101901").content.decode()
    for words in (
        "赵近",
        "乡村公益性岗位",
        "外出务工就业",
        "人社局",
        "赵近 的理由",
        "实施中",
        "7月9日，已过",
        "9月15日",
    ):
        assert words in page, words
    assert actions["near_post"].household.get_absolute_url() in page


def test_the_number_of_queries_does_not_grow(client, people, make_household, village, act):
    def queries(who):
        client.force_login(people[who])
        with CaptureQueriesContext(connection) as captured:
            assert client.get(LIST).status_code == 200
        return len(captured)

    act(make_household(village, helper=people["helper"]), "low_income_allowance")
    before = {who: queries(who) for who in ("county", "township", "helper", "civil", "auditor")}
    for _ in range(60):
        household = make_household(village, helper=people["helper"])
        act(household, "low_income_allowance")
        act(household, "public_post")
    after = {who: queries(who) for who in before}
    assert after == before
    assert max(after.values()) <= BUDGET, after


def test_pages(client, people, make_household, village, act):
    for _ in range(51):
        act(make_household(village), "public_post")
    assert len(shown(client, people["county"])) == 50
    assert len(shown(client, people["county"], f"{LIST}?page=2")) == 1
    assert "51" in client.get(LIST).content.decode()


def test_a_partial_for_htmx(client, people, actions):
    client.force_login(people["county"])
    page = client.get(LIST, headers={"HX-Request": "true"}).content.decode()
    assert "赵近" in page
    assert "<html" not in page


@pytest.mark.parametrize(
    ("who", "words"),
    [("county", "给有标记的户提出措施"), ("township", "县里按规则提出后"), ("civil", "还没有要本部门办的措施")],
)
def test_nothing_yet(client, people, who, words):
    client.force_login(people[who])
    assert words in client.get(LIST).content.decode()


def test_the_workbook_holds_what_the_list_shows(client, people, actions):
    client.force_login(people["civil"])
    response = client.post(reverse("measure_export"))
    sheet = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content))).active
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    assert [row[3] for row in rows] == ["赵近", "钱远"]
    assert rows[0][4:8] == ("资助惠民", "农村低保", "民政局", "建议")
    assert AuditEvent.objects.get(action="导出帮扶措施").subject == "2 项"
    client.force_login(people["county"])
    response = client.post(reverse("measure_export") + "?due=overdue")
    sheet = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content))).active
    assert sheet.max_row == 3


def test_a_long_workbook_is_a_job(client, people, actions, settings, monkeypatch, django_capture_on_commit_callbacks):
    settings.JOBS_EAGER = True
    monkeypatch.setattr("measures.views.ROWS_AT_ONCE", 1)
    client.force_login(people["labour"])
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("measure_export") + "?line=2")
    job = Job.objects.get()
    assert response.url == reverse("job", args=[job.pk])
    assert (job.state, job.result["rows"], job.parameters["filters"]["line"]) == ("done", 2, "2")
    sheet = openpyxl.load_workbook(job.output.open()).active
    assert [row[3] for row in sheet.iter_rows(min_row=3, values_only=True)] == ["赵近", "钱远"]
    assert AuditEvent.objects.get(action="导出帮扶措施").user == people["labour"]


def test_a_job_asks_for_the_scope_of_the_hour(people, actions, township, far_village):
    job = Job.objects.create(
        kind="export_measures", title="导出", owner=people["township"], parameters={"filters": {"area": township.code}}
    )
    people["township"].areas.set([far_village])
    with pytest.raises(JobError, match="重新导出"):
        tasks.export(job, lambda *progress: None)


def test_an_export_of_what_is_no_choice(client, people, actions):
    client.force_login(people["township"])
    assert client.post(reverse("measure_export") + "?area=130630102").status_code == 404
    assert client.get(reverse("measure_export")).status_code == 405
    assert not AuditEvent.objects.filter(action="导出帮扶措施").exists()


def test_the_catalogue(client, people, actions):
    client.force_login(people["township"])
    page = client.get(reverse("measure_catalogue"))
    text = page.content.decode()
    for words in ("雨露计划", "整户无劳动能力", "二(三)4", "残疾人两项补贴", "资产收益分红", "工商联"):
        assert words in text, words
    assert "由人工选定" not in text
    counts = {measure.code: measure.count for line in page.context["lines"] for measure in line.catalogue}
    assert (counts["public_post"], counts["low_income_allowance"], counts["rain_dew"]) == (1, 1, 0)
    client.force_login(people["county"])
    with CaptureQueriesContext(connection) as captured:
        page = client.get(reverse("measure_catalogue"))
    assert len(captured) <= BUDGET
    counts = {measure.code: measure.count for line in page.context["lines"] for measure in line.catalogue}
    # A stopped one does not count.
    assert (counts["public_post"], counts["low_income_allowance"]) == (1, 2)


def test_a_measure_without_a_rule_is_given_by_hand_only(client, people):
    civil = Department.objects.get(name="民政局")
    Measure.objects.create(
        code="by_hand", line_id=4, department=civil, name="慰问", nature="assistance", clause="二(三)4", is_active=False
    )
    client.force_login(people["county"])
    page = client.get(reverse("measure_catalogue")).content.decode()
    assert "由人工选定" in page
    assert "已停用" in page


def test_the_county_has_measures_proposed(
    client, people, make_household, village, earn, rebuild, settings, django_capture_on_commit_callbacks
):
    settings.JOBS_EAGER = True
    poor = earn(make_household(village), W01=300)
    rebuild()
    client.force_login(people["county"])
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("measure_assign"), {"year": "2022", "area": "130630"})
    job = Job.objects.get()
    assert response.url == reverse("job", args=[job.pk])
    assert (job.state, job.result["households"], job.owner) == ("done", 1, people["county"])
    assert SupportAction.objects.filter(household=poor).count() == job.result["actions"]
    assert job.result["summary"].startswith(f"新提出 1 户 {job.result['actions']} 项；有标记 1 户")


@pytest.mark.parametrize(
    ("who", "status"),
    [("township", 403), ("cadre", 403), ("helper", 403), ("civil", 403), ("auditor", 403), ("system", 403)],
)
def test_nobody_else_has_measures_proposed(client, people, who, status):
    client.force_login(people[who])
    assert client.post(reverse("measure_assign"), {"year": "2022", "area": "130630"}).status_code == status
    assert not Job.objects.exists()
    assert "给有标记的户提出措施" not in client.get(LIST).content.decode()


@pytest.mark.parametrize(
    "data", [{}, {"year": "2022"}, {"year": "2031", "area": "130630"}, {"year": "2022", "area": "1"}]
)
def test_proposing_for_what_is_not_there(client, people, data):
    client.force_login(people["county"])
    assert client.post(reverse("measure_assign"), data).status_code == 404
    assert client.get(reverse("measure_assign")).status_code == 405
    assert not Job.objects.exists()


def test_a_department_sees_a_household_once_it_has_an_action(people, make_household, village, earn, rebuild):
    household = earn(make_household(village, labour="none"), T03=100)
    rebuild()
    assert not Household.objects.visible_to(people["civil"]).exists()
    assign_measures(year=2022, today=date(2022, 7, 10))
    assert list(Household.objects.visible_to(people["civil"])) == [household]
    assert not Household.objects.visible_to(people["labour"]).exists()
