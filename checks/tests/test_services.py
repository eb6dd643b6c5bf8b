"""Keeping findings: opened, quiet once explained, fixed when gone; in a fixed number of queries."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from checks.models import Finding
from checks.querysets import with_doubts
from checks.services import check_reported, refresh_findings, run_checks
from households.models import Household
from jobs.services import start_job
from ledger.models import PolicyYear
from ledger.prospect import Ground, prospect
from visits.models import IncomeEntry, Visit, VisitVersion
from visits.sheets import load_sheets

pytestmark = pytest.mark.django_db

DAY = date(2022, 7, 10)
LATER = date(2022, 7, 11)
MAY, JUNE = date(2022, 5, 1), date(2022, 6, 1)


@pytest.fixture
def told(people):
    """``told(household, JUNE, W01=1500)``: a submitted visit with amounts of the household, in yuan."""

    def tell(household, month=JUNE, *, state="submitted", **amounts):
        fields = {"visited_on": month + timedelta(days=9), "visitor": people["cadre"], "state": state}
        visit = Visit.objects.create(
            household=household, month=month, submitted_at=timezone.now(), fill_seconds=40, **fields
        )
        IncomeEntry.objects.bulk_create(
            IncomeEntry(household=household, month=month, item_id=item, amount=yuan, source="visit", visit=visit)
            for item, yuan in amounts.items()
        )
        return visit

    return tell


@pytest.fixture
def home(make_household, village):
    return make_household(village, phone="13900000000")


def refresh(*households, month=JUNE, day=DAY, people=None, **options):
    """Check these households' month as a caller does."""
    ground = Ground.for_month(month)
    first, last = ground.reach(month)
    sheets = load_sheets(households, month=month, user=people["cadre"], first_month=first, last_month=last)
    prospects = [prospect(sheet, ground) for sheet in sheets]
    return refresh_findings(sheets=sheets, prospects=prospects, day=day, **options)


@pytest.fixture
def check(people):
    return lambda *households, **options: refresh(*households, people=people, **options)


def explain(finding, people, note="问过，属实"):
    Finding.objects.filter(pk=finding.pk).update(
        state="explained", note=note, explained_by=people["township"], explained_at=timezone.now()
    )


def test_a_doubt_opens_with_what_fired_it(home, told, check):
    told(home, W01=35000)
    result = check(home)
    finding = Finding.objects.get(code="I02", field="entries.W01/0")
    assert (finding.household, finding.month, finding.severity, finding.state) == (home, JUNE, "look", "open")
    assert (finding.member, finding.found_on, finding.seen_on) == (None, DAY, DAY)
    assert finding.values == {"W01/0": 3_500_000}
    assert finding.text == "一个月工资超过 30,000 元，请核对。"
    assert result["households"] == 1
    assert result["findings"] == result["open"] == Finding.objects.count() == sum(result["by_code"].values())


def test_a_doubt_about_a_member_names_it(make_household, make_member, village, told, check):
    home = make_household(village, phone="13900000000")
    child = make_member(home, name="王小", born=date(2015, 1, 1), labour="weak", student_status="小学")
    told(home, W01=1500)
    check(home)
    finding = Finding.objects.get(code="L01")
    assert (finding.member, finding.member_key) == (child, child.pk)
    assert finding.values == {"labour": "weak"}


def test_an_explained_one_stays_quiet_until_its_values_change(home, told, check, people):
    told(home, W01=35000)
    check(home)
    entry = IncomeEntry.objects.get()
    explain(Finding.objects.get(field="entries.W01/0"), people)
    check(home, day=LATER)
    finding = Finding.objects.get(field="entries.W01/0")
    assert (finding.state, finding.note, finding.found_on, finding.seen_on) == ("explained", "问过，属实", DAY, LATER)
    entry.amount = 36000
    entry.save()
    assert check(home, day=LATER)["by_code"]["I02"] >= 1
    finding.refresh_from_db()
    assert (finding.state, finding.values) == ("open", {"W01/0": 3_600_000})
    assert (finding.note, finding.explained_by) == ("问过，属实", people["township"])


