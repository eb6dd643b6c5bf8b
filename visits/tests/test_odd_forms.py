"""What no page of ours sends: rubbish, made-up names, numbers used before. Refused or passed over, never a failure."""

from urllib.parse import urlencode
from uuid import uuid4

import pytest

from visits.models import IncomeEntry, Visit, VisitDraft, VisitVersion
from visits.tests.conftest import JULY, JUNE

pytestmark = pytest.mark.django_db

NUL = "甲\0乙"


@pytest.mark.parametrize(
    ("field", "others"),
    [
        ("remarks", {}),
        ("dispute-P01-0", {}),
        ("amount-P01-0", {}),
        ("change-note-0", {"change-kind-0": "joined"}),
        ("work-place-{member}", {}),
        ("reason", {}),
    ],
)
def test_a_character_that_no_database_keeps_is_named_at_its_field(send, past, worker, filled, field, others):
    field = field.format(member=worker.pk)
    answer = send(filled(**others) | {field: NUL}, script=True)
    assert answer.status_code == 422
    assert "存不下" in answer.json()["errors"][field][0]
    assert send(filled(**others) | {field: NUL}).status_code == 422
    assert not Visit.objects.filter(month=JULY).exists()


def test_a_draft_is_kept_without_that_character(send, past):
    assert send({"action": "draft", "remarks": NUL, "odd\0name": "1"}).status_code == 302
    assert VisitDraft.objects.get().fields == {"remarks": ["甲乙"]}


@pytest.mark.parametrize("number", ["²", "０", "00", "-1", "9" * 5000])
@pytest.mark.parametrize("name", ["amount-P01-{}", "change-kind-{}", "work-place-{}"])
def test_a_name_with_another_spelling_of_a_person_is_no_field(client, people, past, filled, number, name):
    client.force_login(people["cadre"])
    address, form = f"/visits/{past.number}/2022-07/", "application/x-www-form-urlencoded"
    odd = {name.format(number): "7"}
    page = client.post(address, urlencode(filled(visited_on="") | odd), content_type=form)
    assert page.status_code == 422
    draft = client.post(address, urlencode({"action": "draft"} | odd), content_type=form)
    assert (draft.status_code, client.get(address).status_code) == (302, 200)
    assert client.post(address, urlencode(filled() | odd), content_type=form).status_code == 302
    visit = Visit.objects.get(month=JULY)
    assert visit.entries.get(item_id="P01").amount == 100
    assert not visit.changes.exists()
    assert not visit.work.exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1" + "0" * 30, "太大"),
        ("9" * 1_100_000, "太大"),
        ("1." + "0" * 40 + "1", "最多两位小数"),
        ("1e30", "不是数字"),
    ],
)
def test_an_endless_amount_is_refused_in_words(send, past, filled, typed, words):
    answer = send(filled(**{"amount-P01-0": typed}), script=True)
    assert answer.status_code == 422
    [sentence] = answer.json()["errors"]["amount-P01-0"]
    assert words in sentence
    assert len(sentence) < 100


def test_made_up_fields_change_nothing(send, past, filled, people):
    made_up = {
        "state": "approved",
        "visitor": str(people["township"].pk),
        "reviewed_by": str(people["township"].pk),
        "is_counted": "1",
        "household": "1",
        "month": "2020-01-01",
        "version": "99",
        "submitted_at": "2020-01-01",
    }
    assert send(filled(**made_up)).status_code == 302
    visit = Visit.objects.get(household=past, month=JULY)
    assert (visit.state, visit.visitor, visit.reviewed_by, visit.version) == ("submitted", people["cadre"], None, 1)


@pytest.mark.parametrize("field", ["way", "nonsense", "entries.W01/1", "entries.Z99/0", "changes.0", ""])
def test_choosing_between_two_sides_where_there_is_one_chooses_nothing(send, past, filled, field):
    assert send(filled(**{f"choose-{field}": "theirs"})).status_code == 302
    assert Visit.objects.get(month=JULY).way == "home"
    assert IncomeEntry.objects.filter(month=JULY).count() == 2


def test_what_stands_in_a_visit_that_came_without_the_form_can_be_chosen(send, past, filled, worker):
    fields = filled(visited_on="2022-06-08", base_version="1", reason="漏记", **{"amount-P01-0": "180"})
    fields |= {"choose-entries.P01/0": "theirs", "choose-visitors": "theirs"}
    assert send(fields, month="2022-06").status_code == 302
    visit = Visit.objects.get(month=JUNE)
    assert visit.visitors == "刘建军、张晓燕"
    assert {entry.item_id: entry.amount for entry in visit.entries.all()} == {"W01": 1600, "P01": 100}


def test_choosing_does_not_ask_again_whether_a_large_amount_is_right(send, past, filled, worker):
    wage, rent = f"amount-W01-{worker.pk}", "amount-P01-0"
    send(filled())
    # One side's large amount clashes with nothing, the other's with a third.
    send(filled(base_version="1", remarks="甲", confirm=wage, **{wage: "160000"}))
    page = send(filled(base_version="1", remarks="乙", confirm=rent, **{rent: "200000"}))
    assert page.status_code == 409
    kept = page.context["kept"]
    assert send(_fields(page, kept) | {"choose-remarks": "mine"}).status_code == 302
    visit = Visit.objects.get(month=JULY)
    assert visit.remarks == "乙"
    assert {entry.item_id: entry.amount for entry in visit.entries.all()} == {"W01": 160000, "P01": 200000}


