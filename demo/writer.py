"""Writing the demo households: numbered, turned into rows and written in bulk.

The rows go in by ``sumyuan.bulk`` with keys given here, a few hundred households at a time.
Households, members and last year's incomes get their first history row as if somebody had
entered them. Visits and entries get none: at the county size that would be another 1.3 million
rows that say nothing but "created", and history of those begins with their first change.
"""

from datetime import timedelta
from random import Random

from django.core.management.color import no_style
from django.db import connection

from accounts.models import Department
from demo.homes import LAST_YEAR_END, MONTHS, STATE_COMMENTS, WINDOW
from demo.incomes import FEED_BASIS, IMPORT_BASIS
from demo.names import (
    FEWEST_HAMLETS,
    HAMLET_NAMES,
    MOST_HAMLETS,
    Certificates,
    given_name,
    phone,
    pick,
    surname,
)
from demo.people import between
from households.models import AnnualIncome, Household, Member
from households.names import pinyin
from sumyuan.bulk import insert_rows
from sumyuan.fields import encrypt
from visits.models import IncomeEntry, Visit

PAIRED_WITH_HELPER = 25
HOUSEHOLDS_A_HELPER = 12
HELPER_PHONES_FROM = 50_000_000
# When all of it was entered (UTC), for the history.
ENTERED_AT = "2022-07-10 00:00:00"

HOUSEHOLD_FIELDS = (
    *("id", "number", "village", "hamlet", "head_name", "head_pinyin", "kind", "monitor_kind", "identified_on"),
    *("risk_eliminated", "cause_1", "cause_2", "cause_3", "cause_4", "cause_5", "phone", "is_dangerous_house"),
    *("has_safe_water", "helper", "helper_name", "helper_phone", "left_on", "left_reason"),
)
MEMBER_FIELDS = (
    *("id", "household", "person_number", "name", "pinyin", "id_number", "id_key", "relation", "sex", "birth_date"),
    *("ethnicity", "health", "disability_kind", "disability_grade", "labour", "schooling", "student_status"),
    *("work_place", "employer", "work_months", "public_post", "has_resident_medical", "has_employee_medical"),
    *("has_illness_insurance", "has_low_income_allowance", "has_destitute_support", "joined_on", "left_on"),
    "left_reason",
)
ANNUAL_FIELDS = (
    "household",
    "year",
    "wage",
    "business",
    "property",
    "transfer",
    "business_cost",
    "persons",
    "items",
)
VISIT_FIELDS = (
    *("id", "household", "month", "visited_on", "way", "visitor", "visitors", "member_changes", "is_housing_safe"),
    *("is_schooling_safe", "is_medical_safe", "is_water_safe", "guarantee_note", "needs", "has_risk", "risk_note"),
    *("suggested_measures", "remarks", "state", "version", "submitted_at", "reviewed_by", "reviewed_at"),
    "review_comment",
)
ENTRY_FIELDS = (
    *("household", "month", "item", "member", "member_key", "amount", "source", "basis", "visit", "department"),
    "is_counted",
)
ORDINARY_VISIT = {
    "member_changes": "",
    "is_housing_safe": True,
    "is_schooling_safe": True,
    "is_medical_safe": True,
    "is_water_safe": True,
    "guarantee_note": "",
    "needs": "",
    "has_risk": False,
    "risk_note": "",
    "suggested_measures": "",
}
MONTH_TEXT = [month.isoformat() for month in WINDOW]