def test_what_no_longer_fires_is_fixed_and_may_come_back(home, told, check):
    told(home, W01=35000)
    check(home)
    IncomeEntry.objects.update(amount=3500)
    check(home, day=LATER)
    finding = Finding.objects.get(field="entries.W01/0")
    assert (finding.state, finding.seen_on) == ("fixed", DAY)
    IncomeEntry.objects.update(amount=35000)
    check(home, day=LATER)
    finding.refresh_from_db()
    assert (finding.state, finding.found_on, finding.seen_on) == ("open", LATER, LATER)


def test_an_explanation_goes_with_the_same_values_into_the_next_month(home, told, check, people):
    home.phone = "0312733300"
    home.save()
    told(home, MAY, W01=1500)
    told(home, JUNE, W01=1600)
    check(home, month=MAY)
    explain(Finding.objects.get(code="H04"), people, "村里没有手机信号")
    check(home, month=JUNE)
    carried = Finding.objects.get(code="H04", month=JUNE)
    assert (carried.state, carried.note, carried.explained_by) == ("explained", "村里没有手机信号", people["township"])
    home.phone = ""
    home.save()
    check(home, month=JUNE)
    carried.refresh_from_db()
    assert carried.state == "open"


def test_an_explanation_does_not_cover_other_values_of_the_next_month(home, told, check, people):
    told(home, MAY, W01=35000)
    told(home, JUNE, W01=36000)
    check(home, month=MAY)
    explain(Finding.objects.get(field="entries.W01/0"), people)
    check(home, month=JUNE)
    states = Finding.objects.filter(field="entries.W01/0").order_by("month").values_list("month", "state", "note")
    assert list(states) == [(MAY, "explained", "问过，属实"), (JUNE, "open", "")]


def test_only_the_groups_asked_for_are_touched(home, told, check):
    visit = told(home, W01=1500)
    Visit.objects.filter(pk=visit.pk).update(visited_on=date(2022, 7, 2))
    check(home)
    assert set(Finding.objects.filter(code__startswith="F").values_list("code", "state")) == {("F06", "open")}
    Visit.objects.filter(pk=visit.pk).update(visited_on=date(2022, 6, 2))
    check(home, groups="HLI")
    assert Finding.objects.get(code="F06").state == "open"
    check(home)
    assert Finding.objects.get(code="F06").state == "fixed"


def test_nothing_new_writes_nothing(home, told, check):
    told(home, W01=35000)
    check(home)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        check(home)
    assert not [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "COPY"))]


def test_a_fixed_number_of_queries_and_a_bystander_that_stays(make_household, village, next_village, told, check):
    bystander = make_household(next_village, head="旁人")
    told(bystander, W01=35000)
    check(bystander)
    before = list(Finding.objects.values())
    counts = []
    # Above the few rows that go in without staging.
    for size in (15, 30):
        homes = [make_household(village, persons=2, head="李一") for _ in range(size)]
        for home in homes:
            visit = told(home, W01=35000, B01=6000)
            for version, compared in ((1, None), (2, 1)):
                content = {"entries": {"W01/0": {"amount": 100 * version}}}
                VisitVersion.objects.create(
                    visit=visit,
                    version=version,
                    compared_with=compared,
                    content=content,
                    made_by=visit.visitor,
                    made_at=timezone.now(),
                )
            Visit.objects.filter(pk=visit.pk).update(version=2)
        with CaptureQueriesContext(connection) as queries:
            result = check(*homes)
        assert result["findings"] >= 2 * size
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert list(Finding.objects.filter(household=bystander).values()) == before


