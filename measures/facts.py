"""Reading what the rules look at, for any number of households in a fixed number of queries."""

from collections import defaultdict
from datetime import date

from django.conf import settings
from django.db.models import BigIntegerField, Exists, OuterRef, Sum
from django.db.models.functions import Cast

from households.choices import Health, Kind
from households.models import AnnualIncome, Household, Member
from ledger.calc import FLAGS
from measures.rules import Earned, HouseholdFacts, Lines, Person
from measures.rules.values import OTHER_SCHOOL, PRESCHOOL, VOCATIONAL
from visits.models import IncomeEntry, Visit

CLASSES = Earned._fields
ROW_FIELDS = ("household_id", *FLAGS, "warning", "months_missing", "transfer_share", "persons")
HOUSEHOLD_FIELDS = (
    "kind",
    "monitor_kind",
    "risk_eliminated",
    "is_dangerous_house",
    "has_safe_water",
    "helper__is_active",
    "helper_name",
    "cause_1",
    "cause_2",
    "cause_3",
    "cause_4",
    "cause_5",
)
MEMBER_FIELDS = (
    "household_id",
    "birth_date",
    "labour",
    "health",
    "disability_grade",
    "student_status",
    "work_place",
    "employer",
    "work_months",
    "public_post",
    "has_low_income_allowance",
    "has_destitute_support",
    "has_resident_medical",
    "has_employee_medical",
)
GUARANTEES = ("is_housing_safe", "is_water_safe", "is_schooling_safe", "is_medical_safe")
# Items that the rules ask for one by one; the rest they see by class.
ITEMS = (
    *("W01", "W02", "W03", "W09", "B01", "B02", "B03", "P03"),
    *("T01", "T02", "T06", "T09", "T10", "T11", "T12", "X01", "R01", "R02", "R03", "R09"),
)


def read_facts(rows, policy, today):
    """Household id -> ``HouseholdFacts`` for ledger rows (a queryset of one policy year).

    Flags and figures are those of the rows, income by item is what counts in the window, persons
    are the members of ``today``, guarantees the last visit's word before the roster's.
    """
    rows = rows.order_by()
    households = rows.values("household_id")
    persons = _persons(households, today)
    items = _items(households, policy)
    last_years = _last_years(households, policy.year - 1)
    guarantees = _guarantees(households)
    lines = _lines(policy)
    facts = {}
    for row in rows.values(
        *ROW_FIELDS,
        *(f"household__{name}" for name in HOUSEHOLD_FIELDS),
        **{f"{name}_fen": Cast(name, BigIntegerField()) for name in (*CLASSES, "net", "per_capita")},
    ):
        household_id = row["household_id"]
        last_year, last_items = last_years.get(household_id, (None, {}))
        facts[household_id] = HouseholdFacts(
            lines=lines,
            persons=tuple(persons.get(household_id, ())),
            flags=tuple(name for name in FLAGS if row[name]),
            warning=row["warning"],
            months_missing=row["months_missing"],
            window_months=policy.window_months,
            year_months=policy.annual_months,
            per_capita=row["per_capita_fen"],
            transfer_share=row["transfer_share"],
            counted_persons=row["persons"],
            net=row["net_fen"],
            window=Earned._make(row[f"{name}_fen"] for name in CLASSES),
            last_year=last_year,
            items=items.get(household_id, {}),
            last_items=last_items,
            **_household(row),
            **_safe(row, guarantees.get(household_id)),
        )
    return facts


def _lines(policy):
    terms = policy.terms()
    return Lines(
        monitoring=terms.monitoring_line,
        average=terms.average_line,
        low_income=terms.low_income_line,
        large_fall=terms.large_fall,
    )


def _household(row):
    is_active = row["household__helper__is_active"]
    return {
        "is_lifted": row["household__kind"] == Kind.LIFTED,
        "monitor_kind": row["household__monitor_kind"],
        "is_risk_eliminated": row["household__risk_eliminated"],
        "causes": tuple(cause for number in range(1, 6) if (cause := row[f"household__cause_{number}"])),
        # A helper whom the roster names without an account is a helper all the same.
        "has_helper": bool(is_active or (is_active is None and row["household__helper_name"])),
        "is_helper_gone": is_active is False,
    }


