"""Records on their way: what happens to them when the network, the browser, the session or the phone give up."""

from contextlib import suppress

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.hashers import Argon2PasswordHasher
from PIL import Image
from playwright.sync_api import Error

from visits.models import Visit, VisitDraft, VisitPhoto
from visits.tests.conftest import JULY
from visits.tests.phones import wait_for
from visits.tests.pictures import GPS, picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

PASSWORD = "shuang-qiao-1949-hehua"


def july():
    return Visit.objects.filter(month=JULY)


def wages(visit):
    return [int(entry.amount) for entry in visit.entries.filter(item="W01")]


def report(page):
    page.get_by_role("button", name="上报", exact=True).last.click()


def report_and_leave(page):
    report(page)
    page.wait_for_url("**/visits/")


def in_outbox(page):
    """[(whose, state)] of the page of the outbox."""
    rows = page.locator(".outbox-row").all()
    return [(row.locator("b").inner_text(), row.locator(".outbox-state").inner_text()) for row in rows]


def fill_and_save_without_a_signal(server, page, amount, value="1600"):
    page.fill(amount, value)
    server.stop()
    report_and_leave(page)


def test_saved_without_a_signal_killed_and_started_anew_it_still_arrives(
    server, phone, form_address, amount, session_of, household
):
    fill_and_save_without_a_signal(server, phone.page(form_address), amount)
    phone.restart()
    assert not july().exists()
    server.start()
    # A browser that was killed has forgotten its session, not its records.
    page = phone.page("/accounts/login/")
    phone.sign_in(session_of("cadre"))
    page.goto(f"{phone.url}/")
    visit = wait_for(lambda: page.wait_for_timeout(100) or july().first())
    assert (visit.household, wages(visit)) == (household, [1600])
    page.goto(f"{phone.url}/visits/outbox/")
    page.locator(".outbox-row").wait_for()
    assert in_outbox(page) == [("李一 7月走访", "● 已上传")]
    assert phone.problems == []


def test_what_is_typed_survives_the_death_of_the_browser(server, phone, form_address, amount, session_of):
    page = phone.page(form_address)
    page.fill(amount, "1723")
    page.get_by_text("已存本机").wait_for()
    phone.restart()
    phone.sign_in(session_of("cadre"))
    page = phone.page(form_address)
    page.get_by_text("存在本机的草稿").wait_for()
    assert page.input_value(amount) == "1723"
    # Given up, and asked once.
    asked = []
    page.on("dialog", lambda dialog: asked.append(dialog.message) or dialog.accept())
    page.get_by_role("button", name="不要草稿，重新填").click()
    wait_for(lambda: page.wait_for_timeout(50) or page.input_value(amount) == "")
    assert len(asked) == 1
    assert "李一 7月的草稿" in asked[0]
    page.reload()
    page.get_by_text("填的内容随时存在本机").wait_for()
    assert page.input_value(amount) == ""


def test_a_draft_reaches_the_county_and_another_phone(server, phone, form_address, amount, make_phone, session_of):
    page = phone.page(form_address)
    page.fill(amount, "1812")
    draft = wait_for(lambda: page.wait_for_timeout(200) or VisitDraft.objects.first())
    assert draft.fields[amount.removeprefix("#")] == ["1812"]
    other = make_phone()
    other.sign_in(session_of("cadre"))
    page = other.page(form_address)
    assert page.input_value(amount) == "1812"
    assert "草稿" in page.locator("#draft-note").inner_text()


def test_an_answer_lost_on_the_way_makes_no_second_visit(server, phone, form_address, amount):
    page = phone.page(form_address)
    page.fill(amount, "1600")
    delivered = []

    def lose_the_answer(route):
        if route.request.method != "POST":
            route.continue_()
            return
        delivered.append(route.fetch().status)
        route.abort()

    page.route(f"**{form_address}", lose_the_answer)
    report_and_leave(page)
    assert delivered == [200]
    first = july().get()
    # From here on answers come through: the same one.
    page.unroute(f"**{form_address}")
    page.goto(f"{phone.url}/visits/outbox/")
    page.get_by_text("已上传").wait_for()
    visit = july().get()
    assert (visit.version, visit.client_uuid) == (first.version, first.client_uuid)