def test_a_household_in_two_places_and_a_shared_phone_are_seen_from_both(
    make_household, make_member, village, told, check
):
    left = make_household(village, phone="13911112222")
    moved = make_member(left, name="王迁", left_on=date(2022, 7, 1))
    joined = make_household(village, phone="13911112222")
    make_member(joined, name="王迁", id_number=moved.id_number)
    for home in (left, joined):
        told(home, W01=1500)
    check(left)
    assert set(Finding.objects.filter(household=left, code__in=("H02", "H04")).values_list("code", flat=True)) == {
        "H02",
        "H04",
    }
    assert Finding.objects.get(code="H02").member == moved
    assert Finding.objects.get(code="H04").values == {"households": 2}
    joined.members.filter(name="王迁").update(joined_on=date(2022, 7, 1))
    check(left)
    assert Finding.objects.get(code="H02").state == "fixed"


def test_how_visits_were_filled_in_is_read_from_the_others_too(make_household, village, told, check, people):
    homes = [make_household(village, head="李一") for _ in range(12)]
    for home in homes:
        told(home, W01=1500, B01=700, C01=200)
    check(homes[0])
    # Typed in 40 seconds each on phones and sent in one go: no haste. Twelve alike: a doubt.
    assert set(Finding.objects.filter(code__startswith="F").values_list("code", flat=True)) == {"F04"}
    assert Finding.objects.get(code="F04").values == {"households": 12}
    Visit.objects.update(fill_seconds=5)
    check(homes[0])
    assert Finding.objects.get(code="F02").values == {"visits": 12}
    Visit.objects.exclude(household=homes[0]).update(visitor=people["helper"])
    check(homes[0])
    assert Finding.objects.get(code="F02").state == "fixed"


def test_round_amounts_of_a_village_against_the_county(make_household, village, far_village, told, check):
    here = [make_household(village, head="李一") for _ in range(10)]
    for number, home in enumerate(here):
        told(home, W01=1000 + 100 * number, B01=300, C01=100)
    for number in range(30):
        told(make_household(far_village), W01=1234, P01=33 + number)
    check(*here)
    found = Finding.objects.filter(code="F03")
    assert found.count() == 10
    assert found[0].values == {"village": 100, "county": 33}


def test_an_amount_edited_after_review_just_over_a_line(home, told, check):
    visit = told(home, P01=5475)
    for version, compared, fen in ((1, None, 540_000), (2, 1, 547_500)):
        VisitVersion.objects.create(
            visit=visit,
            version=version,
            compared_with=compared,
            content={"entries": {"P01/0": {"amount": fen}}},
            made_by=visit.visitor,
            made_at=timezone.now(),
        )
    check(home)
    assert not Finding.objects.filter(code="F05").exists()
    Visit.objects.filter(pk=visit.pk).update(version=2)
    check(home)
    assert Finding.objects.get(code="F05").values == {"line": 730_000, "before": 720_000, "after": 730_000}


def test_visits_with_their_doubts_the_worst_first(make_household, make_member, village, told, check):
    quiet = make_household(village, phone="13900000001")
    doubted = make_household(village, phone="13900000002")
    grave = make_household(village, phone="13900000003", labour="")
    told(quiet, W01=1800)
    told(doubted, W01=35000)
    told(grave, W01=1800)
    for home in (quiet, doubted, grave):
        home.members.update(schooling="初中")
    check(quiet, doubted, grave)
    visits = with_doubts(Visit.objects.all()).order_by("-worst_doubt", "-doubts", "pk")
    assert [visit.household for visit in visits] == [grave, doubted, quiet]
    assert [visit.worst_doubt for visit in visits] == [3, 2, 0]
    assert [visit.doubts for visit in visits] == [
        Finding.objects.open().filter(household=visit.household).count() for visit in visits
    ]
    severities = list(Finding.objects.doubtful_first().values_list("severity", flat=True))
    assert severities == sorted(severities, key=["must", "look", "note"].index)
    assert severities[0] == "must"


def run(**options):
    return run_checks(**{"year": 2022, "day": DAY, **options})