def _safe(row, seen):
    """The four guarantees; not asked and not recorded counts as safe. ``seen`` is the last visit's word."""
    seen = seen or dict.fromkeys(GUARANTEES)
    dangerous, water = row["household__is_dangerous_house"], row["household__has_safe_water"]
    recorded = {"is_housing_safe": dangerous is None or not dangerous, "is_water_safe": water is not False}
    return {name: recorded.get(name, True) if seen[name] is None else seen[name] for name in GUARANTEES}


def _persons(households, today):
    found = defaultdict(list)
    members = Member.objects.present_on(today).filter(household__in=households)
    read_person = _PersonReader(today)
    for household_id, *values in members.values_list(*MEMBER_FIELDS).iterator(chunk_size=5_000):
        found[household_id].append(read_person(*values))
    return found


class _PersonReader:
    """Makes a ``Person`` of a member's columns."""

    def __init__(self, today):
        self.today = today
        # Without its last character: the roster writes 涞源县 and 涞源 alike.
        self.county = settings.COUNTY_NAME[:-1]

    def __call__(
        self,
        born,
        labour,
        health,
        grade,
        student_status,
        work_place,
        employer,
        work_months,
        public_post,
        low_income_allowance,
        destitute_support,
        resident_medical,
        employee_medical,
    ):
        conditions = health.split(",") if health else ()
        return Person(
            age=None if born is None else age_on(born, self.today),
            labour=labour,
            is_chronic=Health.CHRONIC in conditions,
            is_seriously_ill=Health.SERIOUS in conditions,
            is_disabled=Health.DISABLED in conditions,
            disability_grade=grade,
            stage=stage_of(student_status),
            is_working=bool(work_place or employer or work_months or public_post),
            works_outside=bool(work_place) and self.county not in work_place,
            work_months=work_months or 0,
            has_public_post=bool(public_post),
            has_low_income_allowance=bool(low_income_allowance),
            has_destitute_support=bool(destitute_support),
            has_medical_insurance=_insured(resident_medical, employee_medical),
        )


def age_on(born: date, day: date) -> int:
    """Full years on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def stage_of(student_status):
    """The stage of schooling that the measures tell apart, of the roster's 在校生状况."""
    if not student_status:
        return ""
    if student_status == "学龄前儿童":
        return PRESCHOOL
    return VOCATIONAL if student_status.startswith(("中职", "高职高专", "技师学院")) else OTHER_SCHOOL


def _insured(resident, employee):
    """Basic medical insurance of either kind; ``None`` where neither is recorded."""
    if resident or employee:
        return True
    return None if resident is None and employee is None else False


def _items(households, policy):
    """Household id -> fen by item over the window, counting entries only."""
    found = defaultdict(dict)
    entries = (
        IncomeEntry.objects.counting()
        .between(policy.window_start, policy.last_month)
        .filter(household__in=households, item__in=ITEMS)
        .order_by()
        .values_list("household_id", "item_id")
        .annotate(fen=Sum(Cast("amount", BigIntegerField())))
    )
    for household_id, item, fen in entries.iterator(chunk_size=10_000):
        # PostgreSQL sums whole numbers into decimals.
        found[household_id][item] = int(fen)
    return found


def _last_years(households, year):
    """Household id -> (the year's classes in fen, fen by item)."""
    incomes = (
        AnnualIncome.objects.filter(household__in=households, year=year)
        .order_by()
        .values_list("household_id", "items", *(Cast(name, BigIntegerField()) for name in CLASSES))
    )
    return {household_id: (Earned._make(classes), items) for household_id, items, *classes in incomes}


def _guarantees(households):
    """Household id -> the last collected visit's word on the four guarantees."""
    later = Visit.objects.collected().filter(household=OuterRef("household"), month__gt=OuterRef("month"))
    visits = Visit.objects.collected().filter(~Exists(later.order_by()), household__in=households).order_by()
    return {row.pop("household_id"): row for row in visits.values("household_id", *GUARANTEES)}


def flagged_rows(rows, today):
    """Rows with a flag whose household has not left by ``today``."""
    return rows.flagged().filter(household__in=Household.objects.present_on(today))
