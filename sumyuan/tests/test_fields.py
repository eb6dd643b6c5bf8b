"""Money in fen, and text that is encrypted at rest."""

from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import connection
from django.db.models import Sum

from households.models import AnnualIncome, Member
from sumyuan.fields import decrypt, encrypt, keyed_hash, to_fen, to_yuan


def raw(table, column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        return [value for (value,) in cursor.fetchall()]


@pytest.mark.django_db
def test_money_is_fen_in_the_database_and_exact_yuan_outside(household):
    for year in range(2000, 2020):
        AnnualIncome.objects.create(household=household, year=year, wage=Decimal("0.07"), persons=1)
    assert set(raw("households_annualincome", "wage")) == {7}
    assert AnnualIncome.objects.aggregate(total=Sum("wage"))["total"] == Decimal("1.40")
    assert AnnualIncome.objects.filter(wage=Decimal("0.07")).count() == 20


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [Decimal("0.001"), "12.345", "很多", 1.5, Decimal("NaN")])
def test_what_is_no_amount_is_refused(household, wrong):
    with pytest.raises(ValidationError):
        AnnualIncome.objects.create(household=household, year=2021, wage=wrong, persons=1)


def test_fen_and_yuan():
    assert to_fen(Decimal("1200.50")) == 120_050
    assert to_yuan(-1) == Decimal("-0.01")
    with pytest.raises(ValueError, match="两位小数"):
        to_fen(Decimal("0.005"))


@pytest.mark.django_db
def test_id_numbers_are_unreadable_at_rest(household):
    member = household.members.get()
    (token,) = raw("households_member", "id_number")
    assert member.id_number not in token
    assert Member.objects.get(id_key=Member.key_of(member.id_number)).id_number == member.id_number


def test_a_new_key_in_front_reads_the_old_and_finds_the_same(settings):
    settings.FIELD_KEYS = ["old"]
    token, found = encrypt("130630197001010014"), keyed_hash("130630197001010014")
    settings.FIELD_KEYS = ["new", "old"]
    assert decrypt(token) == "130630197001010014"
    assert keyed_hash("130630197001010014") == found
    settings.FIELD_KEYS = ["new"]
    with pytest.raises(ImproperlyConfigured, match="密钥"):
        decrypt(token)