def test_changed_before_the_lost_answer_was_known_it_goes_on_from_there(server, phone, form_address, amount):
    page = phone.page(form_address)
    page.fill(amount, "1600")

    def lose_the_answer(route):
        if route.request.method == "POST":
            with suppress(Error):
                route.fetch()
            route.abort()
        else:
            route.continue_()

    # No answer comes through, to this page or to those after it, until somebody looks again.
    phone.context.route(f"**{form_address}", lose_the_answer)
    report_and_leave(page)
    assert july().get().version == 1
    page.goto(phone.url + form_address)
    page.get_by_text("还没有上传").first.wait_for()
    phone.context.unroute(f"**{form_address}")
    # As long as it is not known to have arrived, it stands as it was saved; now another amount.
    page.fill(amount, "1700")
    report(page)
    page.get_by_text("李一 7 月走访已上报").wait_for()
    visit = july().get()
    assert wages(visit) == [1700]
    assert visit.version == 2


def test_a_network_that_comes_and_goes_delivers_once(server, phone, form_address, amount):
    page = phone.page("/visits/outbox/")
    fill_and_save_without_a_signal(server, phone.page(form_address), amount)
    for _ in range(2):
        server.start()
        # The signal is there for a moment only.
        page.evaluate("() => window.dispatchEvent(new Event('online'))")
        server.stop()
        page.wait_for_timeout(300)
    server.start()
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    visit = wait_for(lambda: page.wait_for_timeout(100) or july().first())
    assert (visit.version, wages(visit)) == (1, [1600])


def test_a_slow_network_lets_nobody_wait(server, phone, form_address, amount):
    page = phone.page(form_address)
    page.fill(amount, "1600")
    page.wait_for_timeout(1500)
    devtools = phone.context.new_cdp_session(page)
    devtools.send("Network.enable")
    crawling = {"offline": False, "latency": 9000, "downloadThroughput": 500, "uploadThroughput": 500}
    devtools.send("Network.emulateNetworkConditions", crawling)
    report(page)
    page.get_by_text("正在上报").wait_for()
    page.wait_for_function("() => document.getElementById('kept') === null || window.sessionStorage.length")
    usual = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    devtools.send("Network.emulateNetworkConditions", usual)
    page.goto(f"{phone.url}/visits/outbox/")
    page.get_by_text("已上传").wait_for()
    assert july().get().version == 1


def test_an_expired_session_keeps_the_record_until_its_owner_signs_in(
    server, phone, form_address, amount, people, household
):
    cadre = people["cadre"]
    cadre.password = Argon2PasswordHasher().encode(PASSWORD, "salt-of-this-test")
    cadre.save()
    page = phone.page("/accounts/login/")
    phone.sign_out_silently()
    page.goto(f"{phone.url}/accounts/login/?next={form_address}")
    page.fill("#id_login", cadre.username)
    page.fill("#id_password", PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"**{form_address}")
    page.fill(amount, "1600")
    phone.sign_out_silently()
    report(page)
    page.wait_for_url("**/accounts/login/**")
    assert not july().exists()
    page.fill("#id_login", cadre.username)
    page.fill("#id_password", PASSWORD)
    page.get_by_role("button", name="登录").click()
    visit = wait_for(lambda: page.wait_for_timeout(100) or july().first())
    assert (visit.visitor, wages(visit)) == (cadre, [1600])


def test_a_page_left_open_says_that_one_has_to_sign_in(server, phone, form_address, amount):
    page = phone.page(form_address)
    other = phone.page("/visits/outbox/")
    fill_and_save_without_a_signal(server, page, amount)
    phone.sign_out_silently()
    server.start()
    other.evaluate("() => window.dispatchEvent(new Event('online'))")
    other.get_by_text("请先登录，再自动上传").wait_for()
    assert other.locator("#road-line a").get_attribute("href").startswith("/accounts/login/?next=")
    assert ("李一 7月走访", "○ 待上传") in in_outbox(other)


def set_quota(phone, page, size):
    """Let the browser have ``size`` bytes for the site."""
    devtools = phone.context.new_cdp_session(page)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": phone.url, "quotaSize": size})