def test_each_households_last_reported_month_is_checked(make_household, village, far_village, told, home):
    told(home, MAY, W01=35000)
    told(home, JUNE, W01=36000)
    stopped = make_household(village, head="李停")
    told(stopped, MAY, W01=37000)
    told(stopped, JUNE, state="returned", W01=38000)
    by_file = make_household(village, head="李文")
    IncomeEntry.objects.create(household=by_file, month=JUNE, item_id="W01", amount=39000, source="import")
    empty = make_household(village, head="李空")
    empty.members.update(left_on=date(2022, 1, 1))
    told(make_household(far_village), JUNE, W01=40000)
    seen = []
    result = run(area=village.code, progress=lambda *told: seen.append(told))
    wages = Finding.objects.filter(code="I02", field="entries.W01/0").values_list("household", "month", "values__W01/0")
    assert set(wages) == {(home.pk, JUNE, 3_600_000), (stopped.pk, MAY, 3_700_000), (by_file.pk, JUNE, 3_900_000)}
    assert Finding.objects.get(household=empty, code="L07").text == "这户没有在册的人，请核对是否销户。"
    assert (result["year"], result["area"], result["households"]) == (2022, village.code, 4)
    assert result["findings"] == result["open"] == Finding.objects.open().count()
    assert result["by_code"]["I02"] == Finding.objects.filter(code="I02").count()
    assert seen == [(4, 4, "正在核对")]
    assert run(area=village.code) == result


def test_a_year_that_is_not_there(home):
    with pytest.raises(PolicyYear.DoesNotExist):
        run(year=2031)


def test_the_command_reports_in_json(home, told, county):
    told(home, W01=35000)
    output = StringIO()
    call_command("run_checks", "--year", "2022", "--area", county.code, "--json", stdout=output, stderr=StringIO())
    said = json.loads(output.getvalue().splitlines()[-1])
    assert set(said) == {"year", "area", "households", "findings", "open", "by_code"}
    assert (said["households"], said["by_code"]["I02"]) == (1, 2)


def test_as_a_job_in_its_owners_scope(home, told, people, county, village, django_capture_on_commit_callbacks):
    told(home, W01=35000)
    for who, area, state in (("county", county, "done"), ("cadre", county, "failed")):
        with django_capture_on_commit_callbacks(execute=True):
            job = start_job(
                kind="run_checks",
                title="核对疑点",
                owner=people[who],
                area=village,
                parameters={"year": 2022, "area": area.code},
            )
        job.refresh_from_db()
        assert job.state == state, job.message
    assert Finding.objects.filter(household=home).exists()
    assert Household.objects.count() == 1


def waiting():
    return Visit.objects.filter(state="submitted")


def test_what_was_reported_since_is_checked_once(make_household, village, people):
    household = make_household(village, phone="123")
    visit = Visit.objects.create(
        household=household, month=JUNE, visited_on=JUNE, visitor=people["cadre"], state="submitted"
    )
    assert check_reported(visits=waiting(), day=DAY) == 0
    assert "H04" in household.findings.values_list("code", flat=True)
    Finding.objects.all().delete()
    check_reported(visits=waiting(), day=DAY)
    assert not household.findings.exists(), "this version was looked at"
    Visit.objects.filter(pk=visit.pk).update(version=2)
    check_reported(visits=waiting(), day=DAY)
    assert household.findings.exists()


def test_so_many_at_once_and_no_more(make_household, village, people, django_assert_num_queries):
    for number in range(5):
        household = make_household(village, phone=f"1390000000{number}")
        Visit.objects.create(
            household=household, month=JUNE, visited_on=JUNE, visitor=people["cadre"], state="submitted"
        )
    assert check_reported(visits=waiting(), day=DAY, most=3) == 2
    assert check_reported(visits=waiting(), day=DAY, most=3) == 0
    with django_assert_num_queries(3):
        check_reported(visits=waiting(), day=DAY)


def test_the_county_starts_it_from_the_ledger(home, told, client, people, county, django_capture_on_commit_callbacks):
    told(home, W01=35000)
    client.force_login(people["county"])
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"/ledger/2022/{county.code}/check/")
    assert client.get(answer.url).status_code == 200
    assert Finding.objects.filter(household=home, code="I02").exists()