class Writer:
    """Numbers households, turns them into rows and writes them: ``add`` each, ``write`` now and then, ``finish``."""

    def __init__(self, seed, helper, visitors, reviewers):
        self.seed = seed
        self.helper = helper
        self.visitors = visitors
        self.reviewers = reviewers
        self.departments = dict(Department.objects.values_list("name", "pk"))
        self.certificates = Certificates()
        self.household_id = self.member_id = self.visit_id = 0
        self.paired = 0
        self.helpers = {}
        self.hamlets = {}
        self.counts = {"households": 0, "members": 0, "visits": 0, "entries": 0}
        self._clear()

    def _clear(self):
        self.households, self.members, self.annual, self.visits, self.entries = [], [], [], [], []

    def rng_of(self, village, order):
        """A generator of its own for each household: one more household does not move all others."""
        return Random(f"{self.seed} {village} {order}")

    def add(self, village, order, home):
        """Queue the rows of one household."""
        rng = self.rng_of(village, f"{order} writing")
        self.household_id += 1
        number = f"{village}{order:05d}"
        helper, helper_name, helper_phone = self._helper_of(village, order, home)
        hamlet = self._hamlet_of(village, order)
        self._household(village, number, hamlet, home, helper, helper_name, helper_phone, rng)
        self._members(number, home)
        if home.last_year is not None:
            last = home.last_year
            self.annual.append(
                (
                    self.household_id,
                    LAST_YEAR_END.year,
                    last.wage,
                    last.business,
                    last.property,
                    last.transfer,
                    last.business_cost,
                    last.persons,
                    _json(last.items),
                )
            )
        visits = self._visits(rng, village, home, helper, helper_name)
        self._entries(rng, home, visits)

    def write(self):
        """Write what is queued."""
        insert_rows(Household, HOUSEHOLD_FIELDS, self.households)
        insert_rows(Member, MEMBER_FIELDS, self.members)
        insert_rows(AnnualIncome, ANNUAL_FIELDS, self.annual)
        insert_rows(Visit, VISIT_FIELDS, self.visits)
        insert_rows(IncomeEntry, ENTRY_FIELDS, self.entries)
        for name in self.counts:
            self.counts[name] += len(getattr(self, name))
        self._clear()

    def finish(self):
        """First history rows, and sequences that go on behind the keys given here."""
        for model in (Household, Member, AnnualIncome):
            _write_first_history(model)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), [Household, Member, Visit]):
                cursor.execute(statement)

    def _helper_of(self, village, order, home):
        """(account or ``None``, name, phone): the demo helper for the first of the cadre's, else one of the village."""
        helpers = self.helpers.get(village)
        if helpers is None:
            helpers = self.helpers[village] = []
        position = order // HOUSEHOLDS_A_HELPER
        while len(helpers) <= position:
            rng = self.rng_of(village, f"helper {len(helpers)}")
            serial = HELPER_PHONES_FROM + sum(map(len, self.helpers.values()))
            sex = "男" if rng.random() < 0.62 else "女"
            helpers.append((surname(rng) + given_name(rng, sex, 1978), phone(serial)))
        of_cadre = self.visitors[village].username == "cadre"
        if of_cadre and order % 2 and home.left_on is None and self.paired < PAIRED_WITH_HELPER:
            self.paired += 1
            return self.helper, self.helper.name, self.helper.phone
        return None, *helpers[position]

    def _hamlet_of(self, village, order):
        """The natural village in which a household lives, one of the few that its village has."""
        if village not in self.hamlets:
            rng = self.rng_of(village, "hamlets")
            count = between(rng, FEWEST_HAMLETS, MOST_HAMLETS)
            self.hamlets[village] = sorted(HAMLET_NAMES, key=lambda name: rng.random())[:count]
        return pick(self.rng_of(village, f"{order} hamlet"), self.hamlets[village])

    def _household(self, village, number, hamlet, home, helper, helper_name, helper_phone, rng):
        head = home.people[0].name
        self.households.append(
            (
                self.household_id,
                number,
                village,
                hamlet,
                head,
                pinyin(head),
                home.kind,
                home.monitor_kind,
                home.identified_on and home.identified_on.isoformat(),
                int(home.risk_eliminated),
                *(home.causes + [""] * 5)[:5],
                phone(self.household_id) if rng.random() < 0.99 else "",
                int(home.is_dangerous_house),
                int(home.has_safe_water),
                helper and helper.pk,
                helper_name,
                helper_phone,
                home.left_on and home.left_on.isoformat(),
                home.left_reason,
            )
        )

    def _members(self, number, home):
        for order, person in enumerate(home.people, start=1):
            self.member_id += 1
            person.pk = self.member_id
            resident_id = self.certificates.resident_id(person.born, person.sex)
            kind, grade = person.disability or (None, None)
            id_number = f"{resident_id}{kind}{grade}" if kind else resident_id
            insured = person.resident_medical or person.employee_medical
            self.members.append(
                (
                    person.pk,
                    self.household_id,
                    f"{number}{order:02d}",
                    person.name,
                    pinyin(person.name),
                    encrypt(id_number),
                    Member.key_of(id_number),
                    person.relation,
                    person.sex,
                    person.born.isoformat(),
                    person.ethnicity,
                    person.health,
                    kind,
                    grade,
                    person.labour,
                    person.schooling,
                    person.student_status,
                    person.work_place,
                    person.employer,
                    person.work_months,
                    person.post,
                    int(person.resident_medical),
                    int(person.employee_medical),
                    int(insured),
                    int(person.allowance),
                    int(person.destitute),
                    person.joined_on and person.joined_on.isoformat(),
                    person.left_on and person.left_on.isoformat(),
                    person.left_reason,
                )
            )

    def _visits(self, rng, village, home, helper, helper_name):
        """Queue the visits; returns month -> (visit id, whether its entries count)."""
        cadre, reviewer = self.visitors[village], self.reviewers[village[:9]]
        is_away = any(person.is_away for person in home.people) and len(home.people) < 4
        made = {}
        for month in range(MONTHS):
            if month in home.absent:
                continue
            self.visit_id += 1
            visitor = helper if helper and rng.random() < 0.5 else cadre
            state = home.unsettled.get(month) or _state(rng, month)
            made[month] = (self.visit_id, state in ("submitted", "approved"))
            day = WINDOW[month] + timedelta(days=between(rng, 2, 27))
            said = ORDINARY_VISIT | home.seen[month] if month in home.seen else ORDINARY_VISIT
            if home.left_on is not None and day > home.left_on:
                day = home.left_on
            self.visits.append(
                (
                    self.visit_id,
                    self.household_id,
                    MONTH_TEXT[month],
                    day.isoformat(),
                    _way(rng, is_away),
                    visitor.pk,
                    f"{cadre.name}、{helper_name}",
                    said["member_changes"],
                    int(said["is_housing_safe"]),
                    int(said["is_schooling_safe"]),
                    int(said["is_medical_safe"]),
                    int(said["is_water_safe"]),
                    said["guarantee_note"],
                    said["needs"],
                    int(said["has_risk"]),
                    said["risk_note"],
                    said["suggested_measures"],
                    "",
                    state,
                    1,
                    None if state == "draft" else f"{day.isoformat()} 10:{between(rng, 0, 59):02d}:00",
                    *_review(rng, state, reviewer, day),
                )
            )
        return made

    def _entries(self, rng, home, visits):
        household_id, departments, add = self.household_id, self.departments, self.entries.append
        for stream in home.streams:
            item, basis = stream.item, stream.basis
            member = stream.person.pk if stream.person else None
            department = departments[stream.feed] if stream.feed else None
            fed_member = stream.feed_person.pk if stream.feed else None
            for month, amount in enumerate(stream.amounts):
                if not amount or month not in visits:
                    continue
                text = MONTH_TEXT[month]
                visit, counts = visits[month]
                if department and month >= stream.feed_from:
                    fed = ("feed", FEED_BASIS, None, department, 1)
                    add((household_id, text, item, fed_member, fed_member, amount, *fed))
                    if rng.random() > 0.6:
                        continue
                    # The visit had it as well, sometimes as it was last year; the feed counts.
                    counts = False
                    amount = amount if rng.random() < 0.85 else amount * 9 // 10
                elif stream.imported and counts:
                    add((household_id, text, item, member, member or 0, amount, "import", IMPORT_BASIS, None, None, 1))
                    if rng.random() > 0.25:
                        continue
                    counts = False
                add((household_id, text, item, member, member or 0, amount, "visit", basis, visit, None, int(counts)))
        for month, item, person, amount, source, feed, counts in home.entries:
            member = person.pk if person else None
            visit = visits[month][0] if source == "visit" else None
            basis = {"visit": "口述", "import": IMPORT_BASIS, "feed": FEED_BASIS}[source]
            department = departments[feed] if feed else None
            told = (source, basis, visit, department, int(counts))
            add((household_id, MONTH_TEXT[month], item, member, member or 0, amount, *told))


