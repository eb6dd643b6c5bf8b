"""Risk points follow the flags at once, and end by people only."""

from datetime import date

import pytest

from ledger.models import LedgerRow, RiskPoint
from ledger.services import refresh_ledger, refresh_risk_points
from visits.models import IncomeEntry, Visit
from visits.months import months_from

pytestmark = pytest.mark.django_db

DAY = date(2022, 7, 10)
WINDOW = months_from(date(2021, 10, 1), 9)


def earn(household, user, yuan, months=WINDOW):
    for month in months:
        visit = Visit.objects.create(
            household=household, month=month, visited_on=month, visitor=user, state="submitted"
        )
        IncomeEntry.objects.create(
            household=household, month=month, item_id="W01", amount=yuan, source="visit", visit=visit
        )


def kinds(household):
    return dict(household.risk_points.values_list("kind", "state"))


def test_flags_of_a_complete_row_raise_points_with_their_figures(household, people):
    earn(household, people["cadre"], 500)
    refresh_ledger(household_ids=[household.pk], day=DAY)
    assert kinds(household) == {"below_monitoring_line": "open", "below_average_line": "open"}
    point = household.risk_points.get(kind="below_monitoring_line")
    assert (point.raised_on, point.evidence) == (DAY, {"per_capita": "6000.00"})
    assert point.history.get().history_change_reason == "台账标记"
    assert refresh_risk_points(year=2022, day=DAY) == 0


def test_a_provisional_row_raises_nothing_until_its_months_are_explained(household, people):
    earn(household, people["cadre"], 500, WINDOW[:-1])
    refresh_ledger(household_ids=[household.pk], day=DAY)
    assert kinds(household) == {}
    LedgerRow.objects.filter(household=household).update(missing_reason="6 月全家在外")
    refresh_risk_points(year=2022, day=DAY)
    assert "below_monitoring_line" in kinds(household)


def test_a_corrected_figure_withdraws_what_nobody_acted_on_and_nothing_else(household, people):
    earn(household, people["cadre"], 500)
    refresh_ledger(household_ids=[household.pk], day=DAY)
    RiskPoint.objects.filter(kind="below_average_line").update(state="under_way")
    IncomeEntry.objects.filter(household=household).update(amount=2000)
    refresh_ledger(household_ids=[household.pk], day=DAY)
    assert kinds(household) == {"below_average_line": "under_way"}
    assert RiskPoint.history.filter(kind="below_monitoring_line", history_type="-").count() == 1


def test_an_eliminated_point_stays_so_until_its_flag_goes_and_comes_back(household, people):
    earn(household, people["cadre"], 500)
    refresh_ledger(household_ids=[household.pk], day=date(2022, 7, 1))
    RiskPoint.objects.update(state="eliminated", eliminated_on=date(2022, 7, 5))
    for yuan in (510, 2000, 510):
        assert set(kinds(household).values()) == {"eliminated"}, yuan
        IncomeEntry.objects.filter(household=household).update(amount=yuan)
        refresh_ledger(household_ids=[household.pk], day=DAY)
    point = household.risk_points.get(kind="below_monitoring_line")
    assert (point.state, point.raised_on, point.eliminated_on) == ("open", DAY, None)


def test_the_number_of_queries_does_not_grow_and_others_stay(
    make_household, village, far_village, people, django_assert_num_queries
):
    bystander = make_household(far_village)
    households = [make_household(village) for _ in range(4)]
    for each in (bystander, *households):
        earn(each, people["cadre"], 500)
    refresh_ledger(household_ids=[each.pk for each in (bystander, *households)], day=DAY)
    RiskPoint.history.all().delete()
    RiskPoint.objects.all().delete()
    ids = [each.pk for each in households]
    refresh_risk_points(year=2022, day=DAY, household_ids=ids[:1])
    RiskPoint.objects.all().delete()
    with django_assert_num_queries(4):
        refresh_risk_points(year=2022, day=DAY, household_ids=ids[:1])
    RiskPoint.objects.all().delete()
    with django_assert_num_queries(4):
        refresh_risk_points(year=2022, day=DAY, household_ids=ids)
    assert not bystander.risk_points.exists()


def test_a_point_goes_with_its_flag_even_where_a_month_was_missing_in_between(household, people):
    """A returned visit makes the row provisional; what it says when it comes back is compared with nothing."""
    earn(household, people["cadre"], 1000)
    refresh_ledger(household_ids=[household.pk], day=DAY)
    assert kinds(household) == {"below_average_line": "open"}
    june = Visit.objects.filter(household=household, month=WINDOW[-1])
    june.update(state="returned")
    IncomeEntry.objects.filter(month=WINDOW[-1]).update(is_counted=False)
    refresh_ledger(household_ids=[household.pk], day=DAY)
    assert kinds(household) == {"below_average_line": "open"}, "a provisional figure ends nothing"
    june.update(state="submitted")
    IncomeEntry.objects.filter(month=WINDOW[-1]).update(is_counted=True, amount=5000)
    refresh_ledger(household_ids=[household.pk], day=DAY)
    assert kinds(household) == {}


def test_where_the_missing_months_are_explained_points_follow_each_visit_too(household, people):
    earn(household, people["cadre"], 2000, WINDOW[:-2])
    refresh_ledger(household_ids=[household.pk], day=DAY)
    LedgerRow.objects.filter(household=household).update(missing_reason="5、6 月全家在外")
    IncomeEntry.objects.filter(household=household).update(amount=500)
    refresh_ledger(household_ids=[household.pk], day=DAY)
    assert kinds(household) == {"below_monitoring_line": "open", "below_average_line": "open"}
