"""The page of one month of one household: who may read it, and what it says."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import Department
from measures.models import Measure, SupportAction
from visits.models import IncomeEntry, Visit

JUNE = date(2022, 6, 1)


@pytest.fixture
def visit(household, people):
    return Visit.objects.create(
        household=household,
        month=JUNE,
        visited_on=date(2022, 6, 12),
        visitor=people["cadre"],
        state="submitted",
        is_housing_safe=True,
        is_water_safe=False,
        needs="想学养蜂",
    )


@pytest.fixture
def read(client, people, household):
    def get(who, month="2022-06", number=None):
        client.force_login(people[who])
        return client.get(f"/visits/{number or household.number}/{month}/")

    return get


@pytest.mark.parametrize(
    ("who", "status"),
    [
        *((who, 200) for who in ("cadre", "township", "county", "auditor")),
        *((who, 404) for who in ("next_cadre", "other_township", "helper", "civil", "system", "nobody")),
    ],
)
def test_who_may_read_it(read, visit, who, status):
    assert read(who).status_code == status


def test_a_department_with_an_action_may_not_read_visits(read, visit, household):
    civil = Department.objects.get(name="民政局")
    SupportAction.objects.create(
        household=household,
        year=2022,
        department=civil,
        measure=Measure.objects.filter(department=civil).first(),
        reason="低保",
        due_on=date(2022, 9, 15),
        proposed_at="2022-07-10T08:00:00+08:00",
    )
    assert read("civil").status_code == 403


def test_it_says_what_was_seen(read, visit):
    content = read("township").content.decode()
    for words in ("2022年6月12日入户", "已报", "× 否", "没有问到", "想学养蜂"):
        assert words in content, words


def test_all_sources_show_and_the_sum_counts_one(read, visit, household):
    fields = {"household": household, "month": JUNE, "item_id": "T01"}
    IncomeEntry.objects.create(**fields, amount=Decimal(300), source="visit", visit=visit, is_counted=False)
    IncomeEntry.objects.create(
        **fields, amount=Decimal(350), source="feed", department=Department.objects.get(name="民政局")
    )
    content = read("township").content.decode()
    assert '<s class="superseded">300.00</s>' in content
    assert content.count("350.00") == 2
    assert "650.00" not in content
    assert "民政局" in content


def test_a_returned_visit_shows_the_comment_and_that_it_does_not_count(read, visit, people):
    Visit.objects.update(state="returned", review_comment="务工工资请再核", reviewed_by=people["township"])
    content = read("township").content.decode()
    assert "务工工资请再核" in content
    assert "退回的走访不计收入" in content


def test_a_month_without_a_visit_says_so(read, visit):
    content = read("township", "2022-05").content.decode()
    assert "这个月没有走访记录" in content
    assert "这个月没有收入记录" in content


@pytest.mark.parametrize("month", ["2022-08", "2022-13", "2022-6", "202206", "june", "0000-01"])
def test_a_month_to_come_or_no_month_is_not_found(read, visit, month):
    assert read("township", month).status_code == 404


def test_months_lead_to_each_other_up_to_this_one(read, visit, household):
    assert f'href="/visits/{household.number}/2022-07/"' in read("township").content.decode()
    assert f'href="/visits/{household.number}/2022-08/"' not in read("township", "2022-07").content.decode()


def test_what_was_written_is_text_and_never_markup(read, visit):
    Visit.objects.update(needs="<img src=x onerror=alert(1)>")
    content = read("township").content.decode()
    assert "<img" not in content
    assert "&lt;img" in content
