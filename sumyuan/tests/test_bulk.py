"""Bulk writing: what goes in comes out, on both engines."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import Area, Department
from sumyuan.bulk import insert_rows, stored, upsert_rows

pytestmark = pytest.mark.django_db

# A database text holds neither NUL nor half a surrogate pair.
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(names=st.lists(texts, min_size=1, max_size=6, unique=True))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_any_text_comes_back_as_it_was(names):
    Department.objects.filter(order__gte=1000).delete()
    rows = [(name, 1000 + index) for index, name in enumerate(names)]
    assert insert_rows(Department, ("name", "order"), rows) == len(rows)
    written = Department.objects.filter(order__gte=1000).order_by("order")
    assert list(written.values_list("name", "order")) == rows


@pytest.mark.parametrize("name", ["\\N", "a\tb", "a\\b", "行\n行", "\r", "\\", "\\.", "'\""])
def test_what_the_copy_format_escapes(name):
    insert_rows(Department, ("name", "order"), [(name, 1000)])
    assert Department.objects.get(order=1000).name == name


def test_nulls_and_more_rows_than_a_chunk(monkeypatch):
    monkeypatch.setattr("sumyuan.bulk.COPY_CHUNK", 2)
    rows = [("130630", "涞源县", "county", None)]
    rows += [(f"13063010{n}", f"乡{n}", "township", "130630") for n in range(5)]
    assert insert_rows(Area, ("code", "name", "level", "parent"), rows) == 6
    assert Area.objects.get(pk="130630").parent is None
    assert Area.objects.filter(parent="130630").count() == 5


def test_an_upsert_updates_what_it_names_and_nothing_else():
    before = Department.objects.get(name="民政局")
    bystander = Department.objects.get(name="残联").order
    rows = [("民政局", before.order + 50), ("新部门", 99)]
    assert upsert_rows(Department, ("name", "order"), rows, unique=("name",), update=("order",)) == 2
    after = Department.objects.get(name="民政局")
    assert (after.pk, after.order) == (before.pk, before.order + 50)
    assert Department.objects.get(name="新部门").order == 99
    assert Department.objects.get(name="残联").order == bystander


def test_a_broken_constraint_is_djangos_error():
    with pytest.raises(IntegrityError):
        insert_rows(Department, ("name", "order"), [("民政局", 1)])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, 1),
        (7, 7),
        ("文", "文"),
        (date(2022, 7, 1), "2022-07-01"),
        (datetime(2022, 7, 1, 8, 0, tzinfo=UTC), "2022-07-01 08:00:00"),
        (UUID(int=1), "0" * 31 + "1"),
        ({"项": 1}, '{"项": 1}'),
    ],
)
def test_stored_values(value, expected):
    assert stored(value) == expected