FULL = """async () => {
  try {
    await sumyuan.store.setMeta("probe", new Uint8Array(100));
  } catch (error) {
    return true;
  }
  IDBObjectStore.prototype.put = () => {
    throw new DOMException("no room", "QuotaExceededError");
  };
  return false;
}"""


def fill_up(phone, page):
    """The phone has no room left.

    Newer Chromium counts its caches against such a quota and IndexedDB only against the disk: there writing is
    made to answer as it does on a full one.
    """
    set_quota(phone, page, 1)
    return page.evaluate(FULL)


def test_a_full_phone_says_so_before_anything_is_lost(server, phone, form_address, amount, household):
    page = phone.page(form_address)
    page.fill(amount, "1500")
    page.get_by_text("已存本机").wait_for()
    fill_up(phone, page)
    page.fill(amount, "1600")
    page.get_by_text("手机存满了，这张表没有存进手机").wait_for()
    assert page.input_value(amount) == "1600"
    with page.expect_download() as waiting:
        page.get_by_role("button", name="存成文件").click()
    file = waiting.value
    for personal in (household.number, household.head_name, "李"):
        assert personal not in file.suggested_filename
    text = file.path().read_text(encoding="utf-8")
    assert "1600" in text
    assert "务工工资" in text
    page.get_by_role("button", name="现在上报").click()
    page.get_by_text("李一 7 月走访已上报").wait_for()
    assert wages(july().get()) == [1600]


def test_reporting_on_a_full_phone_keeps_the_form_on_the_screen(server, phone, form_address, amount):
    page = phone.page(form_address)
    page.get_by_text("填的内容随时存在本机").wait_for()
    fill_up(phone, page)
    server.stop()
    page.fill(amount, "1600")
    report(page)
    page.get_by_text("手机存满了，这张表没有存进手机").wait_for()
    page.get_by_role("button", name="现在上报").click()
    page.get_by_text("没有信号，还没有上报").wait_for()
    assert page.input_value(amount) == "1600"
    assert form_address in page.url


def test_nearly_full_is_said_in_time(server, phone, form_address):
    page = phone.page("/visits/outbox/")
    set_quota(phone, page, 3 * 1024 * 1024)
    page.goto(phone.url + form_address)
    page.get_by_text("手机快存满了").wait_for()


RESERVED = "async () => (await (await caches.open('reserve')).keys()).length"


def test_the_reserve_takes_the_record_that_found_no_room(server, phone, form_address, amount):
    page = phone.page(form_address)
    page.get_by_text("填的内容随时存在本机").wait_for()
    wait_for(lambda: page.evaluate(RESERVED))
    used = page.evaluate("async () => (await navigator.storage.estimate()).usage")
    set_quota(phone, page, used + 1)
    is_counted = page.evaluate("async () => (await navigator.storage.estimate()).quota") == used + 1
    if not is_counted:
        pytest.skip("this Chromium does not count IndexedDB against a set quota; the old one does")
    server.stop()
    page.fill(amount, "1600")
    report_and_leave(page)
    server.start()
    page.goto(f"{phone.url}/visits/outbox/")
    visit = wait_for(lambda: page.wait_for_timeout(100) or july().first())
    assert wages(visit) == [1600]
    assert page.evaluate(RESERVED) == 0


@pytest.fixture
def neighbours(make_household, village, past):
    """Two more households of the village: (first, last) by the order of saving, with one in between."""
    return make_household(village, head="赵一"), make_household(village, head="钱二")


def save_each(server, phone, households, fields):
    """Fill each form with its fields, and save them all without a signal, in that order."""
    pages = [phone.page(f"/visits/{household.number}/2022-07/") for household in households]
    server.stop()
    for page, values in zip(pages, fields, strict=True):
        for name, value in values.items():
            page.evaluate("([name, value]) => { document.getElementById(name).value = value; }", [name, value])
        report_and_leave(page)
        page.close()


