"""Whatever happens to visits and entries, in any order: after each step everything stored agrees with itself.

The marks of the entries are those that settling would set, the ledger rows those that a recomputation
gives, and the risk points of complete rows are their flags.
"""

from random import Random
from uuid import uuid4

import pytest

from conftest import DAY
from households.tests.workbooks import write_xlsx
from ledger.calc import FLAGS
from ledger.models import LedgerRow, RiskPoint
from ledger.services import check_ledger, refresh_ledger
from visits.models import Visit
from visits.months import months_from
from visits.services import settle_entries
from visits.tasks import run_import
from visits.tests.conftest import WINDOW

pytestmark = pytest.mark.django_db

MONTHS = [*WINDOW, *months_from(WINDOW[-1].replace(month=7), 1)]
STEPS = 40


@pytest.fixture
def world(client, people, make_household, village, tmp_path):
    households = [make_household(village, persons=persons) for persons in (1, 2)]
    refresh_ledger(household_ids=[household.pk for household in households], day=DAY)
    return World(client, people, households, tmp_path)


class World:
    """Two households to which things happen. Each step is drawn from ``dice`` and says what it did."""

    def __init__(self, client, people, households, folder):
        self.client, self.people, self.households, self.folder = client, people, households, folder
        self.sent = []

    def step(self, dice):
        kinds = (
            self.report,
            self.report,
            self.give_back,
            self.approve,
            self.correct,
            self.replay,
            self.feed,
            self.file,
        )
        kind = dice.choice(kinds)
        return kind.__name__, kind(dice)

    def _place(self, dice):
        household = dice.choice(self.households)
        return household, dice.choice(MONTHS)

    def _visit(self, dice, **states):
        visits = list(Visit.objects.filter(**states).order_by("pk"))
        return dice.choice(visits) if visits else None

    def _fields(self, dice, household, version):
        """A form of any of the items that several sources tell, in amounts that cross the lines."""
        fields = {
            "client_uuid": str(uuid4()),
            "base_version": str(version),
            "visited_on": "2022-07-08",
            "way": "home",
            "is_water_safe": dice.choice(["yes", "no", ""]),
        }
        member = dice.choice(list(household.members.order_by("pk")))
        for name in ("W01-0", f"W01-{member.pk}", "T01-0", f"T01-{member.pk}", "C01-0", "X01-0"):
            if dice.random() < 0.5:
                fields[f"amount-{name}"] = str(dice.choice([0, 0.01, 300, 900, 2500, 9000]))
        return fields

    def _post(self, household, month, fields):
        self.client.force_login(self.people["cadre"])
        address = f"/visits/{household.number}/{month:%Y-%m}/"
        self.sent.append((address, fields))
        return self.client.post(address, fields, headers={"accept": "application/json"}).json()["status"]

    def report(self, dice):
        household, month = self._place(dice)
        visit = Visit.objects.filter(household=household, month=month).first()
        stale = dice.choice([0, 0, 1])
        version = max(visit.version - stale, 0) if visit else 0
        return self._post(household, month, self._fields(dice, household, version))

    def correct(self, dice):
        visit = self._visit(dice, state="approved")
        if visit is None:
            return None
        fields = self._fields(dice, visit.household, visit.version) | {"reason": "核对后更正"}
        return self._post(visit.household, visit.month, fields)

    def replay(self, dice):
        if not self.sent:
            return None
        self.client.force_login(self.people["cadre"])
        address, fields = dice.choice(self.sent)
        return self.client.post(address, fields, headers={"accept": "application/json"}).json()["status"]

    def _decide(self, visit, decision):
        self.client.force_login(self.people["township"])
        fields = {"decision": decision, "version": str(visit.version)}
        fields |= {"comment": "请再核"} if decision == "return" else {}
        return self.client.post(f"{visit.get_absolute_url()}review/", fields).status_code

    def give_back(self, dice):
        visit = self._visit(dice, state="submitted")
        return visit and self._decide(visit, "return")

    def approve(self, dice):
        self.client.force_login(self.people["township"])
        chosen = [f"{visit.pk}-{visit.version - dice.choice([0, 0, 1])}" for visit in Visit.objects.order_by("pk")]
        return self.client.post("/visits/review/", {"visit": dice.sample(chosen, len(chosen) // 2)}).status_code

    def feed(self, dice):
        household, month = self._place(dice)
        member = dice.choice(list(household.members.order_by("pk")))
        row = {"证件号码": member.id_number, "月份": f"{month:%Y-%m}", "金额": dice.choice([0, 350, 4000])}
        file = write_xlsx(self.folder / "feed.xlsx", [row])
        return run_import("feed", file, day=DAY, item="T01", department="民政局").counts

    def file(self, dice):
        household, month = self._place(dice)
        row = {"户编号": household.number, "月份": f"{month:%Y-%m}", "项目": dice.choice(["W01", "T01", "C01"])}
        row |= {"金额": dice.choice([0, 320, 8000]), "来源": dice.choice(["", "走访"])}
        return run_import("income", write_xlsx(self.folder / "income.xlsx", [row]), day=DAY).counts


def complete_and_raised():
    """Of the households with complete rows: the flags that hold, and the risk points there are."""
    rows = LedgerRow.objects.filter(year=2022, months_missing=0)
    flags = {(row.household_id, flag) for row in rows for flag in FLAGS if getattr(row, flag)}
    points = RiskPoint.objects.filter(year=2022, household__in=[row.household_id for row in rows])
    return flags, set(points.values_list("household_id", "kind"))


@pytest.mark.parametrize("seed", range(4))
def test_everything_agrees_after_each_step(world, seed):
    dice = Random(seed)
    if seed % 2:
        # Complete from the start, so that the risk points are at stake in every step.
        for household in world.households:
            for month in WINDOW:
                assert world._post(household, month, world._fields(dice, household, 0)) == "saved"
    done = []
    for _ in range(STEPS):
        done.append(world.step(dice))
        assert settle_entries() == 0, done
        assert check_ledger(year=2022) == [], done
        flags, points = complete_and_raised()
        assert points == flags, done
    told = {(name, str(outcome)) for name, outcome in done}
    assert {("report", "saved"), ("approve", "302"), ("give_back", "302"), ("correct", "saved")} <= told
    assert {name for name, _ in told} == {"report", "give_back", "approve", "correct", "replay", "feed", "file"}
