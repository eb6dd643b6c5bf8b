"""Signing in and out: one form, nothing open that is not needed, everything on record."""

import pytest
from django.core.management import call_command

from accounts.models import AuditEvent, User
from accounts.passwords import DEMO_PASSWORD
from accounts.services import verify_chain

PASSWORD = "correct horse battery"


def sign_in(client, user, password=PASSWORD, **fields):
    return client.post("/accounts/login/", {"login": user.username, "password": password, **fields})


def events():
    return list(AuditEvent.objects.order_by("pk").values_list("action", "user__username", "subject"))


def test_the_form_takes_login_and_password_and_leads_to_the_desk(client, people):
    cadre = people["cadre"]
    assert client.get("/accounts/login/").status_code == 200
    assert sign_in(client, cadre)["Location"] == "/"
    assert client.get("/jobs/").status_code == 200
    assert events() == [("登录", cadre.username, "")]


def test_next_is_honoured_on_this_site_only(client, people):
    assert sign_in(client, people["cadre"], next="/jobs/?page=1")["Location"] == "/jobs/?page=1"
    client.logout()
    assert sign_in(client, people["cadre"], next="https://elsewhere.example/")["Location"] == "/"


def test_a_page_asked_for_signed_out_comes_after_signing_in(client, people):
    there = client.get("/jobs/")["Location"]
    assert there == "/accounts/login/?next=/jobs/"
    response = client.post(there, {"login": people["cadre"].username, "password": PASSWORD, "next": "/jobs/"})
    assert response["Location"] == "/jobs/"


def test_a_wrong_password_stays_out_and_is_on_record(client, people):
    response = sign_in(client, people["cadre"], "wrong")
    assert response.status_code == 200
    assert client.get("/jobs/").status_code == 302
    client.post("/accounts/login/", {"login": "my-secret-in-the-wrong-box", "password": "x"})
    assert events() == [("登录失败", None, people["cadre"].username), ("登录失败", None, "没有这个账号")]


@pytest.mark.parametrize("debug", [True, False])
def test_the_demos_password_opens_nothing_where_others_can_reach_the_system(client, people, settings, debug):
    settings.DEBUG = debug
    people["cadre"].set_password(DEMO_PASSWORD)
    people["cadre"].save()
    response = sign_in(client, people["cadre"], DEMO_PASSWORD)
    assert ("公开的演示密码" in response.content.decode()) is not debug
    assert (client.get("/jobs/").status_code == 200) is debug
    assert [action for action, *_ in events()] == (["登录"] if debug else ["登录失败"])


def test_the_demos_password_cannot_be_chosen_there_either(client, people):
    sign_in(client, people["cadre"])
    sent = {"oldpassword": PASSWORD, "password1": DEMO_PASSWORD, "password2": DEMO_PASSWORD}
    assert "太常见" in client.post("/accounts/password/", sent).content.decode()


def test_a_closed_account_stays_out(client, people):
    User.objects.filter(pk=people["cadre"].pk).update(is_active=False)
    sign_in(client, people["cadre"])
    assert client.get("/jobs/").status_code == 302


def test_after_five_wrong_passwords_the_right_one_has_to_wait(client, people):
    for _ in range(5):
        sign_in(client, people["cadre"], "wrong")
    response = sign_in(client, people["cadre"])
    assert response.status_code == 200
    assert "登录失败次数过多。请五分钟后再试。" in response.content.decode()
    assert client.get("/jobs/").status_code == 302


def test_signing_out_is_a_post_and_on_record(client, people):
    sign_in(client, people["cadre"])
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/jobs/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/jobs/").status_code == 302
    assert [action for action, *_ in events()] == ["登录", "退出登录"]
    assert verify_chain() is None


def test_signing_out_twice_is_harmless(client, db):
    assert client.post("/accounts/logout/").status_code == 302
    assert events() == []


def test_a_new_password_needs_the_old_one_and_is_on_record(client, people):
    sign_in(client, people["cadre"])
    new = "a quite different horse"
    sent = {"oldpassword": "wrong", "password1": new, "password2": new}
    assert client.post("/accounts/password/", sent).status_code == 200
    assert client.post("/accounts/password/", {**sent, "oldpassword": PASSWORD}).status_code == 302
    client.logout()
    assert sign_in(client, people["cadre"], new)["Location"] == "/"
    assert [action for action, *_ in events()] == ["登录", "修改密码", "登录"]


@pytest.mark.parametrize("page", ["signup/", "password/reset/", "email/", "confirm-email/", "password/set/"])
def test_nothing_else_of_the_account_pages_is_open(client, people, page):
    assert client.get(f"/accounts/{page}").status_code == 404
    client.force_login(people["cadre"])
    assert client.get(f"/accounts/{page}").status_code == 404
    assert client.post(f"/accounts/{page}", {"username": "new", "email": "a@example.org"}).status_code == 404


def test_the_first_account_is_the_administrator(db, monkeypatch, capsys):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", "--noinput", "--username", "root", "--email", "")
    first = User.objects.get()
    assert (first.role, first.name, first.check_password(PASSWORD)) == ("system", "系统管理员", True)
