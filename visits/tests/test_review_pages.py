"""The queue: what stands first, what it says of each visit, and approving many of what was seen."""

import re
from datetime import date
from uuid import uuid4

import pytest

from accounts.models import AuditEvent
from checks.models import Finding
from ledger.models import LedgerRow
from ledger.services import rebuild_ledger
from visits.models import FieldComment, Visit
from visits.months import months_from
from visits.services import record_visit, return_visit
from visits.tests.contents import content, line

pytestmark = pytest.mark.django_db

MAY, JUNE, DAY = date(2022, 5, 1), date(2022, 6, 1), date(2022, 7, 10)
QUEUE = "/visits/review/"


@pytest.fixture(autouse=True)
def nothing_new(monkeypatch):
    """Each test writes its own findings; what the checks find by themselves is in test_review_doubts.py."""
    monkeypatch.setattr("visits.views.review.check_reported", lambda **asked: 0)


@pytest.fixture
def record(people):
    """``record(household, {"W01/0": 1500}, month=JUNE)``: recorded as the next version of that month."""

    def record(household, entries=None, *, month=JUNE, who="cadre", reason="", **fields):
        visit = Visit.objects.filter(household=household, month=month).first()
        return record_visit(
            household=household,
            members=household.members.all(),
            month=month,
            user=people[who],
            content=content(entries, **fields),
            client_uuid=uuid4(),
            base_version=visit.version if visit else 0,
            day=DAY,
            reason=reason,
        ).visit

    return record


@pytest.fixture
def open_queue(client, people):
    """``open_queue("kind=usual", who="township")``: the page of the queue."""

    def open_queue(query="", who="township", **headers):
        client.force_login(people[who])
        return client.get(f"{QUEUE}?{query}", **headers)

    return open_queue


@pytest.fixture
def approve(client, people):
    """``approve(visit, …, who="township")``: tick those as they were shown and send; the page that follows."""

    def approve(*visits, who="township", query=""):
        client.force_login(people[who])
        ticked = [visit if isinstance(visit, str) else f"{visit.pk}-{visit.version}" for visit in visits]
        return client.post(f"{QUEUE}?{query}", {"visit": ticked}, follow=True)

    return approve


@pytest.fixture
def decide(client, people):
    """``decide(visit, "return", comment="…")``: the answer to a decision on the visit as it now is."""

    def decide(visit, decision, *, who="township", **fields):
        client.force_login(people[who])
        version = Visit.objects.get(pk=visit.pk).version
        return client.post(f"{visit.get_absolute_url()}review/", {"decision": decision, "version": version, **fields})

    return decide


def names(response):
    return [line.visit.household.head_name for line in response.context["lines"]]


def rows(response):
    """Head's name -> what the row says, without markup."""
    body = response.content.decode().split("<tbody", 1)[1].split("</tbody>")[0]
    found = {}
    for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL):
        words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row))
        found[re.search(r'<a href="[^"]+">([^<]+)</a>', row)[1]] = words
    return found


@pytest.fixture
def queue(record, make_household, village, next_village, far_village, people):
    """One visit of each kind, by the head's name; ``远方`` lies in another township."""
    make = {
        head: make_household(where, head=head)
        for where, heads in (
            (village, ["平常", "有险", "饮水", "大涨"]),
            (next_village, ["大跌", "再报"]),
            (far_village, ["远方"]),
        )
        for head in heads
    }
    for head, (before, now) in {"平常": (1000, 1100), "大涨": (1000, 3001), "大跌": (3001, 1000)}.items():
        record(make[head], {"W01/0": before}, month=MAY)
        record(make[head], {"W01/0": now})
    Visit.objects.filter(month=MAY).update(state="approved")
    record(make["有险"], has_risk=True, risk_kinds="illness,schooling", is_housing_safe=False)
    record(make["饮水"], is_water_safe=False)
    again = record(make["再报"], {"W01/0": 1000, "P01/0": 10})
    return_visit(visit=again, reviewer=people["township"], version=1, comment="请再核", comments={})
    record(make["再报"], {"W01/0": line(900, "工资条")}, needs="学养蜂")
    record(make["远方"])
    return {visit.household.head_name: visit for visit in Visit.objects.filter(state="submitted")}


def test_the_doubtful_ones_come_first(queue, open_queue):
    response = open_queue()
    found = names(response)
    assert found[0] == "有险"
    assert found[-1] == "平常"
    assert set(found[1:-1]) == {"饮水", "大涨", "大跌", "再报"}
    assert "共 <b>6</b> 条待审" in response.content.decode()


