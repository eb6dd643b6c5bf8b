"""Reading the facts of many households at once: a fixed number of queries, however many households.

The statements are written by hand, in SQL that SQLite and PostgreSQL share, because one pass
over a county's million entries has to bring every sum. Amounts are fen.
"""

from collections import defaultdict
from datetime import date, timedelta
from typing import NamedTuple

from django.db import connection

from accounts.querysets import code_after
from ledger.calc import Facts, LastYear, Sums
from visits.models import IncomeClass, IncomeItem, Rhythm, Visit
from visits.months import add_months, quarter_number

COLLECTED_STATES = ", ".join(f"'{state.value}'" for state in Visit.COLLECTED_STATES)
INCOME = (IncomeClass.WAGE, IncomeClass.BUSINESS, IncomeClass.PROPERTY, IncomeClass.TRANSFER)
COSTS = (IncomeClass.BUSINESS_COST,)
CLAIMS_ITEM, SELF_PAID_ITEM = "X01", "R01"


class Scope(NamedTuple):
    """Which households are read: a condition on the table ``h`` and its parameters."""

    condition: str
    parameters: tuple

    @classmethod
    def of(cls, *, area=None, household_ids=None):
        """Households of an area code, those with the ids, or all."""
        if household_ids is not None:
            ids = [int(pk) for pk in household_ids]
            return cls(f"h.id IN ({', '.join(map(str, ids)) or 'NULL'})", ())
        if area:
            return cls("h.village_id >= %s AND h.village_id < %s", (area, code_after(area)))
        return cls("1 = 1", ())


class HouseholdInputs(NamedTuple):
    """What a ledger row keeps of a household besides its facts."""

    household_id: int
    village_id: str
    workers: int
    weak_workers: int
    collected_mask: int
    tracking_month: date | None
    facts: Facts


class People(NamedTuple):
    """Members of a household on a day, by labour capacity."""

    persons: int
    workers: int
    weak_workers: int
    without_labour: int
    unknown: int


NOBODY = People(0, 0, 0, 0, 0)
NO_WINDOW_SUMS = (0,) * 9


def read_inputs(policy, scope):
    """(inputs, ids without persons) of the households in scope that have not left by the last window day."""
    items = _Items(policy)
    months = _collected_months(policy, scope)
    sums = _window_sums(policy, items, scope)
    people = {policy.last_month: _people(policy.last_day, scope)}
    tracking = {policy.last_month: sums}
    for month, household_ids in _by_last_month(months).items():
        if month != policy.last_month:
            # Income is still collected after the window, and some households stop before its end.
            tracked = Scope.of(household_ids=household_ids)
            tracking[month] = _class_sums(items, add_months(month, 1 - policy.window_months), month, tracked)
            people[month] = _people(add_months(month, 1) - timedelta(days=1), tracked)
    quarters = _QuarterCount(policy)
    there = people[policy.last_month]
    inputs, empty = [], []
    for household_id, village_id, monitored, guarantee_open, last_net, last_persons in _households(policy, scope):
        here = there.get(household_id)
        if here is None:
            empty.append(household_id)
            continue
        last_month, mask = months.get(household_id, (None, 0))
        amounts = sums.get(household_id, NO_WINDOW_SUMS)
        facts = Facts(
            sums=Sums._make(amounts[:5]),
            monthly_net=amounts[5],
            quarterly_net=amounts[6],
            months_collected=mask.bit_count(),
            quarters_collected=quarters[mask],
            claims=amounts[7],
            self_paid=amounts[8],
            persons=here.persons,
            without_labour=here.without_labour,
            labour_unknown=here.unknown,
            is_monitored=bool(monitored),
            guarantee_open=bool(guarantee_open),
            last_year=None if last_net is None else LastYear(int(last_net), last_persons),
            tracking=last_month and Sums._make(tracking[last_month].get(household_id, NO_WINDOW_SUMS)[:5]),
            tracking_persons=people[last_month].get(household_id, NOBODY).persons if last_month else 0,
        )
        inputs.append(
            HouseholdInputs(household_id, village_id, here.workers, here.weak_workers, mask, last_month, facts)
        )
    return inputs, empty


def _by_last_month(months):
    households = defaultdict(list)
    for household_id, (last_month, _) in months.items():
        households[last_month].append(household_id)
    return households


class _QuarterCount(dict):
    """Number of calendar quarters that hold a collected month, by mask of the window's months."""

    def __init__(self, policy):
        super().__init__()
        self.quarters = [quarter_number(month) for month in policy.months]

    def __missing__(self, mask):
        touched = {quarter for bit, quarter in enumerate(self.quarters) if mask >> bit & 1}
        self[mask] = len(touched)
        return self[mask]


