"""What a phone takes along, who is signed in, drafts on the server, and the worker's own files."""

import re
from datetime import date

import pytest
from django.conf import settings
from django.contrib import messages
from django.contrib.staticfiles import finders
from django.test import Client

from visits.models import Visit, VisitDraft
from visits.road import DEBUG_FILES, FILES, road_files
from visits.tests.conftest import JULY

JSON = {"accept": "application/json"}


@pytest.fixture
def take(client, people):
    """``take("cadre")``: every part of what that person's phone takes along."""

    def get(who):
        client.force_login(people[who])
        parts, after = [], ""
        while after is not None:
            answer = client.get("/visits/road/", {"after": after}, headers=JSON)
            assert answer.status_code == 200
            parts.append(answer.json())
            after = parts[-1]["next"]
        return parts

    return get


@pytest.fixture
def newcomer(make_household, village):
    """``newcomer()``: a household that is on the register since July, so that no earlier month is missing."""

    def make(in_village=village, **fields):
        household = make_household(in_village, **fields)
        household.members.update(joined_on=JULY)
        return household

    return make


def addresses(parts):
    return [page["address"] for part in parts for page in part["pages"]]


def test_the_forms_still_to_be_filled_come_in_parts(take, newcomer, next_village):
    own = [newcomer() for _ in range(45)]
    newcomer(next_village)
    parts = take("cadre")
    assert [len(part["pages"]) for part in parts] == [20, 20, 5]
    assert addresses(parts) == [f"/visits/{household.number}/2022-07/" for household in own]
    assert {(part["total"], part["month"]) for part in parts} == {(45, "2022-07")}
    assert [part["left"] for part in parts] == [45, 25, 5]
    html = parts[0]["pages"][0]["html"]
    assert 'id="visit-form"' in html
    assert own[0].number in html


@pytest.mark.parametrize(
    ("state", "is_taken"), [("submitted", False), ("approved", False), ("returned", True), ("draft", True)]
)
def test_what_is_reported_stays_behind(take, newcomer, people, state, is_taken):
    one, other = newcomer(), newcomer()
    Visit.objects.create(household=one, month=JULY, visited_on="2022-07-02", visitor=people["cadre"], state=state)
    expected = [one.number] * is_taken + [other.number]
    assert addresses(take("cadre")) == [f"/visits/{number}/2022-07/" for number in expected]


def test_earlier_months_that_wait_come_after_this_one(take, past, household, newcomer):
    other = newcomer()
    household.visits.filter(month=date(2022, 5, 1)).update(state="returned", review_comment="工资对不上")
    household.visits.filter(month=date(2022, 2, 1)).delete()
    expected = [(household, "2022-07"), (other, "2022-07"), (household, "2022-05"), (household, "2022-02")]
    parts = take("cadre")
    assert addresses(parts) == [f"/visits/{each.number}/{month}/" for each, month in expected]
    assert "工资对不上" in parts[0]["pages"][2]["html"]


def test_every_row_of_the_list_opens_a_form_that_came_along(take, client, past, newcomer):
    for _ in range(3):
        newcomer()
    taken = set(addresses(take("cadre")))
    listed = set(re.findall(r'class="home-name" href="([^"]+)"', client.get("/visits/?show=").content.decode()))
    assert len(listed) == 4
    assert listed <= taken


def test_who_has_left_stays_behind(take, newcomer):
    stays = newcomer()
    newcomer(left_on=date(2022, 6, 1))
    newcomer().members.update(joined_on=date(2022, 8, 1))
    assert addresses(take("cadre")) == [f"/visits/{stays.number}/2022-07/"]


def test_what_is_reported_on_the_way_moves_nothing(client, people, newcomer):
    households = [newcomer() for _ in range(25)]
    client.force_login(people["cadre"])
    first = client.get("/visits/road/", headers=JSON).json()
    Visit.objects.create(
        household=households[0], month=JULY, visited_on="2022-07-02", visitor=people["cadre"], state="submitted"
    )
    second = client.get("/visits/road/", {"after": first["next"]}, headers=JSON).json()
    assert addresses([first, second]) == [f"/visits/{household.number}/2022-07/" for household in households]
    assert client.get("/visits/road/", {"after": "abc"}, headers=JSON).status_code == 404


@pytest.mark.parametrize("who", ["township", "county", "auditor", "civil", "system"])
def test_who_does_not_visit_takes_nothing(client, people, household, who):
    client.force_login(people[who])
    assert client.get("/visits/road/", headers=JSON).status_code == 403


def test_queries_do_not_grow_with_the_households(client, people, newcomer, django_assert_max_num_queries):
    client.force_login(people["cadre"])
    counts = []
    for more in (3, 15):
        for _ in range(more):
            newcomer(persons=3)
        with django_assert_max_num_queries(30) as captured:
            part = client.get("/visits/road/", headers=JSON).json()
        assert len(part["pages"]) == part["total"]
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_message_waits_for_a_page_that_somebody_sees(rf, client, people, household, monkeypatch):
    client.force_login(people["cadre"])
    client.post("/accounts/password/", {})
    request = client.get("/visits/road/", headers=JSON).wsgi_request
    messages.success(request, "已保存")
    storage = messages.get_messages(request)
    assert not storage.used
    assert "已保存" not in client.get("/visits/road/", headers=JSON).content.decode()


def named_files(html):
    return set(re.findall(r'(?:href|src)="/static/([^"?]+)"', html))


