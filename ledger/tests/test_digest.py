"""The digest of ledger rows: the same for the same figures, another for any other, checkable by hand."""

import hashlib
import json
import re
import subprocess
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from ledger.digest import FIELDS, canonical_columns, canonical_line, digest, rows_digest
from ledger.models import LedgerRow
from ledger.services import rebuild_ledger
from visits.models import IncomeEntry

DOCUMENT = Path(__file__).parents[2] / "docs" / "digest.md"


@pytest.fixture
def rows(make_household, village):
    for head in ("李一", "王二"):
        home = make_household(village, head=head)
        IncomeEntry.objects.create(
            household=home, month="2021-10-01", item_id="W01", amount=Decimal("1200.50"), source="import"
        )
    rebuild_ledger(year=2022)
    return LedgerRow.objects.filter(year=2022)


def lines(rows):
    return [canonical_line(values) for values in rows.values_list(*canonical_columns())]


def test_order_does_not_matter(rows):
    written = lines(rows)
    assert len(written) == 2
    assert digest(written) == digest(reversed(written)) == rows_digest(rows)


def test_it_is_what_the_document_says(rows, tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"".join(reversed(lines(rows))))
    command = re.search(r"```sh\n(.*?)\n```", DOCUMENT.read_text(), re.DOTALL)[1]
    answer = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert answer.split()[0] == rows_digest(rows)


def test_the_document_names_every_field_in_order():
    table = DOCUMENT.read_text().split("| 键 | 内容 |")[1].split("\n\n")[0]
    first_cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    keys = [key for cell in first_cells for key in re.findall(r"`(\w+)`", cell)]
    assert tuple(keys) == FIELDS


def test_a_line_is_plain_json_in_fen(rows):
    row = rows.first()
    line = lines(rows.filter(pk=row.pk))[0]
    document = json.loads(line)
    assert list(document) == list(FIELDS)
    assert line.endswith(b"}\n")
    assert document["number"] == row.household.number
    assert document["wage"] == 120050
    assert document["estimate"] == int(row.estimate * 100)
    assert document["income_falling"] is False
    assert document["last_net"] is None
    assert hashlib.sha256(line).hexdigest() == digest([line])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("wage", Decimal("1200.51")),
        ("per_capita", Decimal("0.01")),
        ("last_net", Decimal("0")),
        ("transfer_share", 1),
        ("high_transfer_share", True),
        ("months_missing", 7),
        ("persons", 2),
        ("warning", 0),
        ("cause", "因病"),
        ("remarks", " "),
        ("missing_reason", "新识别"),
    ],
)
def test_any_figure_or_word_changes_it(rows, field, value):
    before = rows_digest(rows)
    rows.filter(pk=rows.first().pk).update(**{field: value})
    assert rows_digest(rows) != before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tracking_per_capita", Decimal("9.99")),
        ("tracking_share", 77),
        ("computed_at", timezone.now() + timedelta(days=1)),
    ],
)
def test_what_later_visits_move_does_not(rows, field, value):
    before = rows_digest(rows)
    rows.update(**{field: value})
    assert rows_digest(rows) == before


def test_no_person_is_named(rows):
    written = b"".join(lines(rows)).decode()
    assert "李一" not in written
    assert "130630********" not in written


def test_of_nothing(db):
    assert rows_digest(LedgerRow.objects.none()) == hashlib.sha256(b"").hexdigest()


def test_one_query(rows, django_assert_num_queries):
    with django_assert_num_queries(1):
        rows_digest(rows)