def test_one_bad_record_between_good_ones_holds_nobody_up(server, phone, household, neighbours):
    first, last = neighbours
    # A day to come: only the county knows which day it is.
    save_each(server, phone, [first, household, last], [{}, {"visited_on": "2022-07-11"}, {}])
    server.start()
    page = phone.page("/visits/outbox/")
    wait_for(lambda: page.wait_for_timeout(100) or july().count() == 2)
    assert set(july().values_list("household", flat=True)) == {first.pk, last.pk}
    page.get_by_text("↩ 要改正").wait_for()
    assert page.locator("#road-line").inner_text() == "1 条走访要您看一下"
    page.get_by_role("link", name="打开改正").click()
    error = page.locator("#error-visited_on")
    error.wait_for()
    assert "不能晚于今天" in error.inner_text()
    page.fill("#visited_on", "2022-07-09")
    report(page)
    page.get_by_text("李一 7 月走访已上报").wait_for()
    assert july().count() == 3


def test_a_record_is_saved_to_a_file_or_dropped_by_whoever_made_it(server, phone, household, neighbours):
    first, _ = neighbours
    save_each(server, phone, [first, household], [{"visited_on": "2022-07-11", "needs": "想学养蜂"}, {}])
    server.start()
    page = phone.page("/visits/outbox/")
    page.get_by_text("↩ 要改正").wait_for()
    bad = page.locator(".outbox-row.is-fix")
    with page.expect_download() as waiting:
        bad.get_by_role("button", name="存成文件").click()
    assert "赵" not in waiting.value.suggested_filename
    assert "想学养蜂" in waiting.value.path().read_text(encoding="utf-8")
    asked = []
    page.on("dialog", lambda dialog: asked.append(dialog.message) or dialog.accept())
    bad.get_by_role("button", name="扔掉").click()
    wait_for(lambda: page.wait_for_timeout(50) or page.locator(".outbox-row.is-fix").count() == 0)
    assert "赵一 7月走访" in asked[0]
    assert july().get().household == household


def test_a_household_that_is_no_longer_ones_own_can_be_put_away(server, phone, form_address, amount, household):
    page = phone.page(form_address)
    fill_and_save_without_a_signal(server, page, amount)
    household.village_id = "130630101902"
    household.save()
    server.start()
    page.goto(f"{phone.url}/visits/outbox/")
    page.get_by_text("已不在范围").wait_for()
    assert page.get_by_role("button", name="存成文件").is_visible()
    assert page.get_by_role("button", name="扔掉").is_visible()
    assert not july().exists()


def test_two_phones_on_one_household_leave_the_choice_to_people(
    server, phone, form_address, amount, make_phone, session_of, household, people
):
    household.helper = people["helper"]
    household.save()
    mine = phone.page(form_address)
    mine.fill(amount, "1600")
    mine.fill("#amount-P01-0", "100")
    server.stop()
    report_and_leave(mine)
    server.start()
    other = make_phone()
    other.sign_in(session_of("helper"))
    theirs = other.page(form_address)
    # The first phone sends by itself as soon as it can; the other's record is there before.
    phone.context.set_offline(True)
    theirs.fill(amount, "1800")
    report(theirs)
    theirs.get_by_text("李一 7 月走访已上报").wait_for()
    phone.context.set_offline(False)
    mine.goto(f"{phone.url}/visits/outbox/")
    mine.get_by_text("⇄ 要选择").wait_for()
    assert wages(july().get()) == [1800]
    mine.get_by_role("button", name="打开选择").click()
    mine.get_by_text("1,600.00").wait_for()
    assert mine.get_by_text("1,800.00").is_visible()
    for side in mine.locator(".sides").all():
        side.locator("input[value=mine]").check()
    mine.get_by_role("button", name="按选的上报").click()
    wait_for(lambda: mine.wait_for_timeout(50) or wages(july().get()) == [1600])
    mine.goto(f"{phone.url}/visits/outbox/")
    mine.get_by_text("已上传").wait_for()
    assert len(in_outbox(mine)) == 1


def test_two_tabs_on_one_draft_do_not_undo_each_other(phone, form_address, amount):
    one = phone.page(form_address)
    one.fill(amount, "1600")
    other = phone.page(form_address)
    other.get_by_text("这户正在另一个页面填写").wait_for()
    assert other.evaluate("document.getElementById('visit-form').inert")
    one.fill(amount, "1650")
    other.get_by_role("button", name="在这里填").click()
    # What was typed last over there is here now.
    wait_for(lambda: other.wait_for_timeout(50) or other.input_value(amount) == "1650")
    assert not other.evaluate("document.getElementById('visit-form').inert")
    one.get_by_text("这户正在另一个页面填写").wait_for()
    assert one.evaluate("document.getElementById('visit-form').inert")
    other.fill(amount, "1700")
    report(other)
    other.get_by_text("李一 7 月走访已上报").wait_for()
    assert wages(july().get()) == [1700]