def _rows(sql, parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def _households(policy, scope):
    """(id, village, monitored, guarantee open, last net, last persons) in the order of ids.

    Of housing and water the last visit's word goes before the roster's.
    """
    return _rows(
        f"""
        SELECT h.id, h.village_id, h.monitor_kind <> 'none',
            CASE WHEN v.is_schooling_safe = FALSE OR v.is_medical_safe = FALSE
                OR COALESCE(v.is_housing_safe, NOT h.is_dangerous_house) = FALSE
                OR COALESCE(v.is_water_safe, h.has_safe_water) = FALSE THEN 1 ELSE 0 END,
            a.wage + a.business + a.property + a.transfer - a.business_cost, a.persons
        FROM households_household h
        LEFT JOIN households_annualincome a ON a.household_id = h.id AND a.year = %s
        LEFT JOIN visits_visit v ON v.household_id = h.id AND v.month = (
            SELECT MAX(w.month) FROM visits_visit w WHERE w.household_id = h.id AND w.state IN ({COLLECTED_STATES})
        )
        WHERE (h.left_on IS NULL OR h.left_on > %s) AND {scope.condition}
        ORDER BY h.id
        """,
        (policy.year - 1, policy.last_day, *scope.parameters),
    )


def _collected_months(policy, scope):
    """Household id -> (last collected month ever, mask of the window's collected months).

    A month is collected by a submitted or approved visit, or by a counting entry of an import or a feed.
    """
    bits = " ".join(f"WHEN %s THEN {1 << position}" for position in range(policy.window_months))
    rows = _rows(
        f"""
        SELECT c.household_id, MAX(c.month), SUM(CASE c.month {bits} ELSE 0 END)
        FROM (
            SELECT v.household_id, v.month
            FROM visits_visit v JOIN households_household h ON h.id = v.household_id
            WHERE v.state IN ({COLLECTED_STATES}) AND {scope.condition}
            UNION
            SELECT e.household_id, e.month
            FROM visits_incomeentry e JOIN households_household h ON h.id = e.household_id
            WHERE e.is_counted AND e.source IN ('import', 'feed') AND {scope.condition}
        ) c
        GROUP BY c.household_id
        """,
        (*policy.months, *scope.parameters, *scope.parameters),
    )
    # An aggregate over dates is text on SQLite; there are few distinct ones.
    dates = {last: date.fromisoformat(last) if isinstance(last, str) else last for last in {row[1] for row in rows}}
    return {household_id: (dates[last], int(mask)) for household_id, last, mask in rows}


def _people(day, scope):
    """Household id -> members on a day (born and joined by then, not left by then) by labour capacity."""
    rows = _rows(
        f"""
        SELECT m.household_id, COUNT(*),
            SUM(CASE WHEN m.labour IN ('ordinary', 'skilled') THEN 1 ELSE 0 END),
            SUM(CASE WHEN m.labour = 'weak' THEN 1 ELSE 0 END),
            SUM(CASE WHEN m.labour IN ('lost', 'none') THEN 1 ELSE 0 END),
            SUM(CASE WHEN m.labour = '' THEN 1 ELSE 0 END)
        FROM households_member m JOIN households_household h ON h.id = m.household_id
        WHERE (m.birth_date IS NULL OR m.birth_date <= %s) AND (m.joined_on IS NULL OR m.joined_on <= %s)
            AND (m.left_on IS NULL OR m.left_on > %s) AND {scope.condition}
        GROUP BY m.household_id
        """,
        (day, day, day, *scope.parameters),
    )
    return {row[0]: People._make(row[1:]) for row in rows}


def _window_sums(policy, items, scope):
    """Household id -> the five class sums, monthly net, quarterly net, claims and self-paid of the window."""
    columns = [
        *_class_columns(items),
        _column(items.pick(INCOME, Rhythm.MONTHLY), items.pick(COSTS, Rhythm.MONTHLY)),
        _column(items.pick(INCOME, Rhythm.QUARTERLY), items.pick(COSTS, Rhythm.QUARTERLY)),
        _column([CLAIMS_ITEM]),
        _column([SELF_PAID_ITEM]),
    ]
    return _sums(columns, policy.window_start, policy.last_month, scope)


def _class_sums(items, first_month, last_month, scope):
    """Household id -> the five class sums of other months, by the policy year's items."""
    return _sums(_class_columns(items), first_month, last_month, scope)


class _Items:
    """The items that count in a policy year."""

    def __init__(self, policy):
        excluded = policy.uncounted_items.values("pk")
        self.rows = list(IncomeItem.objects.exclude(pk__in=excluded).values_list("code", "income_class", "rhythm"))

    def pick(self, classes, rhythm=None):
        """Codes of the items of these classes, and of that rhythm where one is given."""
        return [
            code
            for code, income_class, its_rhythm in self.rows
            if income_class in classes and rhythm in (None, its_rhythm)
        ]


def _class_columns(items):
    return [_column(items.pick((income_class,))) for income_class in (*INCOME, *COSTS)]


def _column(added, subtracted=()):
    """SQL of one sum over items; the codes come from our own table and are quoted all the same."""
    parts = [
        f"WHEN e.item_id IN ({', '.join(map(_quoted, codes))}) THEN {sign}e.amount"
        for codes, sign in ((added, ""), (subtracted, "-"))
        if codes
    ]
    return f"SUM(CASE {' '.join(parts)} ELSE 0 END)" if parts else "0"


def _quoted(code):
    return "'{}'".format(code.replace("'", "''").replace("%", "%%"))


def _sums(columns, first_month, last_month, scope):
    rows = _rows(
        f"""
        SELECT e.household_id, {", ".join(columns)}
        FROM visits_incomeentry e JOIN households_household h ON h.id = e.household_id
        WHERE e.is_counted AND e.month BETWEEN %s AND %s AND {scope.condition}
        GROUP BY e.household_id
        """,
        (first_month, last_month, *scope.parameters),
    )
    # PostgreSQL sums whole numbers into decimals.
    return {row[0]: tuple(map(int, row[1:])) for row in rows}
