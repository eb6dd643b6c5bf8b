"""The worked examples of docs/policy.md stand in the demo county and come out as printed there."""

from decimal import Decimal
from pathlib import Path

import pytest

from households.models import Household
from ledger.calc import FLAGS
from ledger.models import LedgerRow
from ledger.services import rebuild_ledger
from visits.models import IncomeEntry

POLICY = Path(__file__).resolve().parents[2] / "docs" / "policy.md"
HEADS = dict(zip("ABCDEFGHIJ", "甲乙丙丁戊己庚辛壬癸", strict=True))
WORDS = {
    "falling": "income_falling",
    "monitoring": "below_monitoring_line",
    "average": "below_average_line",
    "transfer": "high_transfer_share",
    "no labour": "no_labour_low_income",
}


def example_lines():
    """Letter -> cells of the table of worked examples."""
    lines = POLICY.read_text(encoding="utf-8").splitlines()
    rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|"))
    return {row[0]: row[1:] for row in rows if row[0] in HEADS and len(row) == 13}


EXAMPLES = example_lines()


def number(text):
    return Decimal(text.split()[0].replace("−", "-"))


@pytest.fixture
def ledger(small_county):
    rebuild_ledger(year=2022)


def row_of(name):
    return LedgerRow.objects.select_related("household").get(household__head_name=f"示例{name}", year=2022)


def test_every_example_is_there():
    assert list(EXAMPLES) == list(HEADS)


@pytest.mark.parametrize("letter", HEADS)
def test_example(ledger, letter):
    wage, business, prop, transfer, cost, persons, last, _, estimate, per_capita, share, flags = EXAMPLES[letter]
    row = row_of(HEADS[letter])
    assert row.household.number == f"130630100901{list(HEADS).index(letter) + 1:05d}"
    assert (row.wage, row.business, row.property, row.transfer, row.business_cost) == tuple(
        map(number, (wage, business, prop, transfer, cost))
    )
    assert row.persons == int(persons)
    assert row.last_per_capita == (None if last == "none" else Decimal(last))
    assert (row.estimate, row.per_capita) == (number(estimate), number(per_capita))
    assert row.transfer_share == (None if share == "–" else int(number(share) * 100))
    held = flags.split("; ")[0]
    expected = set() if held == "none" else {WORDS[word] for word in held.split(", ")}
    assert {flag for flag in FLAGS if getattr(row, flag)} == expected
    assert row.months_missing == (3 if "缺3个月" in flags else 0)


@pytest.mark.parametrize(
    ("letter", "workers", "weak", "without"),
    [("A", 1, 0, 2), ("B", 0, 0, 2), ("C", 0, 1, 2), ("D", 2, 0, 1), ("E", 0, 0, 4), ("I", 1, 0, 7)],
)
def test_labour_of_the_examples(ledger, letter, workers, weak, without):
    row = row_of(HEADS[letter])
    assert (row.workers, row.weak_workers, row.without_labour) == (workers, weak, without)


def test_itemised_and_reference(ledger):
    assert (row_of("癸").itemised_estimate, row_of("癸").itemised_per_capita) == (
        Decimal("19500.00"),
        Decimal("9750.00"),
    )
    assert row_of("癸").reference_per_capita is None
    assert row_of("寅").reference_per_capita == Decimal("9500.00")


@pytest.mark.parametrize(("name", "counted"), [("子", Decimal("350.00")), ("丑", Decimal("320.00"))])
def test_sources(ledger, name, counted):
    household = Household.objects.get(head_name=f"示例{name}")
    entries = IncomeEntry.objects.filter(household=household, item="T01")
    assert [entry.amount for entry in entries.counting()] == [counted]
    assert entries.count() == (3 if name == "子" else 2)
    assert row_of(name).transfer == counted
