"""Forms taken along: opened with the server gone and the browser started anew, by whoever took them and nobody else."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep

import pytest

from visits.models import Visit
from visits.tests.phones import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

CACHES = "async () => (await caches.keys()).filter((name) => name !== 'reserve').sort()"
KEPT_PAGES = """async () => {
  const names = (await caches.keys()).filter((name) => name.startsWith("road-"));
  const found = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
  return found.flat().map((request) => new URL(request.url).pathname).sort();
}"""
WAITING = "async () => (await sumyuan.store.records(sumyuan.outbox.way.account)).map((record) => record.uuid)"


@pytest.fixture
def prepared(phone, form_address):
    """The phone with the forms taken along; the page it did so on."""
    page = phone.page("/visits/")
    page.click("#road button")
    page.get_by_text("存好 1 张表").wait_for()
    return page


def test_a_cold_start_without_a_server_opens_fills_checks_and_saves(server, phone, prepared, form_address, worker):
    server.stop()
    phone.restart()
    page = phone.page("/")
    # The first screen's picture opens "/": without a signal that is the list.
    page.wait_for_url("**/visits/")
    page.get_by_text("存在手机里的").wait_for()
    page.locator(".home-name").click()
    page.wait_for_url(f"**{form_address}")
    amount = page.locator(f"#amount-W01-{worker.pk}")
    row = page.locator(f"#row-W01-{worker.pk}")
    row.get_by_role("button", name="同上月").click()
    assert amount.input_value() == "1500"
    # Styles came along too.
    assert row.evaluate("row => getComputedStyle(row).display") == "grid"
    amount.fill("一千")
    page.get_by_role("button", name="上报").click()
    assert "金额要写数字" in row.locator(".errorlist").inner_text()
    amount.fill("1500")
    page.get_by_role("button", name="上报").click()
    page.wait_for_url("**/visits/")
    page.get_by_text("李一 7月走访已存本机 · 待上传 1").wait_for()
    page.locator(".home", has_text="待上传").wait_for()
    page.goto(f"{phone.url}/households/")
    assert page.locator("h1").inner_text() == "没有信号"
    assert not Visit.objects.filter(month="2022-07-01").exists()
    assert phone.problems == []


def test_what_is_reported_is_no_longer_on_the_phone(prepared, phone, form_address):
    assert prepared.evaluate(KEPT_PAGES) == ["/visits/", form_address, "/visits/outbox/"]
    prepared.goto(phone.url + form_address)
    prepared.get_by_role("button", name="上报").click()
    prepared.get_by_text("李一 7 月走访已上报").wait_for()
    assert prepared.evaluate(KEPT_PAGES) == ["/visits/", "/visits/outbox/"]


def test_what_went_as_a_page_is_no_longer_on_the_phone_and_the_list_stays(server, prepared, phone, form_address):
    server.stop()
    prepared.goto(phone.url + form_address)
    prepared.get_by_role("button", name="上报").click()
    prepared.get_by_text("待上传 1").first.wait_for()
    # Not by itself: a page said that the county has it.
    phone.context.route("**/visits/session/**", lambda route: route.abort())
    server.start()
    [uuid] = prepared.evaluate(WAITING)
    prepared.goto(f"{phone.url}/visits/?accepted={uuid}")
    prepared.wait_for_url("**/visits/")
    assert prepared.evaluate(KEPT_PAGES) == ["/visits/", "/visits/outbox/"]


def test_nothing_is_kept_but_what_was_taken_along(prepared, phone, household):
    for address in ("/households/", household.get_absolute_url(), "/"):
        prepared.goto(phone.url + address)
    kept = prepared.evaluate(KEPT_PAGES)
    assert household.get_absolute_url() not in kept
    assert len(kept) == 3
    assert {name.split("-")[0] for name in prepared.evaluate(CACHES)} == {"road", "static"}


class Unable(BaseHTTPRequestHandler):
    """A gateway without anything behind it, or one that lets everybody wait."""

    seconds = 0

    def do_GET(self):
        sleep(self.seconds)
        self.send_response(502)
        self.end_headers()

    def log_message(self, *arguments):
        """Silence: the test's output is the test's."""


# Longer than anybody here waits for a page.
@pytest.mark.parametrize("seconds", [0, 60], ids=["502", "slow"])
def test_a_gateway_in_trouble_is_as_good_as_no_signal(server, phone, prepared, form_address, monkeypatch, seconds):
    server.stop()
    monkeypatch.setattr(Unable, "seconds", seconds)
    gateway = ThreadingHTTPServer(("127.0.0.1", server.port), Unable)
    gateway.daemon_threads = True
    threading.Thread(target=gateway.serve_forever, daemon=True).start()
    try:
        prepared.goto(phone.url + form_address, wait_until="commit")
        prepared.locator("#visit-form").wait_for()
        assert prepared.get_by_text("存在手机里的").is_visible()
    finally:
        gateway.shutdown()
        gateway.server_close()


def test_a_fresh_page_goes_before_the_kept_one(phone, prepared, form_address, household):
    household.hamlet = "上柳沟"
    household.save()
    prepared.goto(phone.url + form_address)
    assert "上柳沟" in prepared.locator(".lead").inner_text()
    assert prepared.get_by_text("存在手机里的").count() == 0


def test_signing_out_asks_first_and_takes_the_pages_from_the_phone(server, phone, prepared, form_address):
    server.stop()
    prepared.goto(phone.url + form_address)
    prepared.get_by_role("button", name="上报").click()
    prepared.get_by_text("待上传 1").first.wait_for()
    server.start()
    asked = []

    def answer(dialog):
        asked.append(dialog.message)
        dialog.dismiss() if len(asked) == 1 else dialog.accept()

    prepared.on("dialog", answer)
    # What waits cannot go meanwhile, so that there is something to ask about.
    prepared.route("**/visits/session/**", lambda route: route.abort())
    prepared.locator(".account summary").click()
    prepared.get_by_role("button", name="退出").click()
    wait_for(lambda: prepared.wait_for_timeout(50) or asked)
    assert len(prepared.evaluate(KEPT_PAGES)) == 3
    prepared.get_by_role("button", name="退出").click()
    prepared.wait_for_url("**/accounts/login/")
    assert asked[0].startswith("1 条走访还没有上传")
    assert prepared.evaluate(KEPT_PAGES) == []
    server.stop()
    prepared.goto(phone.url + form_address)
    assert prepared.locator("h1").inner_text() == "没有信号"


def test_somebody_else_on_the_phone_finds_no_pages_and_no_records(
    server, phone, prepared, form_address, session_of, household
):
    server.stop()
    prepared.goto(phone.url + form_address)
    prepared.get_by_role("button", name="上报").click()
    prepared.get_by_text("待上传 1").first.wait_for()
    prepared.close()
    server.start()
    phone.sign_in(session_of("next_cadre"))
    page = phone.page("/visits/outbox/")
    page.get_by_text("没有等着上传的").first.wait_for()
    page.wait_for_timeout(1500)
    assert household.head_name not in page.locator("main").inner_text()
    assert page.evaluate(KEPT_PAGES) == []
    assert not Visit.objects.filter(month="2022-07-01").exists()
    # The first one comes back: now it goes.
    phone.sign_in(session_of("cadre"))
    page.goto(f"{phone.url}/visits/outbox/")
    page.get_by_text("已上传").wait_for()
    visit = Visit.objects.get(month="2022-07-01")
    assert (visit.household, visit.visitor.role) == (household, "village")


def test_a_new_version_leaves_what_was_taken_along_its_files(phone, prepared):
    [version] = {name.split("-")[1] for name in prepared.evaluate(CACHES)}
    # As if pages and files were those of a version before.
    prepared.evaluate(
        """async (version) => {
          for (const kind of ["static", "road"]) {
            const from = await caches.open(`${kind}-${version}`);
            const to = await caches.open(`${kind}-before`);
            for (const request of await from.keys()) await to.put(request, await from.match(request));
          }
          await caches.delete(`road-${version}`);
          await (await navigator.serviceWorker.ready).unregister();
        }""",
        version,
    )

    def names():
        return prepared.evaluate(CACHES)

    prepared.reload()
    wait_for(lambda: prepared.evaluate("async () => Boolean((await navigator.serviceWorker.ready).active)"))
    assert set(names()) == {"road-before", "static-before", f"static-{version}"}
    # Taken along once more, with today's: the old ones have served.
    prepared.click("#road button")
    wait_for(lambda: set(names()) == {f"road-{version}", "static-before", f"static-{version}"})
    prepared.evaluate("async () => (await navigator.serviceWorker.ready).unregister()")
    prepared.reload()
    wait_for(lambda: set(names()) == {f"road-{version}", f"static-{version}"})
