"""The form of a visit: what it offers, what it takes, and what it says when something is wrong."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import Department
from households.models import Household
from ledger.models import LedgerRow
from visits.models import IncomeEntry, Visit, VisitDraft
from visits.tests.conftest import JULY, JUNE

pytestmark = pytest.mark.django_db


@pytest.fixture
def read(client, people, household):
    def get(month="2022-07", who="cadre", query=""):
        client.force_login(people[who])
        return client.get(f"/visits/{household.number}/{month}/{query}")

    return get


def amounts(visit):
    return {(entry.item_id, entry.member_key): entry.amount for entry in visit.entries.all()}


def test_a_new_form_fills_in_who_and_when_and_no_amount(read, past, worker):
    content = read().content.decode()
    assert 'name="visited_on" type="date" value="2022-07-10"' in content
    assert 'value="刘建军、张晓燕"' in content
    assert f'name="amount-W01-{worker.pk}" value="" inputmode="decimal"' in content
    assert 'data-last="1500"' in content
    assert "上年月均 1,000.00" in content, "by item"
    assert "上年月均 100.00" in content, "of a class that has no items"


def test_the_page_is_light_and_cheap(client, past, people, django_assert_max_num_queries):
    client.force_login(people["cadre"])
    address = f"/visits/{past.number}"
    with django_assert_max_num_queries(15):
        response = client.get(f"{address}/2022-07/", headers={"accept-encoding": "gzip"})
    assert len(response.content) <= 20_000
    assert len(client.get(f"{address}/2022-07/").content) <= 60_000, "unpacked, as the phone keeps it"
    Visit.objects.filter(month=JUNE).update(state="returned", reviewed_by=None)
    with django_assert_max_num_queries(15):
        client.get(f"{address}/2022-06/")


def test_a_usual_visit_is_recorded_with_its_entries_and_moves_the_ledger_at_once(send, past, worker, filled, people):
    response = send(filled(remarks="一切正常", seconds="42", copied="2"))
    assert response.status_code == 302
    visit = Visit.objects.get(household=past, month=JULY)
    assert (visit.state, visit.version, visit.visitor, visit.remarks) == ("submitted", 1, people["cadre"], "一切正常")
    assert (visit.fill_seconds, visit.copied_values) == (42, 2)
    assert (visit.is_housing_safe, visit.has_risk, visit.visited_on) == (True, False, date(2022, 7, 8))
    assert amounts(visit) == {("W01", worker.pk): Decimal("1600.00"), ("P01", 0): Decimal("100.00")}
    assert all(entry.is_counted for entry in visit.entries.all())
    row = LedgerRow.objects.get(household=past, year=2022)
    # (8 × 1,600 + 1,700) ÷ 9 × 12, by the nine months that end with July.
    assert (row.tracking_month, row.tracking_per_capita) == (JULY, Decimal("19333.33"))


def test_a_visit_in_the_window_moves_the_official_figures(send, past, worker, filled):
    Visit.objects.filter(month=JUNE).update(state="returned", reviewed_by=None)
    fields = filled(visited_on="2022-06-20", base_version="1") | {f"amount-W01-{worker.pk}": "3000"}
    assert send(fields, month="2022-06").status_code == 302
    row = LedgerRow.objects.get(household=past, year=2022)
    assert row.per_capita == Decimal("21200.00")
    assert row.months_missing == 0


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("amount-P01-0", "abc", "“abc”不是数字"),
        ("amount-P01-0", "-5", "“-5”不能是负数；支出也写正数"),
        ("amount-P01-0", "1.234", "最多两位小数"),
        ("amount-P01-0", "999999999999", "太大"),
        ("amount-Z99-0", "5", "没有代码是 Z99 的收入项目"),
        ("amount-P01-999999", "5", "这个人不在本户"),
        ("amount-P01-99999999999999999999999", "5", "这个人不在本户"),
        ("dispute-P01-0", "x" * 201, "最多 200 个字"),
        ("basis-P01-0", "听说", "依据请从表里选"),
        ("visited_on", "", "填上走访是哪一天"),
        ("visited_on", "7月8日", "日期要写成 2022-07-08"),
        ("visited_on", "2022-07-11", "不能晚于今天"),
        ("way", "fly", "fly"),
        ("is_water_safe", "maybe", "maybe"),
        ("policies", "gold", "gold"),
        ("remarks", "长" * 1001, "1000"),
        ("change-kind-0", "left", "新增成员填在"),
        ("change-kind-0", "joined", "写上新成员的姓名"),
        ("work-employer-{member}", "某厂", "写上在哪里务工"),
        ("work-started_on-{member}", "昨天", "日期要写成"),
        ("change-kind-{member}", "labour", "选一下现在的劳动技能"),
        ("change-note-{member}", "病了", "选一下是什么变化"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(send, past, worker, filled, field, typed, words):
    field = field.format(member=worker.pk)
    fields = filled(needs="记得带药") | {field: typed}
    page = send(fields)
    assert page.status_code == 422
    content = page.content.decode()
    assert words in content
    assert "记得带药" in content
    assert f'name="amount-W01-{worker.pk}" value="1600"' in content
    answer = send(fields, script=True)
    assert answer.status_code == 422
    assert answer.json()["status"] == "invalid"
    assert any(words in sentence for sentences in answer.json()["errors"].values() for sentence in sentences)
    assert not Visit.objects.filter(month=JULY).exists()


def test_full_width_digits_commas_and_signs_are_read(send, past, worker, filled):
    send(filled(**{f"amount-W01-{worker.pk}": "￥１,２００.50", "amount-P01-0": " 100元 "}))
    assert amounts(Visit.objects.get(month=JULY)) == {
        ("W01", worker.pk): Decimal("1200.50"),
        ("P01", 0): Decimal("100.00"),
    }


def test_an_absurd_amount_asks_once_and_then_takes_it(send, past, worker, filled):
    name = f"amount-W01-{worker.pk}"
    fields = filled(**{name: "160000"})
    answer = send(fields, script=True)
    assert (answer.status_code, answer.json()["confirm"]) == (422, [name])
    page = send(fields).content.decode()
    assert "160,000.00 元一个月，比平常大得多" in page
    assert f'name="confirm" value="{name}"' in page
    assert send(fields | {"confirm": name}).status_code == 302
    assert amounts(Visit.objects.get(month=JULY))["W01", worker.pk] == 160000


def test_a_month_that_cannot_be_is_refused_in_words_with_everything_typed(send, read, past, filled, worker):
    page = send(filled(), month="2022-08")
    assert page.status_code == 422
    assert "2022 年 8 月还没有到" in page.content.decode()
    assert 'value="1600"' in page.content.decode()
    past.members.update(joined_on=date(2022, 3, 5))
    assert read("2022-02").status_code == 404
    assert "从 2022 年 3 月起才在册" in send(filled(), month="2022-02").content.decode()
    Household.objects.filter(pk=past.pk).update(left_on=date(2022, 6, 10))
    assert "已于 2022 年 6 月销户" in send(filled(), month="2022-07").content.decode()
    assert not Visit.objects.filter(month=JULY).exists()


@pytest.mark.parametrize("who", ["next_cadre", "other_township", "helper", "system", "nobody"])
def test_a_household_out_of_scope_is_not_found(send, past, filled, who):
    assert send(filled(), who=who).status_code == 404


@pytest.mark.parametrize("who", ["township", "county", "auditor"])
def test_who_does_not_visit_may_not_report(send, past, filled, who):
    assert send(filled(), who=who).status_code == 403
    assert not Visit.objects.filter(month=JULY).exists()


def test_whoever_is_signed_out_is_told_so_by_script_too(client, past, filled):
    address = f"/visits/{past.number}/2022-07/"
    assert client.post(address, filled()).status_code == 302
    answer = client.post(address, filled(), headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (401, {"status": "signed_out"})


def test_script_in_a_note_stays_text(send, read, past, filled):
    send(filled(remarks="<script>alert(1)</script>"))
    content = read().content.decode()
    assert "<script>alert" not in content
    assert "&lt;script&gt;alert" in content


def test_a_department_s_value_locks_its_item_and_can_be_disputed(send, read, past, filled, worker):
    civil = Department.objects.get(name="民政局")
    IncomeEntry.objects.create(
        household=past,
        month=JULY,
        item_id="T01",
        member=worker,
        member_key=worker.pk,
        amount=350,
        source="feed",
        department=civil,
    )
    content = read().content.decode()
    assert "民政局已报 350.00，不用填" in content
    key = f"T01-{worker.pk}"
    assert "写上您了解到的金额" in send(filled(**{f"dispute-{key}": "只领到 300"})).content.decode()
    send(filled(**{f"amount-{key}": "300", f"dispute-{key}": "只领到 300"}))
    said = IncomeEntry.objects.get(item_id="T01", source="visit")
    assert (said.amount, said.dispute, said.is_counted) == (300, "只领到 300", False)
    row = LedgerRow.objects.get(household=past)
    # 8 × 1,600 + 1,700 + 350: the department's value counts.
    assert row.tracking_estimate == Decimal("19800.00")


def test_changes_of_members_and_work_away_are_kept_in_rows(send, read, past, filled, worker):
    send(
        filled(
            **{
                f"change-kind-{worker.pk}": "labour",
                f"change-labour-{worker.pk}": "weak",
                f"change-note-{worker.pk}": "摔伤了腿",
                "change-kind-0": "joined",
                "change-note-0": "王小宝，6 月出生",
                f"work-place-{worker.pk}": "保定市徐水区",
                f"work-started_on-{worker.pk}": "2022-03-01",
                f"work-channel-{worker.pk}": "kin",
            }
        )
    )
    visit = Visit.objects.get(month=JULY)
    assert list(visit.changes.values_list("member_key", "kind", "labour", "note")) == [
        (0, "joined", "", "王小宝，6 月出生"),
        (worker.pk, "labour", "weak", "摔伤了腿"),
    ]
    assert visit.work.get().place == "保定市徐水区"
    assert worker.labour == "ordinary", "the register follows by the national system's export"
    content = read().content.decode()
    assert "摔伤了腿" in content
    assert "保定市徐水区" in content


def test_without_script_last_month_s_value_is_one_tap_and_a_draft_keeps_what_is_not_valid(send, read, past, worker):
    name = f"amount-W01-{worker.pk}"
    response = send({"copy": name, "amount-P01-0": "一百", "base_version": "0"})
    assert response["Location"].endswith(f"/2022-07/#row-W01-{worker.pk}")
    content = read().content.decode()
    assert f'name="{name}" value="1500"' in content
    assert 'name="amount-P01-0" value="一百"' in content
    assert not Visit.objects.filter(month=JULY).exists()
    send({"action": "discard"})
    assert not VisitDraft.objects.exists()
    assert 'value="一百"' not in read().content.decode()


def test_a_draft_is_its_author_s_own_and_gone_once_reported(send, read, past, filled, people):
    send({"action": "draft", "remarks": "半截话", "base_version": "0"})
    past.helper = people["helper"]
    past.save()
    assert "半截话" in read().content.decode()
    assert "半截话" not in read(who="helper").content.decode()
    send(filled())
    assert not VisitDraft.objects.exists()


def test_an_approved_visit_shows_and_changes_by_a_correction_with_a_reason_only(send, read, past, filled, worker):
    assert 'name="client_uuid"' not in read("2022-06").content.decode()
    assert 'name="reason"' in read("2022-06", query="?correct=1").content.decode()
    fields = filled(visited_on="2022-06-08", base_version="1")
    page = send(fields, month="2022-06")
    assert page.status_code == 422
    assert "写明更正的原因" in page.content.decode()
    assert Visit.objects.get(month=JUNE).version == 1
    assert send(fields | {"reason": "漏记一笔工资"}, month="2022-06").status_code == 302
    visit = Visit.objects.get(month=JUNE)
    assert (visit.state, visit.version, visit.reviewed_by) == ("submitted", 2, None)
    assert list(visit.versions.values_list("version", "reason", "compared_with")) == [
        (1, "", None),
        (2, "漏记一笔工资", 1),
    ]
    key = f"W01/{worker.pk}"
    assert [version.content["entries"][key]["amount"] for version in visit.versions.all()] == [150000, 160000]
    assert IncomeEntry.objects.get(visit=visit, item_id="W01").history.first().history_change_reason == "漏记一笔工资"
