"""What was reported a moment ago is checked when the reviewer looks, and the doubtful stand first."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def reported(past, make_household, village, send, filled, worker):
    """Two visits of July: a usual one, and one whose wage is six times the household's own."""
    past.phone = "13900000001"
    past.save()
    other = make_household(village, head="钱二", phone="13900000002")
    head = other.members.get()
    usual = filled(**{f"amount-W01-{worker.pk}": None, f"amount-W01-{head.pk}": "1600"})
    assert send(usual, number=other.number).status_code == 302
    assert send(filled(**{f"amount-W01-{worker.pk}": "9600"})).status_code == 302
    return past, other


def test_the_doubtful_stand_first_and_say_why(reported, client, people, django_assert_max_num_queries):
    doubtful, usual = reported
    client.force_login(people["township"])
    content = client.get("/visits/review/").content.decode()
    assert content.index(doubtful.number[-5:]) < content.index(usual.number[-5:])
    assert "超过这项平常每月 1,500 元的三倍，请核对。" in content
    with django_assert_max_num_queries(12):
        client.get("/visits/review/")


def test_a_corrected_amount_takes_its_doubt_away(reported, client, people, send, filled, worker):
    client.force_login(people["township"])
    client.get("/visits/review/")
    send(filled(base_version="1"))
    client.force_login(people["township"])
    assert "的三倍，请核对" not in client.get("/visits/review/").content.decode()
    assert reported[0].findings.get(code="I06").state == "fixed"