def _fields(page, kept):
    """What the clash page posts, its choices aside."""
    fields = {"client_uuid": str(page.context["token"]), "base_version": str(page.context["visit"].version)}
    for name, text in kept:
        fields.setdefault(name, []).append(text)
    return fields


def test_an_old_number_after_newer_versions_is_answered_as_it_was_and_writes_nothing(send, past, filled):
    first = filled()
    send(first)
    send(filled(base_version="1", remarks="后来的"))
    answer = send(first, script=True).json()
    assert (answer["status"], answer["version"], answer["replay"]) == ("saved", 1, True)
    visit = Visit.objects.get(month=JULY)
    assert (visit.version, visit.remarks) == (2, "后来的")


@pytest.mark.parametrize("where", ["household", "month"])
def test_one_number_is_for_one_household_and_month(send, past, filled, make_household, village, where):
    other = make_household(village)
    fields = {name: text for name, text in filled().items() if not name.startswith("amount-W")}
    assert send(fields).status_code == 302
    place = {"number": other.number} if where == "household" else {"month": "2021-09"}
    answer = send(fields, script=True, **place)
    assert (answer.status_code, answer.json()["status"]) == (409, "reused")
    assert not Visit.objects.filter(household=other).exists()
    assert VisitVersion.objects.count() == 1


@pytest.mark.parametrize("length", [101, 200])
def test_a_long_reason_is_kept_whole_with_the_version(send, past, filled, length):
    reason = "改" * length
    assert send(filled(visited_on="2022-06-08", base_version="1", reason=reason), month="2022-06").status_code == 302
    visit = Visit.objects.get(month=JUNE)
    assert visit.versions.get(version=2).reason == reason
    assert visit.history.first().history_change_reason == reason[:100]
    assert visit.entries.get(item_id="W01").history.first().history_change_reason == reason[:100]


@pytest.mark.parametrize("how", [{"action": "draft"}, {"copy": "amount-P01-0"}])
@pytest.mark.parametrize("month", ["2022-08", "2099-01"])
def test_a_month_that_cannot_be_keeps_no_draft_and_loses_nothing_typed(send, past, how, month):
    page = send({"remarks": "记得带药"} | how, month=month)
    assert page.status_code == 422
    assert "还没有到" in page.content.decode()
    assert "记得带药" in page.content.decode()
    assert "填上走访是哪一天" not in page.content.decode(), "nobody said that the form was finished"
    assert not VisitDraft.objects.exists()


@pytest.mark.parametrize("month", ["9999-12", "1000-01", "0001-01", "2022-7", "2022-13", "２０２２-07", "2022-07-01"])
@pytest.mark.parametrize("who", ["cadre", "township"])
def test_a_month_that_nobody_means_is_not_found(client, people, past, filled, month, who):
    client.force_login(people[who])
    address = f"/visits/{past.number}/{month}/"
    assert client.get(address).status_code == 404
    assert client.get(f"{address}print/").status_code == 404
    if who == "cadre":
        assert client.post(address, filled()).status_code == 404
        assert client.post(address, {"action": "draft", "remarks": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("who", "status", "said"),
    [("township", 403, "forbidden"), ("auditor", 403, "forbidden"), ("helper", 404, "missing")],
)
def test_a_script_is_refused_in_json_and_a_person_on_a_page(send, past, filled, who, status, said):
    answer = send(filled(), who=who, script=True)
    assert (answer.status_code, answer.json()["status"]) == (status, said)
    assert set(answer.json()) == {"status", "message"}, "nothing about the household"
    assert send(filled(), who=who)["content-type"].startswith("text/html")


def test_a_form_without_the_site_s_token_is_refused(people, past, filled, client):
    client.handler.enforce_csrf_checks = True
    client.force_login(people["cadre"])
    for address in (f"/visits/{past.number}/2022-07/", f"/visits/{past.number}/2022-06/review/", "/visits/review/"):
        for headers in ({}, {"accept": "application/json"}):
            assert client.post(address, filled(client_uuid=str(uuid4())), headers=headers).status_code == 403
    assert not Visit.objects.filter(month=JULY).exists()


def test_a_reviewer_approves_neither_another_township_s_visits_nor_what_was_once_the_own(
    client, send, past, filled, people
):
    """Ids are made up in the queue's form; the second reviewer was the cadre that reported the visit."""
    send(filled())
    visit = Visit.objects.get(month=JULY)
    chosen = {"visit": [f"{visit.pk}-1"]}
    cadre = people["cadre"]
    cadre.areas.set([past.village.parent])
    cadre.role = "township"
    cadre.save()
    for who in ("other_township", "cadre"):
        client.force_login(people[who])
        assert client.post("/visits/review/", chosen).status_code == 302
        send({"decision": "approve", "version": "1"}, who=who, month="2022-07/review")
        visit.refresh_from_db()
        assert visit.state == "submitted", who
    send({"decision": "return", "version": "1", "comment": "退"}, who="cadre", month="2022-07/review")
    visit.refresh_from_db()
    assert visit.state == "submitted"
    send({"decision": "approve", "version": "1"}, who="township", month="2022-07/review")
    visit.refresh_from_db()
    assert visit.state == "approved"
