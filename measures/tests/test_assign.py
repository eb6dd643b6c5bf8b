"""Proposing measures: who gets them, once, with whom, till when, and in how many queries."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent
from ledger.models import LedgerRow, PolicyYear
from measures import services
from measures.models import Measure, SupportAction
from measures.services import assign_measures

pytestmark = pytest.mark.django_db

DAY = date(2022, 7, 10)


def assign(**kwargs):
    return assign_measures(**{"year": 2022, "today": DAY, **kwargs})


@pytest.fixture
def poor(make_household, village, earn):
    """One worker with 300 yuan a month: below both lines."""
    return earn(make_household(village), W01=300)


@pytest.fixture
def well_off(make_household, village, earn):
    """Above every line: no flag."""
    return earn(make_household(village), W01=5000)


@pytest.fixture
def built(poor, well_off, rebuild):
    rebuild()


def test_flagged_households_get_proposals_with_department_reason_and_deadline(built, poor):
    result = assign()
    actions = SupportAction.objects.filter(household=poor)
    codes = set(actions.values_list("measure_id", flat=True))
    assert {"stable_work", "loan_survey", "shareholding", "pair_helper"} <= codes
    work = actions.get(measure="stable_work")
    assert (work.state, work.year, work.due_on) == ("suggested", 2022, date(2022, 9, 15))
    assert work.department.name == "人社局"
    assert work.reason == "1 人务工，预估人均 3,600.00 元，低于监测标准 7,300.00 元，稳定岗位、提高就业质量"
    assert (work.expected_gain, work.started_on, work.finished_on) == (None, None, None)
    assert (result["households"], result["actions"], result["flagged"]) == (1, len(codes), 1)


def test_unflagged_households_get_none(built, well_off):
    assert not LedgerRow.objects.flagged().filter(household=well_off).exists()
    assign()
    assert not SupportAction.objects.filter(household=well_off).exists()


def test_twice_adds_nothing(built):
    first = assign()
    before = list(SupportAction.objects.order_by("pk").values())
    second = assign()
    assert list(SupportAction.objects.order_by("pk").values()) == before
    assert SupportAction.history.count() == len(before) == first["actions"]
    assert (second["households"], second["actions"], set(second["by_line"].values())) == (0, 0, {0})
    assert second["standing"] == first["standing"]
    assert first["standing"]["actions"] == first["actions"]
    assert AuditEvent.objects.filter(action="提出帮扶措施").count() == 1


def test_what_people_changed_stays_and_what_they_stopped_is_not_proposed_again(built, poor):
    assign()
    stopped = SupportAction.objects.get(household=poor, measure="shareholding")
    stopped.state = "stopped"
    stopped.reason = "村里没有集体资产"
    stopped.save()
    assert assign()["actions"] == 0
    stopped.refresh_from_db()
    assert (stopped.state, stopped.reason) == ("stopped", "村里没有集体资产")
    assert assign()["standing"]["actions"] == SupportAction.objects.count() - 1


def test_a_measure_given_by_hand_is_left_alone(built, poor):
    measure = Measure.objects.get(pk="stable_work")
    by_hand = SupportAction.objects.create(
        household=poor,
        year=2022,
        measure=measure,
        department=measure.department,
        state="confirmed",
        reason="走访时商定",
        due_on=date(2022, 8, 1),
        proposed_at="2022-07-01T08:00Z",
    )
    assign()
    assert SupportAction.objects.get(household=poor, measure=measure).reason == by_hand.reason
    assert SupportAction.history.filter(household=poor, measure=measure).count() == 1


def test_a_measure_given_by_hand_meanwhile_is_left_alone(built, poor, monkeypatch):
    """Somebody adds it between reading and writing: the database decides, theirs stays."""
    assign()
    SupportAction.objects.filter(household=poor, measure="stable_work").update(reason="走访时商定", state="confirmed")
    before = list(SupportAction.objects.order_by("pk").values())
    history = SupportAction.history.count()
    monkeypatch.setattr(services, "_existing", lambda flagged, year: set())
    assign()
    assert list(SupportAction.objects.order_by("pk").values()) == before
    assert SupportAction.history.count() == history


def test_an_interrupted_assignment_leaves_nothing(built, monkeypatch):
    def fail(**kwargs):
        raise RuntimeError("interrupted")

    monkeypatch.setattr(services, "record_event", fail)
    with pytest.raises(RuntimeError, match="interrupted"):
        assign()
    assert not SupportAction.objects.exists()
    assert not SupportAction.history.exists()


def test_measures_out_of_use_are_not_proposed(built, poor):
    Measure.objects.filter(pk="shareholding").update(is_active=False)
    assign()
    assert SupportAction.objects.filter(household=poor).exists()
    assert not SupportAction.objects.filter(measure="shareholding").exists()


def test_households_that_left_get_none(built, poor):
    poor.left_on = DAY
    poor.save()
    assert assign()["flagged"] == 0
    poor.left_on = date(2022, 7, 11)
    poor.save()
    assert assign()["flagged"] == 1


def test_households_with_months_missing_are_looked_at_too(make_household, village, earn, rebuild):
    earn(make_household(village, helper_name="张三"), months=6, W01=300)
    rebuild()
    assert assign()["households"] == 1
    assert "缺 3 个月收入先补齐" in SupportAction.objects.get(measure="helper_follow").reason


def test_an_area_is_one_range(make_household, village, next_village, far_village, earn, rebuild, township):
    households = [earn(make_household(area), W01=300) for area in (village, next_village, far_village)]
    rebuild()
    assert assign(area=village.code)["households"] == 1
    assert set(SupportAction.objects.values_list("household", flat=True)) == {households[0].pk}
    assert assign(area=township.code)["households"] == 1
    assert assign(area=far_village.code)["households"] == 1
    assert assign()["households"] == 0


def test_each_proposal_has_one_history_row_with_who_ran_it(built, people):
    assign(user=people["county"])
    rows = SupportAction.history.all()
    assert sorted(row.id for row in rows) == sorted(SupportAction.objects.values_list("pk", flat=True))
    assert {(row.history_type, row.history_user_id) for row in rows} == {("+", people["county"].pk)}
    action = SupportAction.objects.first()
    past = action.history.get()
    assert (past.reason, past.department_id, past.due_on) == (action.reason, action.department_id, action.due_on)
    assert past.history_date == action.proposed_at


def test_counts_add_up(built):
    result = assign()
    stored = SupportAction.objects.values_list("measure__line", "department__name")
    assert result["actions"] == sum(result["by_line"].values()) == sum(result["by_department"].values()) == len(stored)
    assert list(result["by_line"]) == ["1", "2", "3", "4", "5", "6"]
    for number, count in result["by_line"].items():
        assert sum(1 for line, _ in stored if line == int(number)) == count
    for name, count in result["by_department"].items():
        assert sum(1 for _, department in stored if department == name) == count


@pytest.mark.usefixtures("rows_go_in_one_way")
def test_the_number_of_queries_does_not_grow(make_household, village, earn, rebuild):
    def queries():
        rebuild()
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert assign()["households"] > 0
        return len(captured)

    earn(make_household(village), W01=300)
    one = queries()
    for _ in range(12):
        earn(make_household(village, persons=3, labour="none"), T01=100)
        earn(make_household(village, labour="weak"), B01=100, C01=200)
    assert queries() == one


def test_progress_is_told(built):
    told = []
    assign(progress=lambda done, total, message="": told.append((done, total)))
    assert told[0] == (0, 1)
    assert told[-1] == (1, 1)


def test_no_policy_year():
    with pytest.raises(PolicyYear.DoesNotExist):
        assign(year=2031)


def command(*arguments):
    out = StringIO()
    call_command("assign_measures", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_command_prints_one_json_object(built, village):
    result = json.loads(command("--year", "2022", "--area", village.code, "--json").splitlines()[-1])
    assert {"households", "actions", "by_line", "by_department"} <= set(result)
    assert result["actions"] == SupportAction.objects.count() > 0
    again = json.loads(command("--year", "2022", "--json"))
    assert again["actions"] == 0
    assert again["standing"]["actions"] == result["actions"]


def test_command_refuses_what_is_not_there(village):
    with pytest.raises(CommandError, match="没有 2031 政策年度"):
        command("--year", "2031")
    with pytest.raises(CommandError, match="没有区划 130699"):
        command("--year", "2022", "--area", "130699")
