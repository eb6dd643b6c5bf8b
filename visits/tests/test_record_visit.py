"""Recording: never twice, never over somebody else's unseen change."""

import re
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client

from visits.models import IncomeEntry, Visit, VisitVersion
from visits.tests.conftest import JULY

pytestmark = pytest.mark.django_db


def test_the_same_again_gets_the_same_answer_and_is_one_visit(send, past, filled):
    fields = filled()
    first = send(fields)
    again = send(fields | {"seconds": "99", "base_version": "7", "copied": "3"})
    assert (first.status_code, first["Location"]) == (again.status_code, again["Location"])
    assert Visit.objects.get(month=JULY).version == 1
    assert VisitVersion.objects.count() == 1
    assert IncomeEntry.objects.filter(month=JULY).count() == 2
    answer = send(fields, script=True).json()
    assert (answer["status"], answer["version"], answer["replay"]) == ("saved", 1, True)


@pytest.mark.parametrize("who", ["cadre", "helper"])
def test_the_same_number_with_other_content_or_by_another_is_refused(send, past, filled, people, who):
    past.helper = people["helper"]
    past.save()
    fields = filled()
    send(fields)
    other = fields | ({"remarks": "别的"} if who == "cadre" else {})
    assert send(other, who=who).status_code == 409
    answer = send(other, who=who, script=True)
    assert (answer.status_code, answer.json()["status"]) == (409, "reused")
    assert Visit.objects.get(month=JULY).remarks == ""


def test_a_refused_form_keeps_its_number_for_the_corrected_one(send, past, filled):
    fields = filled(visited_on="")
    assert send(fields).status_code == 422
    assert send(fields | {"visited_on": "2022-07-08"}).status_code == 302


def test_a_form_without_a_number_says_so(send, past, filled):
    page = send(filled(client_uuid="none"))
    assert page.status_code == 422
    assert "没有编号" in page.content.decode()


def test_changes_on_different_fields_join(send, past, filled, people, worker):
    past.helper = people["helper"]
    past.save()
    send(filled())
    send(filled(base_version="1", remarks="换了屋顶"))
    answer = send(filled(base_version="1", needs="想学养蜂"), who="helper", script=True)
    assert answer.json()["version"] == 3
    visit = Visit.objects.get(month=JULY)
    assert (visit.remarks, visit.needs, visit.visitor) == ("换了屋顶", "想学养蜂", people["helper"])


def test_a_line_that_one_side_took_out_stays_out(send, past, filled):
    send(filled())
    send(filled(base_version="1", **{"amount-P01-0": None}))
    send(filled(base_version="1", needs="想学养蜂"))
    visit = Visit.objects.get(month=JULY)
    assert [entry.item_id for entry in visit.entries.all()] == ["W01"]
    assert visit.needs == "想学养蜂"


def test_what_both_changed_is_shown_side_by_side_and_chosen(send, past, filled, worker):
    name = f"amount-W01-{worker.pk}"
    send(filled())
    send(filled(base_version="1", remarks="甲", **{name: "1700"}))
    mine = filled(base_version="1", remarks="乙", needs="修路", **{name: "1800"})
    answer = send(mine, script=True)
    assert answer.status_code == 409
    assert [(each["label"], each["mine"], each["theirs"]) for each in answer.json()["fields"]] == [
        ("备注", "乙", "甲"),
        ("务工工资（李一）", "1,800.00 元", "1,700.00 元"),
    ]
    page = send(mine)
    assert page.status_code == 409
    assert Visit.objects.get(month=JULY).remarks == "甲", "nothing is overwritten unseen"
    chosen = posted(page) | {"choose-remarks": "theirs", f"choose-entries.W01/{worker.pk}": "mine"}
    assert send(chosen).status_code == 302
    visit = Visit.objects.get(month=JULY)
    assert (visit.remarks, visit.needs, visit.version) == ("甲", "修路", 3)
    assert visit.entries.get(item_id="W01").amount == 1800


def posted(page):
    """The hidden fields of a page's last form, as a browser would send them."""
    html = page.content.decode()
    form = html[html.rindex("<form") :]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))


def test_a_second_change_between_looking_and_choosing_is_seen_too(send, past, filled):
    send(filled())
    send(filled(base_version="1", remarks="甲"))
    page = send(filled(base_version="1", remarks="乙"))
    send(filled(base_version="2", remarks="丙"))
    again = send(posted(page) | {"choose-remarks": "mine"})
    assert again.status_code == 409
    assert "丙" in again.content.decode()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_deliveries_at_the_same_moment_are_one_visit(own_connections, past, filled, people):
    client = Client()
    client.force_login(people["cadre"])
    cookie = client.cookies["sessionid"].value
    fields = filled()

    def deliver(_):
        phone = Client(headers={"accept": "application/json"})
        phone.cookies["sessionid"] = cookie
        try:
            return phone.post(f"/visits/{past.number}/2022-07/", fields).json()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(deliver, range(4)))
    assert [answer["status"] for answer in answers] == ["saved"] * 4
    assert sorted(answer["replay"] for answer in answers) == [False, True, True, True]
    assert Visit.objects.get(month=JULY).version == 1


def test_two_phones_with_different_numbers_and_one_content(send, past, filled):
    fields = filled()
    send(fields)
    answer = send(fields | {"client_uuid": str(uuid4())}, script=True)
    assert answer.json()["status"] == "saved", "both said the same; nothing is lost, nothing doubled"
    assert IncomeEntry.objects.filter(month=JULY).count() == 2


def test_going_on_from_a_delivery_that_arrived_unheard_undoes_nobody_else_s_change(send, past, filled, people):
    """The helper wrote meanwhile, the cadre's first delivery joined that, and its answer was lost on the way."""
    past.helper = people["helper"]
    past.save()
    send(filled())
    send(filled(base_version="1", needs="想学养蜂"), who="helper")
    unheard = filled(base_version="1", remarks="甲")
    send(unheard)
    answer = send(filled(base_version="1", remarks="乙", replaces=unheard["client_uuid"]), script=True)
    assert answer.json()["version"] == 4
    visit = Visit.objects.get(month=JULY)
    assert (visit.remarks, visit.needs) == ("乙", "想学养蜂")


def test_the_first_delivery_may_be_the_unheard_one(send, past, filled):
    unheard = filled(is_housing_safe=None, has_risk=None)
    send(unheard)
    answer = send(filled(is_housing_safe=None, remarks="乙", replaces=unheard["client_uuid"]), script=True)
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    visit = Visit.objects.get(month=JULY)
    assert (visit.remarks, visit.is_housing_safe, visit.has_risk) == ("乙", None, False)


def test_a_line_of_the_unheard_delivery_can_be_taken_out_again(send, past, filled):
    send(filled())
    unheard = filled(base_version="1", **{"amount-T09-0": "200"})
    send(unheard)
    send(filled(base_version="1", remarks="乙", replaces=unheard["client_uuid"]))
    visit = Visit.objects.get(month=JULY)
    assert visit.remarks == "乙"
    assert not visit.entries.filter(item_id="T09").exists()