def test_a_visit_approved_meanwhile_is_corrected_with_a_reason(server, phone, form_address, amount, household, people):
    page = phone.page(form_address)
    fill_and_save_without_a_signal(server, page, amount)
    approved = {"state": "approved", "reviewed_by": people["township"], "visitor": people["helper"]}
    Visit.objects.create(household=household, month=JULY, visited_on="2022-07-01", **approved)
    server.start()
    page.goto(f"{phone.url}/visits/outbox/")
    page.get_by_role("link", name="打开改正").click()
    page.get_by_text("还没有上传").first.wait_for()
    assert page.input_value(amount) == "1600"
    page.fill("#reason", "漏记了工资")
    # The form as it stands by now is what is corrected.
    report(page)
    page.get_by_text("按选的上报").wait_for()
    for side in page.locator(".sides").all():
        side.locator("input[value=mine]").check()
    page.get_by_role("button", name="按选的上报").click()
    wait_for(lambda: page.wait_for_timeout(50) or wages(july().get()) == [1600])
    assert july().get().versions.last().reason == "漏记了工资"


@pytest.mark.parametrize("address", ["/visits/outbox/", "/visits/", None], ids=["outbox", "list", "form"])
def test_axe_finds_nothing_while_a_record_waits(server, phone, form_address, amount, address):
    page = phone.page(form_address)
    fill_and_save_without_a_signal(server, page, amount, "1600")
    server.start()
    # The checker is a script that the pages' own policy would refuse.
    phone.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})
    page.route("**/visits/session/**", lambda route: route.abort())
    page.goto(phone.url + (address or form_address))
    page.get_by_text("待上传 1").first.wait_for()
    violations = Axe().run(page).response["violations"]
    assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == []


def photo_file(content, name="IMG_1.jpg"):
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def test_what_is_no_photo_is_said_and_the_rest_is_kept(phone, form_address):
    page = phone.page(form_address)
    page.set_input_files("#photo-input", [photo_file(b"no picture", "note.jpg"), photo_file(picture().read())])
    page.get_by_text("这个文件不是照片").wait_for()
    page.locator(".photo-list li").wait_for()
    assert page.locator(".photo-list li").count() == 1
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="删掉第 1 张照片").click()
    wait_for(lambda: page.wait_for_timeout(50) or page.locator(".photo-list li").count() == 0)


def test_a_photo_goes_after_its_record_small_and_without_a_place(server, phone, form_address, session_of):
    page = phone.page(form_address)
    server.stop()
    taken = picture((3000, 2000), exif={GPS: {1: "N", 2: (39.0, 21.0, 0.0)}}).read()
    page.set_input_files("#photo-input", [photo_file(taken)])
    page.locator(".photo-list li").wait_for()
    report_and_leave(page)
    phone.restart()
    server.start()
    phone.sign_in(session_of("cadre"))
    page = phone.page("/visits/outbox/")
    photo = wait_for(lambda: page.wait_for_timeout(100) or VisitPhoto.objects.first())
    assert photo.visit == july().get()
    with photo.file.open("rb") as file, Image.open(file) as image:
        assert (image.size, len(image.getexif())) == ((1600, 1067), 0)
    page.goto(phone.url + form_address)
    assert page.locator("[data-photo-sent]").count() == 1


def test_without_script_the_form_works_as_it_is(server, phone, form_address, amount):
    page = phone.context.new_page()
    devtools = phone.context.new_cdp_session(page)
    devtools.send("Emulation.setScriptExecutionDisabled", {"value": True})
    page.goto(phone.url + form_address)
    page.fill(amount, "1600")
    page.locator("button[name=action][value=submit]").click()
    wait_for(lambda: page.wait_for_timeout(50) or july().exists())
    assert wages(july().get()) == [1600]
