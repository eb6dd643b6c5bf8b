"""Drafts where two phones wrote, where the county does not answer, and where the browser keeps nothing."""

import pytest

from visits.models import Visit, VisitDraft
from visits.tests.conftest import JULY
from visits.tests.phones import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

KEEPS_NOTHING = """IDBFactory.prototype.open = () => {
  throw new DOMException("denied", "SecurityError");
}"""
FULL = """() => {
  window.tries = 0;
  IDBObjectStore.prototype.put = () => {
    window.tries += 1;
    throw new DOMException("no room", "QuotaExceededError");
  };
}"""


def report(page):
    page.locator("button[name=action][value=submit]").click()


def wages():
    return [
        int(entry.amount) for visit in Visit.objects.filter(month=JULY) for entry in visit.entries.filter(item="W01")
    ]


def test_a_browser_that_keeps_nothing_sends_the_form_as_a_page(phone, form_address, amount):
    phone.context.add_init_script(KEEPS_NOTHING)
    page = phone.page(form_address)
    page.get_by_text("这个浏览器存不了草稿").wait_for()
    page.fill(amount, "1600")
    phone.context.set_offline(True)
    report(page)
    page.get_by_text("没有信号，还没有上报").wait_for()
    assert page.input_value(amount) == "1600"
    phone.context.set_offline(False)
    report(page)
    page.wait_for_url("**/visits/**accepted=**")
    assert wages() == [1600]
    assert phone.problems == []


def test_a_full_phone_does_not_pull_the_form_away_under_the_typing(phone, form_address, amount):
    page = phone.page(form_address)
    page.get_by_text("填的内容随时存在本机").wait_for()
    page.evaluate(FULL)
    page.fill(amount, "1600")
    page.get_by_text("手机存满了，这张表没有存进手机").wait_for()
    page.evaluate("document.getElementById('room').dataset.said = 'once'")
    tries = page.evaluate("window.tries")
    page.fill(amount, "1650")
    # The draft is tried again a second after the typing.
    wait_for(lambda: page.wait_for_timeout(100) or page.evaluate("window.tries") > tries)
    assert page.locator("#room[data-said=once]").count() == 1


def test_of_two_phones_drafts_the_older_one_is_offered(server, phone, form_address, amount, make_phone, session_of):
    page = phone.page(form_address)
    page.route("**/draft/", lambda route: route.abort())
    page.fill(amount, "1600")
    page.get_by_text("已存本机").wait_for()
    page.close()
    other = make_phone()
    other.sign_in(session_of("cadre"))
    other.page(form_address).fill(amount, "1800")
    wait_for(lambda: other.context.pages[-1].wait_for_timeout(200) or VisitDraft.objects.exists())
    page = phone.page(form_address)
    page.get_by_text("这台手机里还有").wait_for()
    assert page.input_value(amount) == "1800"
    page.get_by_role("button", name="换成那一份").click()
    page.get_by_text("存在本机的草稿").wait_for()
    assert page.input_value(amount) == "1600"


def test_a_draft_that_the_county_could_not_be_asked_to_drop_can_be_dropped_later(phone, form_address, amount):
    page = phone.page(form_address)
    page.fill(amount, "1600")
    wait_for(lambda: page.wait_for_timeout(200) or VisitDraft.objects.exists())
    page.reload()
    page.on("dialog", lambda dialog: dialog.accept())
    phone.context.set_offline(True)
    page.get_by_role("button", name="不要草稿，重新填").click()
    page.get_by_text("现在删不掉").wait_for()
    phone.context.set_offline(False)
    page.get_by_role("button", name="不要草稿，重新填").click()
    wait_for(lambda: page.wait_for_timeout(50) or page.input_value(amount) == "")
    assert not VisitDraft.objects.exists()


def test_what_is_typed_while_a_report_is_on_its_way_is_kept(phone, form_address, amount):
    page = phone.page(form_address)
    page.fill(amount, "1600")
    # The county takes its time: the words come after the report has left.
    page.route("**/visits/session/**", lambda route: None)
    report(page)
    page.get_by_text("正在上报").wait_for()
    page.fill("#remarks", "还没有问完")
    page.wait_for_url("**/visits/")
    page = phone.page(form_address)
    page.get_by_text("存在本机的草稿").wait_for()
    assert page.input_value("#remarks") == "还没有问完"