def _way(rng, is_away):
    chance = rng.random()
    if is_away:
        return "home" if chance < 0.55 else "phone" if chance < 0.88 else "wechat"
    return "home" if chance < 0.93 else "phone"


def _state(rng, month):
    """Older months are reviewed, of the last one less than half is."""
    reviewed = 0.45 if month == MONTHS - 1 else 0.9 if month == MONTHS - 2 else 1
    return "approved" if rng.random() < reviewed else "submitted"


def _review(rng, state, reviewer, day):
    """(reviewed by, reviewed at, comment) of a visit in that state."""
    if state not in ("approved", "returned"):
        return None, None, ""
    reviewed = min(day + timedelta(days=between(rng, 1, 6)), WINDOW[-1] + timedelta(days=38))
    comment = pick(rng, STATE_COMMENTS) if state == "returned" else ""
    return reviewer.pk, f"{reviewed.isoformat()} 02:{between(rng, 0, 59):02d}:00", comment


def _json(items):
    return "{" + ", ".join(f'"{code}": {amount}' for code, amount in items.items()) + "}"


def _write_first_history(model):
    """A history row "created" for every row of a model, copied inside the database."""
    history, quote = model.history.model, connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in model._meta.concrete_fields)
    table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(history._meta.db_table)} ({columns}, history_date, history_type)"
            f" SELECT {columns}, %s, '+' FROM {table} ORDER BY {key}",
            [ENTERED_AT],
        )