def test_every_file_that_a_page_names_is_on_the_phone(client, people, household):
    client.force_login(people["cadre"])
    kept = set(FILES) | set(DEBUG_FILES)
    for address in (f"/visits/{household.number}/2022-07/", "/visits/", "/visits/outbox/"):
        missing = named_files(client.get(address).content.decode()) - kept
        # The first screen's picture is the phone's own as soon as the site is installed.
        assert missing - {"img/icon-192.png"} == set(), address


def test_every_kept_file_is_there():
    assert [name for name in (*FILES, *DEBUG_FILES) if finders.find(name) is None] == []


def test_the_worker_may_serve_the_whole_site_and_is_asked_for_anew(client, db):
    answer = client.get("/sw.js")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/javascript")
    assert (answer["Service-Worker-Allowed"], answer["Cache-Control"]) == ("/", "no-cache")
    text = answer.content.decode()
    assert all(address in text for address in road_files())
    assert "没有信号" in text


def test_a_changed_file_is_another_version(client, db, monkeypatch, tmp_path):
    before = client.get("/sw.js").content
    assert client.get("/sw.js").content == before
    changed = tmp_path / "page.js"
    changed.write_text("// another")
    find = finders.find
    monkeypatch.setattr(finders, "find", lambda name: str(changed) if name == "js/page.js" else find(name))
    assert client.get("/sw.js").content != before


def test_the_site_can_be_installed(client, people):
    described = client.get("/manifest.webmanifest").json()
    assert (described["display"], described["scope"]) == ("standalone", "/")
    for icon in described["icons"]:
        path = finders.find(icon["src"].removeprefix("/static/"))
        assert path, icon["src"]
    assert 'rel="manifest"' in client.get("/accounts/login/").content.decode()
    assert "worker-src 'self'" in client.get("/accounts/login/")["Content-Security-Policy"]


def test_the_session_tells_who_is_signed_in(people):
    client = Client(enforce_csrf_checks=True)
    assert client.get("/visits/session/", headers=JSON).status_code == 401
    client.force_login(people["cadre"])
    told = client.get("/visits/session/", headers=JSON).json()
    assert told["account"] == people["cadre"].pk
    # The token is one that works.
    headers = JSON | {"x-csrftoken": told["csrf"]}
    assert client.post("/visits/1/2022-07/draft/", headers=headers).status_code == 404


def test_the_session_tells_which_deliveries_of_ones_own_arrived(send, client, filled, people):
    fields = filled()
    assert send(fields, script=True).status_code == 200
    query = {"asked": [fields["client_uuid"], "ffffffff-0000-4000-8000-000000000000", "abc"]}
    assert client.get("/visits/session/", query, headers=JSON).json()["accepted"] == [fields["client_uuid"]]
    client.force_login(people["township"])
    assert client.get("/visits/session/", query, headers=JSON).json()["accepted"] == []


def test_a_delivery_goes_on_from_one_whose_answer_was_lost(send, filled, worker, household, people):
    first = filled()
    assert send(first, script=True).status_code == 200
    changed = filled(**{f"amount-W01-{worker.pk}": "1700"})
    # Without naming the first, two contents stand against each other.
    assert send(changed, script=True).json()["status"] == "stale"
    answer = send(changed | {"replaces": [first["client_uuid"], "abc"]}, script=True)
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    # Somebody else's delivery is no ground to go on from.
    household.helper = people["helper"]
    household.save()
    theirs = filled(needs="要贷款") | {"replaces": [first["client_uuid"]]}
    assert send(theirs, who="helper", script=True).json()["status"] == "stale"


@pytest.fixture
def keep(client, people, household):
    """``keep({"needs": "…"})``: the answer to a draft."""

    def post(fields, *, who="cadre", month="2022-07"):
        client.force_login(people[who])
        return client.post(f"/visits/{household.number}/{month}/draft/", fields, headers=JSON)

    return post


def test_a_draft_is_kept_as_typed_and_replaced_by_the_next(keep, household, people):
    fields = {"needs": "想学养蜂", "amount-W01-1": "一千", "policies": ["allowance", "loan"], "base_version": "0"}
    answer = keep(fields | {"csrfmiddlewaretoken": "x", "client_uuid": "y", "remarks": ""})
    assert (answer.status_code, answer.json()["status"]) == (200, "kept")
    draft = VisitDraft.objects.get()
    assert (draft.household, draft.month, draft.author) == (household, JULY, people["cadre"])
    assert draft.fields == {name: value if isinstance(value, list) else [value] for name, value in fields.items()}
    keep({"needs": "别的"})
    assert VisitDraft.objects.get().fields == {"needs": ["别的"]}


def test_a_draft_is_given_up(keep):
    keep({"needs": "想学养蜂"})
    assert keep({"action": "discard"}).json() == {"status": "discarded"}
    assert not VisitDraft.objects.exists()


@pytest.mark.parametrize(
    ("who", "month", "status"),
    [
        ("cadre", "2022-07", 200),
        ("next_cadre", "2022-07", 404),
        ("township", "2022-07", 403),
        ("cadre", "2022-08", 422),
        ("cadre", "2022-7", 404),
    ],
)
def test_a_draft_is_refused_where_the_visit_would_be(keep, who, month, status):
    assert keep({"needs": "想学养蜂"}, who=who, month=month).status_code == status
    assert VisitDraft.objects.exists() == (status == 200)


def test_the_worker_and_its_pages_carry_no_line_of_this_machine():
    for name in (*FILES, "js/road/worker.js"):
        with open(finders.find(name), "rb") as file:
            assert str(settings.BASE_DIR).encode() not in file.read()