def test_a_row_says_what_to_look_at(queue, open_queue):
    said = rows(open_queue())
    assert "有返贫致贫风险（因病、因学）" in said["有险"]
    assert "× 住房没有保障" in said["有险"]
    assert "× 饮水没有保障" in said["饮水"]
    assert "收入是上月的三倍以上" in said["大涨"]
    assert "3,001.00 +2,001.00" in said["大涨"]
    assert "收入不到上月的三分之一" in said["大跌"]
    assert "1,000.00 −2,001.00" in said["大跌"]
    assert "改了 3 处" in said["再报"]
    assert "村级干部" in said["平常"]
    assert "6月12日入户" in said["平常"]
    for words in ("收入是", "收入不到", "没有保障", "有返贫", "改了"):
        assert words not in said["平常"], words


@pytest.fixture
def find():
    """``find(visit, "look")``: an open finding of that severity about the month of a visit."""

    def find(visit, severity, *, code="I02", text="这个月工资超过三万", **fields):
        about = {"household": visit.household, "month": visit.month, "field": "entries.W01"}
        return Finding.objects.create(
            **{**about, "code": code, "severity": severity, "text": text, "found_on": DAY, "seen_on": DAY, **fields}
        )

    return find


def test_what_the_checks_found_comes_before_what_the_visit_tells(queue, open_queue, find):
    find(queue["大跌"], "look")
    find(queue["平常"], "must", text="两个户主")
    response = open_queue()
    assert names(response)[:3] == ["平常", "大跌", "有险"]
    said = rows(response)
    assert "两个户主" in said["平常"]
    assert "这个月工资超过三万" in said["大跌"]
    assert names(open_queue("kind=usual")) == []


@pytest.mark.parametrize(
    ("severity", "fields", "is_usual"),
    [
        ("must", {}, False),
        ("look", {}, False),
        ("note", {}, True),
        ("must", {"state": "fixed"}, True),
        ("must", {"state": "explained", "note": "卖了牛", "explained_at": "2022-07-09T08:00:00+08:00"}, True),
        ("must", {"month": MAY}, True),
    ],
)
def test_an_open_finding_of_the_month_makes_a_visit_doubtful(queue, open_queue, find, severity, fields, is_usual):
    find(queue["平常"], severity, **fields)
    assert names(open_queue("kind=usual")) == (["平常"] if is_usual else [])
    row = rows(open_queue())["平常"]
    assert ("这个月工资超过三万" in row) is ("state" not in fields and "month" not in fields)


