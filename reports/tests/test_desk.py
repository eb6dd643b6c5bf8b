"""The desk: what each role is asked to do, with its count and deadline, and nothing beyond its scope."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from accounts.models import Department
from households.models import Household
from jobs.models import Job
from ledger.models import VillageLedger
from ledger.services import rebuild_ledger
from measures.models import ActionLog, Measure, SupportAction
from visits.models import IncomeEntry, Visit
from visits.months import months_from

WINDOW = months_from(date(2021, 10, 1), 9)
JULY = date(2022, 7, 1)


@pytest.fixture
def poor(make_household, village, people):
    """A paired household of the cadre's village with nine months of 300 yuan: below every line."""
    household = make_household(village, head="赵一", helper=people["helper"])
    for month in WINDOW:
        visit = Visit.objects.create(
            household=household, month=month, visited_on=month, visitor=people["cadre"], state="approved"
        )
        IncomeEntry.objects.create(
            household=household, month=month, item_id="W01", amount=Decimal(300), source="visit", visit=visit
        )
    rebuild_ledger(year=2022)
    return household


@pytest.fixture
def desk(client, people):
    def desk(who):
        client.force_login(people[who])
        response = client.get("/")
        assert response.status_code == 200
        return response

    return desk


@pytest.fixture
def tasks(desk):
    """``tasks("cadre")``: what is to do → how many."""
    return lambda who: {task.words: task.count for task in desk(who).context["tasks"]}


@pytest.fixture
def numbers(desk):
    return lambda who: {number.words: number.value for number in desk(who).context["numbers"]}


def test_a_stranger_is_sent_to_sign_in(client, db):
    assert client.get("/")["Location"] == "/accounts/login/?next=/"


def test_a_cadre_has_visits_the_ledger_and_households_without_a_measure(poor, tasks):
    assert tasks("cadre") == {"7 月还没有走访": 1, "村台账还没有上报": 1, "有标记、还没有措施": 1}


def test_a_helper_has_the_paired_households(poor, tasks, make_household, village):
    make_household(village, head="别家")
    assert tasks("helper") == {"7 月还没有走访": 1, "有标记、还没有措施": 1}


def test_a_visit_of_the_month_is_no_longer_to_do(poor, tasks, people):
    visit = Visit.objects.create(household=poor, month=JULY, visited_on=JULY, visitor=people["cadre"], state="draft")
    assert "7 月还没有走访" in tasks("cadre")
    Visit.objects.filter(pk=visit.pk).update(state="submitted")
    assert "7 月还没有走访" not in tasks("cadre")
    assert tasks("township")["有走访待审核"] == 1
    Visit.objects.filter(pk=visit.pk).update(state="returned")
    assert tasks("cadre")["走访被退回"] == 1
    assert "有走访待审核" not in tasks("township")


@pytest.mark.parametrize(
    ("who", "state", "words", "address"),
    [
        ("cadre", "returned", "走访被退回", "/visits/?show=returned"),
        ("cadre", "draft", "7 月还没有走访", "/visits/"),
        ("township", "submitted", "有走访待审核", "/visits/review/"),
    ],
)
def test_tasks_of_visits_lead_to_where_they_are_done(poor, desk, people, client, who, state, words, address):
    Visit.objects.create(household=poor, month=JULY, visited_on=JULY, visitor=people["cadre"], state=state)
    assert {task.words: task.address for task in desk(who).context["tasks"]}[words] == address
    assert "赵一" in client.get(address).content.decode()


def test_a_township_confirms_measures_and_reviews_ledgers(poor, tasks, action, village, people):
    assert tasks("township") == {"措施待确认": 1}
    ledger = VillageLedger.objects.get(village=village, year=2022)
    ledger.state, ledger.submitted_by = "submitted", people["cadre"]
    ledger.save()
    assert tasks("township")["村台账待审核"] == 1
    assert "村台账还没有上报" not in tasks("cadre")
    ledger.state = "reviewed"
    ledger.save()
    assert "村台账待审核" not in tasks("township")
    assert tasks("county")["村台账待验收"] == 1
    assert tasks("other_township") == {}


def test_the_county_sees_who_is_not_linked(poor, tasks):
    assert "的帮扶责任人没有关联账号" not in str(tasks("county"))
    Household.objects.update(helper=None, helper_name="李责任")
    assert tasks("county")["帮扶责任人没有关联账号"] == 1


def test_a_department_has_its_own_actions(poor, tasks, numbers, action):
    assert tasks("labour") == {"建议等乡镇确认": 1}
    assert tasks("civil") == {}
    SupportAction.objects.update(state="confirmed")
    assert tasks("labour") == {"措施待开始": 1}
    assert numbers("labour") == {"涉及户": 1, "建议": 0, "已确认": 1, "实施中": 0, "已完成": 0}


