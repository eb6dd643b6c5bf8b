"""What people write is shown as text on every page of a visit, and ID and phone numbers on none."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Department
from households.models import Household
from visits.models import IncomeEntry, Visit
from visits.tests.conftest import JULY, WINDOW

pytestmark = pytest.mark.django_db

MARK = "\"'><script>alert(1)</script><img src=x>{{ 7 }}"
PHONE = "13912345678"


@pytest.fixture
def told(send, past, people, worker, filled):
    """A visit of July with the mark in all its texts, disputed, returned with comments and reported again."""
    Household.objects.filter(pk=past.pk).update(head_name=MARK[:40], hamlet=MARK[:30], phone=PHONE)
    worker.name, worker.work_place, worker.employer = MARK[:40], MARK, MARK
    worker.save()
    people["cadre"].name = people["township"].name = MARK[:30]
    people["cadre"].save()
    people["township"].save()
    IncomeEntry.objects.create(
        household=past,
        month=JULY,
        item_id="T01",
        member=worker,
        member_key=worker.pk,
        amount=350,
        source="feed",
        department=Department.objects.get(name="民政局"),
    )
    texts = dict.fromkeys(
        ("visitors", "member_changes", "guarantee_note", "needs", "risk_note", "income_risk_note", "remarks"), MARK
    )
    lines = {
        f"amount-T01-{worker.pk}": "300",
        f"dispute-T01-{worker.pk}": MARK,
        "change-kind-0": "joined",
        "change-note-0": MARK,
        f"change-kind-{worker.pk}": "illness",
        f"change-note-{worker.pk}": MARK,
        f"work-place-{worker.pk}": MARK,
        f"work-employer-{worker.pk}": MARK,
        f"work-industry-{worker.pk}": "<b>",
    }
    assert send(filled(**texts, **lines)).status_code == 302
    comments = {"comment-remarks": MARK, f"comment-entries.T01/{worker.pk}": MARK, f"comment-changes.{worker.pk}": MARK}
    returned = {"decision": "return", "version": "1", "comment": MARK} | comments
    assert send(returned, who="township", month="2022-07/review").status_code == 302
    return filled(base_version="1", **texts, **lines)


def read(client, people, who, address):
    client.force_login(people[who])
    page = client.get(address)
    assert page.status_code == 200, address
    return page


def assert_is_text(page, worker, *, may_call=False):
    content = page.content.decode()
    assert "<script>alert" not in content
    assert "<img src=x" not in content
    assert worker.id_number not in content
    # Those who visit call from the list, the form and the paper.
    assert may_call or PHONE not in content


def test_texts_are_text_and_numbers_are_masked_on_every_page(client, people, past, told, send, worker):
    form = f"/visits/{past.number}/2022-07/"
    mine = ("/visits/?show=all", form, f"{form}print/", f"{form}print/?blank=1", "/visits/print/?show=all")
    for address in mine:
        page = read(client, people, "cadre", address)
        assert_is_text(page, worker, may_call=True)
        assert "&lt;script&gt;" in page.content.decode(), address
    # Again, and with what is wrong, what clashes, what is compared.
    assert send(told | {"remarks": f"又{MARK}"}).status_code == 302
    lists = [(who, "/visits/differences/") for who in ("cadre", "township", "county", "civil")]
    pages = [(who, form) for who in ("township", "county", "auditor")]
    for who, address in [*lists, *pages, ("township", "/visits/review/"), ("auditor", "/visits/differences/")]:
        page = read(client, people, who, address)
        assert_is_text(page, worker)
        assert "&lt;script&gt;" in page.content.decode(), (who, address)
    rubbish = dict.fromkeys(("client_uuid", "visited_on", "amount-P01-0", "basis-P01-0", "way"), MARK)
    wrong = send(told | rubbish)
    assert wrong.status_code == 422
    assert_is_text(wrong, worker, may_call=True)
    clash = send(told | {"client_uuid": "00000000-0000-4000-8000-000000000001", "remarks": f"另{MARK}"})
    assert clash.status_code == 409
    assert_is_text(clash, worker, may_call=True)
    refused = send(
        {"decision": "approve", "version": "2", "comment": MARK, "back": MARK}, who="township", month="2022-07/review"
    )
    assert refused.status_code == 422
    assert_is_text(refused, worker)
    number = send(told | {"client_uuid": told["client_uuid"], "amount-P01-0": worker.id_number}, script=True)
    assert worker.id_number not in number.content.decode(), "an ID number typed as an amount is masked in the answer"


def test_a_department_sees_of_a_visit_what_answers_its_own_report_and_nothing_else(client, people, past, told, send):
    assert send(told).status_code == 302
    page = read(client, people, "civil", "/visits/differences/").content.decode()
    assert "300.00" in page
    assert past.number not in page
    assert "1,600.00" not in page
    assert "300.00" not in read(client, people, "labour", "/visits/differences/").content.decode()
    for address in (f"/visits/{past.number}/2022-07/", f"/visits/{past.number}/2022-07/print/", "/visits/review/"):
        for who in ("civil", "labour"):
            client.force_login(people[who])
            assert {client.get(address).status_code, client.post(address).status_code} <= {403, 404, 405}


def test_a_delivery_costs_the_same_however_large_the_household_and_its_past(
    client, people, make_household, village, filled
):
    """Seven persons with nine months and a bystander, against one person with one month."""
    small, large = make_household(village), make_household(village, persons=7)
    bystander = make_household(village)
    client.force_login(people["cadre"])

    def deliver(household, month):
        fields = {name: text for name, text in filled(visited_on="2022-07-08").items() if not name.startswith("amount")}
        fields |= {f"amount-{code}-0": "900" for code in ("W01", "B01", "P01", "T01", "C01", "R01")}
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.post(f"/visits/{household.number}/{month:%Y-%m}/", fields).status_code == 302
        return len(queries)

    deliver(small, WINDOW[0])
    for month in WINDOW[:7]:
        deliver(large, month)
    assert deliver(small, WINDOW[1]) == deliver(large, WINDOW[7])
    assert not Visit.objects.filter(household=bystander).exists()