def test_exactly_three_times_is_no_jump(record, open_queue, household):
    record(household, {"W01/0": 1000, "C01/0": 100}, month=MAY)
    record(household, {"W01/0": 2700})
    assert not Visit.objects.get(month=JUNE).entries.filter(is_counted=False).exists()
    lines = {line.visit.month: line for line in open_queue().context["lines"]}
    assert (lines[JUNE].net, lines[JUNE].last_net, lines[JUNE].reasons) == (270_000, 90_000, [])
    record(household, {"W01/0": 2700.01})
    lines = {line.visit.month: line for line in open_queue().context["lines"]}
    assert lines[JUNE].reasons == ["收入是上月的三倍以上"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=usual", {"平常"}),
        ("kind=doubtful", {"有险", "饮水", "大涨", "大跌", "再报"}),
        ("kind=again", {"再报"}),
        ("village=130630101902", {"大跌", "再报"}),
        ("village=130630101902&kind=again", {"再报"}),
        ("month=2022-06", {"平常", "有险", "饮水", "大涨", "大跌", "再报"}),
        ("month=2022-05", set()),
        # Another township's village, and what is no month: nothing, and not everything.
        ("village=130630102901", set()),
        ("month=june", set()),
    ],
)
def test_filters_stand_in_the_address(queue, open_queue, query, expected):
    response = open_queue(query)
    assert response.status_code == 200
    assert set(names(response)) == expected
    assert f"<b>6</b> 条待审中的 <b>{len(expected)}</b> 条" in response.content.decode()
    partial = open_queue(query, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in partial
    assert f"<b>{len(expected)}</b> 条" in partial


@pytest.mark.parametrize(("who", "seen"), [("other_township", 1), ("county", 7), ("auditor", 7)])
def test_each_sees_what_waits_in_their_own_scope(queue, open_queue, approve, who, seen):
    response = open_queue(who=who)
    assert len(names(response)) == seen
    may_act = who == "other_township"
    assert ('type="checkbox"' in response.content.decode()) is may_act
    assert approve(queue["平常"], who=who).status_code == (200 if may_act else 403)
    assert Visit.objects.get(pk=queue["平常"].pk).state == "submitted"


def test_many_are_approved_at_once(queue, approve, people):
    response = approve(queue["平常"], queue["大涨"], query="kind=usual")
    assert response.redirect_chain == [(f"{QUEUE}?kind=usual", 302)]
    assert "通过 2 户。" in response.content.decode()
    approved = Visit.objects.filter(state="approved", month=JUNE)
    assert {visit.household.head_name for visit in approved} == {"平常", "大涨"}
    event = AuditEvent.objects.get(action="通过走访")
    assert event.user == people["township"]
    numbers = {f"{queue[head].household.number} 2022-06" for head in ("平常", "大涨")}
    assert (event.subject, set(event.detail["visits"])) == ("2 户", numbers)


def test_what_changed_meanwhile_is_not_approved_unseen(queue, approve, record):
    shown = [queue["平常"], queue["大涨"]]
    record(queue["大涨"].household, {"W01/0": 9999})
    response = approve(*shown)
    assert "通过 1 户；1 户刚有变化或者是您自己填的，没有通过。" in response.content.decode()
    assert Visit.objects.get(pk=queue["大涨"].pk).state == "submitted"
    # Sent once more, nothing waits of what was ticked.
    assert "2 户刚有变化" in approve(*shown).content.decode()
    assert AuditEvent.objects.filter(action="通过走访").count() == 1


def test_one_s_own_cannot_be_ticked_nor_sent(queue, open_queue, approve, people, township):
    maker = people["cadre"]
    maker.role = "township"
    maker.areas.set([township])
    maker.save()
    response = open_queue(who="cadre")
    assert response.content.decode().count("自己填的，请别人审") == 2 * 6
    assert 'type="checkbox"' not in response.content.decode()
    assert "没有通过" in approve(queue["平常"], who="cadre").content.decode()
    assert Visit.objects.get(pk=queue["平常"].pk).state == "submitted"
    assert 'type="checkbox"' in open_queue().content.decode()


def test_the_usual_ones_are_ticked_by_a_link_without_script(queue, open_queue):
    ticked = re.findall(r'value="(\d+)-\d+" data-usual checked', open_queue("tick=usual").content.decode())
    assert ticked == [str(queue["平常"].pk)]
    assert " checked" not in open_queue().content.decode()


def test_nothing_ticked_says_so(queue, approve):
    response = approve()
    assert "请先勾选要通过的户" in response.content.decode()
    assert not AuditEvent.objects.filter(action="通过走访").exists()


@pytest.mark.parametrize("ticked", ["x", "1", "1-1;drop", "9" * 40 + "-1", "-1-1"])
def test_what_no_page_sent_is_refused(queue, approve, ticked):
    assert approve(ticked).status_code == 400


def test_an_empty_queue_says_that_all_is_done(open_queue, people):
    assert "都审完了" in open_queue().content.decode()


def test_the_queue_costs_the_same_at_any_size(
    record, client, people, make_household, village, find, django_assert_max_num_queries
):
    client.force_login(people["township"])

    def fill(count):
        for number in range(count):
            household = make_household(village, head=f"户{number}")
            record(household, {"W01/0": 1000}, month=MAY)
            visit = record(household, {"W01/0": 5000})
            find(visit, "look")
            find(visit, "note", code="I07")
        with django_assert_max_num_queries(12) as captured:
            client.get(f"{QUEUE}?kind=doubtful&month=2022-06")
        return len(captured)

    assert fill(2) == fill(20)


def test_a_long_queue_has_pages_and_keeps_the_filters(record, open_queue, make_household, village):
    for number in range(51):
        record(make_household(village, head=f"户{number}"))
    response = open_queue("kind=usual")
    assert len(names(response)) == 50
    assert "?kind=usual&amp;page=2" in response.content.decode()
    assert len(names(open_queue("kind=usual&page=2"))) == 1


def test_one_visit_is_approved(queue, decide, client):
    response = decide(queue["再报"], "approve", back="kind=again")
    assert response["Location"] == f"{QUEUE}?kind=again"
    assert "再报 6 月的走访已通过。" in client.get(response["Location"]).content.decode()
    assert Visit.objects.get(pk=queue["再报"].pk).state == "approved"
    event = AuditEvent.objects.get(action="通过走访")
    assert (event.subject, event.detail) == (f"{queue['再报'].household.number} 2022-06", {"version": 2})


def test_the_way_back_leads_nowhere_else(queue, decide):
    assert decide(queue["平常"], "approve", back="//evil.example/?x=1")["Location"].startswith(f"{QUEUE}?")


def test_one_visit_is_returned_with_a_comment_beside_its_field(queue, decide, people):
    visit = queue["平常"]
    response = decide(visit, "return", **{"comment": "整体再核", "comment-entries.W01/0": "工资条？"})
    assert response["Location"] == QUEUE
    visit.refresh_from_db()
    assert (visit.state, visit.review_comment, visit.reviewed_by) == ("returned", "整体再核", people["township"])
    comment = FieldComment.objects.get()
    assert (comment.field, comment.text) == ("entries.W01/0", "工资条？")
    event = AuditEvent.objects.get(action="退回走访")
    assert event.detail == {"version": 1, "fields": ["entries.W01/0"]}
    assert "工资条" not in str(event.detail)


def test_the_ledger_is_right_at_once_after_a_return(record, decide, household, make_household, village):
    for month in months_from(date(2021, 10, 1), 9):
        visit = record(household, {"W01/0": 1000}, month=month)
    bystander = make_household(village, head="旁人")
    record(bystander, {"W01/0": 500})
    rebuild_ledger(year=2022)
    before = LedgerRow.objects.values().get(household=bystander)
    assert decide(visit, "return", comment="请再核").status_code == 302
    row = LedgerRow.objects.get(household=household, year=2022)
    assert (row.months_missing, row.net) == (1, 8000)
    assert LedgerRow.objects.values().get(household=bystander) == before


@pytest.mark.parametrize(
    ("decision", "fields", "words"),
    [
        ("return", {}, "写上要改什么再退回"),
        ("return", {"comment": "  "}, "写上要改什么再退回"),
        ("approve", {"comment": "还要再核"}, "要通过，请先删去意见"),
        ("approve", {"comment-needs": "还要再核"}, "要通过，请先删去意见"),
        ("return", {"comment-needs": "长" * 301}, "最多 300 个字"),
        ("return", {"comment": "长" * 1001}, "最多 1000 个字"),
        ("", {"comment": "还要再核"}, "还没有办成"),
    ],
)
def test_what_cannot_be_decided_says_why_and_keeps_what_was_written(queue, decide, decision, fields, words):
    visit = queue["平常"]
    response = decide(visit, decision, **fields)
    assert response.status_code == 422
    page = response.content.decode()
    assert words in page
    for text in fields.values():
        assert text in page
    assert Visit.objects.get(pk=visit.pk).state == "submitted"
    assert not FieldComment.objects.exists()


def test_a_visit_that_changed_meanwhile_is_shown_anew_with_what_was_written(queue, decide, record):
    visit = queue["平常"]
    record(visit.household, {"W01/0": 7777})
    for decision, fields in (("return", {"comment-entries.W01/0": "工资条？"}), ("approve", {})):
        response = decide(visit, decision, **fields, version=1)
        page = response.content.decode()
        assert response.status_code == 409
        assert "刚刚有了变化" in page
        assert "7,777.00" in page
        assert '<input type="hidden" name="version" value="2">' in page
        assert all(text in page for text in fields.values())
    assert Visit.objects.get(pk=visit.pk).state == "submitted"


def test_a_decision_out_of_scope_is_not_found(queue, decide):
    assert decide(queue["远方"], "approve").status_code == 404
    assert decide(queue["远方"], "approve", who="other_township").status_code == 302


def test_from_the_form_through_a_return_to_a_correction(client, people, past, worker, filled, send, decide, open_queue):
    """The whole way of one month: reported, returned with a comment, reported again, approved, corrected."""
    key, name = f"entries.W01/{worker.pk}", f"amount-W01-{worker.pk}"
    assert send(filled()).status_code == 302
    visit = Visit.objects.get(month=date(2022, 7, 1))
    assert decide(visit, "return", **{f"comment-{key}": "工资条上是多少？"}).status_code == 302

    client.force_login(people["cadre"])
    assert "工资条上是多少？" in client.get(visit.get_absolute_url()).content.decode()
    assert send(filled(base_version="1", **{name: "1550"})).status_code == 302
    [again] = open_queue("kind=again").context["lines"]
    assert (again.visit.pk, again.changed) == (visit.pk, 1)
    assert decide(visit, "approve").status_code == 302

    client.force_login(people["cadre"])
    page = client.get(visit.get_absolute_url()).content.decode()
    assert f'href="{visit.get_absolute_url()}?correct=1"' in page
    assert 'name="reason"' in client.get(f"{visit.get_absolute_url()}?correct=1").content.decode()
    assert send(filled(base_version="2", **{name: "1520"})).status_code == 422
    assert send(filled(base_version="2", reason="工资条晚到", **{name: "1520"})).status_code == 302

    client.force_login(people["township"])
    page = client.get(visit.get_absolute_url()).content.decode()
    assert "更正改了 1 处" in page
    for words in ("原来：1,550.00 元", "原因：工资条晚到", "<s>1,600.00 元</s> → 1,550.00 元", "工资条上是多少？"):
        assert words in page, words
    assert decide(visit, "approve").status_code == 302
    assert Visit.objects.get(pk=visit.pk).state == "approved"
