"""The shell of every page: navigation by role, errors for people, nothing inline, vendored files as recorded."""

import hashlib
import re

import pytest
from django.conf import settings
from django.db import DatabaseError
from kombu.exceptions import OperationalError

ROLES = ["cadre", "helper", "township", "county", "civil", "auditor", "system"]
OWN_PAGES = [
    "/",
    "/households/",
    "/ledger/2022/",
    "/measures/",
    "/visits/review/",
    "/imports/",
    "/reports/",
    "/jobs/",
    "/accounts/password/",
]
LINK = re.compile(r'<a href="([^"]+)"[^>]*>([^<]+)</a>')


@pytest.fixture
def navigation(client, people):
    """``navigation("cadre")``: words → address of the links that person gets."""

    def links(who, path="/jobs/"):
        client.force_login(people[who])
        content = client.get(path).content.decode()
        places = content[content.index('<nav class="places"') : content.index("</nav>")]
        return {words: address for address, words in LINK.findall(places)}

    return links


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("cadre", ["工作台", "走访", "户档案", "台账", "帮扶措施", "导出", "任务"]),
        ("helper", ["工作台", "走访", "户档案", "台账", "帮扶措施", "任务"]),
        ("township", ["工作台", "审核", "户档案", "台账", "帮扶措施", "导出", "任务"]),
        ("county", ["工作台", "审核", "户档案", "台账", "帮扶措施", "导入", "导出", "任务", "管理"]),
        ("civil", ["工作台", "户档案", "帮扶措施", "报送", "任务"]),
        ("auditor", ["工作台", "审核", "户档案", "台账", "帮扶措施", "导出", "任务", "管理"]),
        ("system", ["工作台", "导入", "任务", "管理"]),
    ],
)
def test_each_role_gets_what_it_can_use(navigation, client, household, who, expected):
    links = navigation(who)
    assert list(links) == expected
    for address in links.values():
        assert client.get(address, follow=True).status_code == 200, address


def test_what_is_not_in_the_navigation_is_refused(navigation, client, people):
    everything = navigation("county") | navigation("system")
    for who in ROLES:
        own = navigation(who)
        for words, address in everything.items():
            assert address in own.values() or client.get(address).status_code in (302, 403), (who, words)


def test_the_current_place_is_marked(client, people):
    client.force_login(people["county"])
    content = client.get("/households/").content.decode()
    assert content.count('aria-current="page"') == 1
    assert '<a href="/households/" aria-current="page">户档案</a>' in content


@pytest.mark.parametrize(
    ("who", "place"), [("cadre", "/visits/"), ("township", "/visits/review/"), ("county", "/households/")]
)
def test_a_visit_belongs_to_the_work_of_who_visits_or_reviews(client, people, household, who, place):
    client.force_login(people[who])
    content = client.get(f"/visits/{household.number}/2022-06/").content.decode()
    places = content[content.index('<nav class="places"') : content.index("</nav>")]
    assert places.count('aria-current="page"') == 1
    assert f'<a href="{place}" aria-current="page">' in places


def test_the_head_says_where_and_when(client, people, settings):
    client.force_login(people["civil"])
    content = client.get("/").content.decode()
    for words in ("涞源县", "2022年7月10日", "演示日期", "民政局"):
        assert words in content
    settings.TODAY = None
    assert "演示日期" not in client.get("/").content.decode()


def test_signing_out_is_a_post(client, people):
    client.force_login(people["cadre"])
    assert '<form method="post" action="/accounts/logout/">' in client.get("/").content.decode()
    assert "退出登录？" in client.get("/accounts/logout/").content.decode()
    assert client.get("/").status_code == 200
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"
    assert client.get("/").status_code == 302


def test_the_password_is_changed_and_leads_back_to_the_desk(client, people):
    client.force_login(people["cadre"])
    old, new = "correct horse battery", "shuang-qiao-1949-hehua"
    fields = {"oldpassword": old, "password1": new, "password2": "another", "next": "/"}
    assert 'class="errorlist"' in client.post("/accounts/password/", fields).content.decode()
    response = client.post("/accounts/password/", fields | {"password2": new}, follow=True)
    assert response.redirect_chain[-1][0] == "/"
    assert "密码已改" in response.content.decode()
    people["cadre"].refresh_from_db()
    assert people["cadre"].check_password(new)


@pytest.mark.parametrize("path", [*OWN_PAGES, "/accounts/login/", "/nothing/"])
def test_no_page_carries_script_or_style_of_its_own(client, people, household, path):
    if path != "/accounts/login/":
        client.force_login(people["county"])
    response = client.get(path)
    content = response.content.decode()
    assert "<style" not in content
    assert not re.search(r"\sstyle=", content)
    assert not re.search(r"\son[a-z]+=", content)
    assert not re.search(r"<script(?![^>]*\ssrc=)", content)
    assert "'unsafe-inline'" not in response["Content-Security-Policy"]
    assert "'unsafe-eval'" not in response["Content-Security-Policy"]


def test_every_page_has_one_heading_and_a_way_past_the_navigation(client, people, household):
    client.force_login(people["county"])
    for path in [*OWN_PAGES, household.get_absolute_url(), f"/visits/{household.number}/2022-06/"]:
        content = client.get(path).content.decode()
        assert content.count("<h1") == 1, path
        assert '<a class="skip" href="#content">' in content
        assert '<html lang="zh-CN">' in content


def test_errors_are_written_for_people(client, people, household):
    client.force_login(people["civil"])
    assert "没有找到这一页" in client.get("/nothing/").content.decode()
    refused = client.get("/ledger/")
    assert refused.status_code == 403
    assert "不归这个账号办" in refused.content.decode()


def test_a_stale_form_says_what_to_do(client, people):
    client.handler.enforce_csrf_checks = True
    client.force_login(people["cadre"])
    response = client.post("/accounts/logout/")
    assert response.status_code == 403
    assert "页面放得太久" in response.content.decode()


def test_health(client, db):
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"database": True, "queue": True})


def test_health_says_what_does_not_answer(client, db, monkeypatch, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr("sumyuan.health.connection", Silent(DatabaseError))
    monkeypatch.setattr("sumyuan.health.current_app", Silent(OperationalError))
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (503, {"database": False, "queue": False})


class Silent:
    """A database or broker that does not answer."""

    def __init__(self, error):
        self.error = error

    def cursor(self):
        raise self.error

    def connection_for_write(self, **options):
        raise self.error


def test_vendored_files_are_those_that_were_recorded():
    folder = settings.BASE_DIR / "static" / "vendor"
    record = (folder / "README.md").read_text()
    files = [path for path in folder.iterdir() if path.name != "README.md"]
    assert files
    for path in files:
        assert hashlib.sha256(path.read_bytes()).hexdigest() in record, path.name
        assert b"sourceMappingURL" not in path.read_bytes()
