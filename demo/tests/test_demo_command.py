"""The command ``demo``, its accounts, and what they may see."""

import json

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Area, User
from accounts.passwords import DEMO_PASSWORD
from demo.accounts import ACCOUNTS
from households.models import Household
from visits.models import Visit


@pytest.fixture
def debug(settings):
    settings.DEBUG = True


def run(capsys, *arguments):
    call_command("demo", *arguments)
    return capsys.readouterr().out


def test_json_and_accounts(db, debug, capsys):
    out = run(capsys, "--households", "80", "--json")
    result = json.loads(out.splitlines()[-1])
    assert result["created"]
    assert result["households"] == Household.objects.count() == 80
    assert (
        result["accounts"] == list(ACCOUNTS) == ["cadre", "helper", "township", "county", "civil", "auditor", "admin"]
    )
    assert result["password"] == DEMO_PASSWORD
    assert all(f"  {name}" in out for name in ACCOUNTS)
    roles = dict(User.objects.filter(username__in=ACCOUNTS).values_list("username", "role"))
    assert roles["civil"] == "department"
    assert roles["admin"] == "system"
    assert User.objects.get(username="civil").department.name == "民政局"


def test_the_printed_password_signs_in(db, debug, client, capsys):
    run(capsys, "--households", "80")
    client.post("/accounts/login/", {"login": "cadre", "password": DEMO_PASSWORD})
    assert client.session["_auth_user_id"] == str(User.objects.get(username="cadre").pk)


def test_without_debug_nobody_can_sign_in(db, settings, capsys):
    settings.DEBUG = False
    out = run(capsys, "--households", "80", "--json")
    assert DEMO_PASSWORD not in out
    assert "不能登录" in out
    assert json.loads(out.splitlines()[-1])["accounts"] == []
    assert User.objects.exists()
    assert not any(user.has_usable_password() for user in User.objects.all())


def test_only_demo_accounts_have_a_password(db, debug, capsys):
    run(capsys, "--households", "80")
    assert {user.username for user in User.objects.all() if user.has_usable_password()} == set(ACCOUNTS)
    assert not User.objects.filter(is_superuser=True).exists()
    assert not User.objects.filter(is_staff=True).exists()


def test_refuses_a_database_with_data(db, capsys):
    Area.objects.create(code="130630", name="涞源县", level="county")
    with pytest.raises(CommandError, match="只写入空库"):
        run(capsys)
    assert not User.objects.exists()


def test_if_empty_leaves_data_alone(db, debug, capsys):
    run(capsys, "--households", "80", "--if-empty")
    visits = Visit.objects.count()
    User.objects.filter(username="helper").update(is_active=False)
    out = run(capsys, "--if-empty", "--json")
    assert Visit.objects.count() == visits
    result = json.loads(out.splitlines()[-1])
    assert not result["created"]
    assert "cadre" in result["accounts"]
    assert "helper" not in result["accounts"]


def test_too_few_households(db, capsys):
    with pytest.raises(CommandError, match="至少 20 户"):
        run(capsys, "--households", "5")
    assert not Area.objects.exists()


def test_what_the_accounts_see(db, capsys):
    run(capsys, "--households", "400")
    users = User.objects.in_bulk(field_name="username")

    def seen(username):
        return set(Household.objects.visible_to(users[username]).values_list("pk", flat=True))

    villages = set(users["cadre"].areas.values_list("pk", flat=True))
    assert len(villages) == 2
    assert seen("cadre") == set(Household.objects.filter(village__in=villages).values_list("pk", flat=True))
    assert seen("helper") < seen("cadre") < seen("township") < seen("county") == seen("auditor")
    assert seen("helper")
    assert len(seen("county")) == 400
    assert seen("admin") == set()
    examples = set(Household.objects.filter(head_name__startswith="示例").values_list("pk", flat=True))
    assert examples < seen("cadre")


def test_visits_are_written_and_reviewed_by_different_people_in_scope(db, capsys):
    run(capsys, "--households", "80")
    for visit in Visit.objects.select_related("visitor", "reviewed_by", "household"):
        assert Household.objects.visible_to(visit.visitor).filter(pk=visit.household_id).exists()
        if visit.state in ("approved", "returned"):
            assert visit.reviewed_by.role == "township"
            assert visit.household.village_id[:9] in visit.reviewed_by.area_codes