def test_what_is_overdue_says_so(poor, tasks, desk, action):
    SupportAction.objects.update(due_on=date(2022, 7, 9), state="under_way")
    for who in ("labour", "township", "county", "cadre", "helper", "auditor"):
        assert tasks(who)["措施已过时限"] == 1
    assert 'class="is-late"' in desk("labour").content.decode()
    SupportAction.objects.update(state="done")
    assert "措施已过时限" not in tasks("labour")


def test_deadlines_are_named_with_the_days_left(poor, desk):
    content = desk("cadre").content.decode()
    assert "7月31日前，还有 21 天" in content
    assert "9月15日前，还有 67 天" in content


def test_five_numbers_of_the_area(poor, numbers, make_household, far_village):
    make_household(far_village)
    rebuild_ledger(year=2022)
    expected = {"在册户": 1, "台账人口": 1, "有标记": 1, "低于监测标准": 1, "有措施": 0}
    for who in ("cadre", "helper", "township"):
        assert numbers(who) == expected
    assert numbers("county")["在册户"] == 2
    assert numbers("nobody")["在册户"] == 0


def test_every_task_and_number_leads_to_its_list(poor, desk, action, client):
    SupportAction.objects.update(due_on=date(2022, 7, 9))
    for who in ("cadre", "helper", "township", "county", "labour", "auditor", "system"):
        context = desk(who).context
        addresses = [task.address for task in context["tasks"]] + [number.address for number in context["numbers"]]
        for address in filter(None, addresses):
            assert client.get(address, follow=True).status_code == 200, address


def test_the_count_of_a_task_is_that_of_the_list_behind_it(poor, desk, client):
    for who in ("cadre", "helper", "county"):
        for task in desk(who).context["tasks"]:
            if task.address.startswith("/households/"):
                assert client.get(task.address).context["page"].paginator.count == task.count, task.words


def test_the_administrator_has_accounts_and_jobs_and_no_household(poor, tasks, desk, people):
    Job.objects.create(
        kind="export", title="导出", owner=people["county"], state="failed", finished_at=datetime.now(UTC)
    )
    assert tasks("system") == {"账号没有区划": 1, "任务失败": 1}
    assert "赵一" not in desk("system").content.decode()


def test_what_changed_lately_within_the_scope(poor, desk, action, people):
    ActionLog.objects.create(action=action, on=JULY, state="under_way", by=people["labour"])
    Job.objects.create(kind="export", title="柳沟村台账", owner=people["cadre"], state="done")
    Visit.objects.filter(month=WINDOW[-1]).update(submitted_at=datetime(2022, 6, 20, 8, tzinfo=UTC))
    words = [change.words for change in desk("cadre").context["changes"]]
    assert words == ["柳沟村台账：已完成", f"赵一 {action.measure}：实施中", "赵一 6 月走访已报"]
    assert [change.words for change in desk("labour").context["changes"]] == [f"赵一 {action.measure}：实施中"]
    assert desk("next_cadre").context["changes"] == []


@pytest.mark.parametrize(
    ("who", "words"),
    [("county", "先把县里已有的表导进来"), ("helper", "结对"), ("cadre", "还没有户"), ("civil", "没有等您办的事")],
)
def test_an_empty_county_says_how_to_begin(desk, who, words):
    assert words in desk(who).content.decode()


@pytest.mark.parametrize("size", [1, 20])
@pytest.mark.parametrize("who", ["cadre", "helper", "township", "county", "labour", "auditor", "system"])
def test_the_queries_do_not_grow(client, people, make_household, village, who, size, django_assert_max_num_queries):
    labour = Department.objects.get(name="人社局")
    for serial in range(size):
        household = make_household(village, head=f"户{serial}", helper=people["helper"])
        action = make_action(household, labour)
        ActionLog.objects.create(action=action, on=JULY, state="under_way", by=people["labour"])
        Visit.objects.create(
            household=household,
            month=JULY,
            visited_on=JULY,
            visitor=people["cadre"],
            state="submitted",
            submitted_at=datetime(2022, 7, 2, tzinfo=UTC),
        )
    rebuild_ledger(year=2022)
    client.force_login(people[who])
    with django_assert_max_num_queries(15):
        client.get("/")


def make_action(household, department):
    return SupportAction.objects.create(
        household=household,
        year=2022,
        measure=Measure.objects.filter(department=department).first(),
        department=department,
        reason="可以务工",
        due_on=date(2022, 9, 15),
        proposed_at=datetime(2022, 7, 10, tzinfo=UTC),
    )


@pytest.fixture
def action(poor):
    return make_action(poor, Department.objects.get(name="人社局"))
