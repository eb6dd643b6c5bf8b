"""The reading page of a visit: who may read it, everything it says, what changed, and the review of it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.models import Department
from checks.models import Finding
from measures.models import Measure, SupportAction
from visits.models import IncomeEntry, Visit, VisitPhoto
from visits.services import approve_visits, record_visit, return_visit
from visits.tests.contents import content, line

JUNE, DAY = date(2022, 6, 1), date(2022, 7, 10)


@pytest.fixture
def visit(household, people):
    return Visit.objects.create(
        household=household,
        month=JUNE,
        visited_on=date(2022, 6, 12),
        visitor=people["cadre"],
        state="submitted",
        is_housing_safe=True,
        is_water_safe=False,
        needs="想学养蜂",
    )


@pytest.fixture
def read(client, people, household):
    def get(who, month="2022-06", number=None):
        client.force_login(people[who])
        return client.get(f"/visits/{number or household.number}/{month}/")

    return get


@pytest.mark.parametrize(
    ("who", "status"),
    [
        *((who, 200) for who in ("cadre", "township", "county", "auditor")),
        *((who, 404) for who in ("next_cadre", "other_township", "helper", "civil", "system", "nobody")),
    ],
)
def test_who_may_read_it(read, visit, who, status):
    assert read(who).status_code == status


def test_a_department_with_an_action_may_not_read_visits(read, visit, household):
    civil = Department.objects.get(name="民政局")
    SupportAction.objects.create(
        household=household,
        year=2022,
        department=civil,
        measure=Measure.objects.filter(department=civil).first(),
        reason="低保",
        due_on=date(2022, 9, 15),
        proposed_at="2022-07-10T08:00:00+08:00",
    )
    assert read("civil").status_code == 403


def test_it_says_what_was_seen(read, visit):
    page = read("township").content.decode()
    for words in ("2022年6月12日入户", "已报", "× 否", "没有问到", "想学养蜂"):
        assert words in page, words


def test_all_sources_show_and_the_sum_counts_one(read, visit, household):
    fields = {"household": household, "month": JUNE, "item_id": "T01"}
    IncomeEntry.objects.create(**fields, amount=Decimal(300), source="visit", visit=visit, is_counted=False)
    IncomeEntry.objects.create(
        **fields, amount=Decimal(350), source="feed", department=Department.objects.get(name="民政局")
    )
    page = read("township").content.decode()
    assert '<s class="superseded">300.00</s>' in page
    assert page.count("350.00") == 2
    assert "650.00" not in page
    assert "民政局" in page


def test_a_returned_visit_shows_the_comment_and_that_it_does_not_count(read, visit, people):
    Visit.objects.update(state="returned", review_comment="务工工资请再核", reviewed_by=people["township"])
    page = read("township").content.decode()
    assert "务工工资请再核" in page
    assert "退回的走访不计收入" in page


def test_a_month_without_a_visit_says_so(read, visit):
    page = read("township", "2022-05").content.decode()
    assert "这个月没有走访记录" in page
    assert "这个月没有收入记录" in page


@pytest.mark.parametrize("month", ["2022-08", "2022-13", "2022-6", "202206", "june", "0000-01"])
def test_a_month_to_come_or_no_month_is_not_found(read, visit, month):
    assert read("township", month).status_code == 404


def test_months_lead_to_each_other_up_to_this_one(read, visit, household):
    assert f'href="/visits/{household.number}/2022-07/"' in read("township").content.decode()
    assert f'href="/visits/{household.number}/2022-08/"' not in read("township", "2022-07").content.decode()


def test_what_was_written_is_text_and_never_markup(read, visit):
    Visit.objects.update(needs="<img src=x onerror=alert(1)>")
    page = read("township").content.decode()
    assert "<img" not in page
    assert "&lt;img" in page


@pytest.fixture
def record(people, household):
    """``record({"W01/12": 1500}, who="cadre")``: recorded as the household's next version for June."""

    def record(entries=None, *, who="cadre", reason="", filling=(None, None), **fields):
        visit = Visit.objects.filter(household=household, month=JUNE).first()
        return record_visit(
            household=household,
            members=household.members.all(),
            month=JUNE,
            user=people[who],
            content=content(entries, **fields),
            client_uuid=uuid4(),
            base_version=visit.version if visit else 0,
            day=DAY,
            filling=filling,
            reason=reason,
        ).visit

    return record


def part(page, first, last=None):
    """The page from the heading with the id ``first`` to that of ``last``."""
    start = page.index(f'id="{first}"')
    return page[start : page.index(f'id="{last}"', start)] if last else page[start:]


def test_it_shows_everything_that_a_visit_holds(read, record, household):
    head = household.members.get()
    work = {"place": "保定市", "employer": "宏达公司", "industry": "建筑", "channel": "kin"}
    visit = record(
        {f"W01/{head.pk}": line(1500, "工资条"), "T01/0": line(350, "口述", "只发了三个月"), "C01/0": 80},
        changes={
            "0": {"kind": "joined", "labour": "", "note": "孙女出生"},
            str(head.pk): {"kind": "labour", "labour": "weak", "note": "腰伤"},
        },
        work={str(head.pk): {**work, "started_on": "2022-03-01", "ended_on": None}},
        policies="allowance,public_post",
        need_kinds="work,health",
        has_risk=True,
        risk_kinds="illness",
        risk_note="住院",
        has_income_risk=True,
        income_risk_note="工地停工",
        suggested_measures="联系公益岗",
        remarks="下月再看",
        is_water_safe=False,
        guarantee_note="水管冻裂",
        filling=(125, 6),
    )
    taken = {"visit": visit, "taken_by": visit.visitor, "added_at": datetime.now(UTC)}
    photo = VisitPhoto.objects.create(file="photos/x.jpg", client_uuid=uuid4(), **taken)
    page = read("auditor").content.decode()
    for words in (
        *("刘建军", "2022年6月12日", "入户", "用时 2 分 05 秒，同上月 6 项"),
        *("× 否", "水管冻裂", "人员变化（不在册的人）", "新增成员：孙女出生"),
        *("人员变化（李一）", "劳动能力变化，现为弱劳动力或半劳动力：腰伤"),
        *("外出务工（李一）", "保定市，宏达公司，建筑，2022年3月1日至今，亲友介绍"),
        *("务工工资", "1,500.00", "工资条", "不同意见：只发了三个月", "80.00"),
        *("低保、公益岗位", "就业、就医", "因病", "住院", "工地停工", "联系公益岗", "下月再看"),
        f'src="/visits/{household.number}/2022-06/photos/{photo.pk}/"',
    ):
        assert words in page, words


def test_last_month_stands_beside_each_amount(read, record, household):
    IncomeEntry.objects.create(household=household, month=date(2022, 5, 1), item_id="P01", amount=77, source="import")
    record({"P01/0": 100})
    page = read("township").content.decode()
    row = page[page.index("土地流转收入") : page.index("</tr>", page.index("土地流转收入"))]
    assert row.index("77.00") < row.index("100.00")


def test_reported_again_it_says_what_changed_and_what_was_asked(read, record, people):
    record({"W01/0": 1500, "P01/0": 100}, needs="没有")
    asked = {"entries.W01/0": "工资条上是多少？", "needs": "想干什么？"}
    said = {"visit": Visit.objects.get(), "reviewer": people["township"], "version": 1}
    return_visit(**said, comment="两处再核", comments=asked)
    # Changed twice before the township looks again; it knows the first version.
    record({"W01/0": 1400}, needs="没有")
    record({"W01/0": 1300}, needs="学养蜂")
    page = read("township").content.decode()
    changed = part(page, "changed", "seen")
    assert "再报时改了 3 处" in changed
    for words in ("需求诉求", "学养蜂", "原来：没有", "务工工资", "原来：1,500.00 元", "原来：100.00 元", "没有填"):
        assert words in changed, words
    assert "1,400.00" not in changed
    # Beside the field itself as well, with what was asked there.
    income = part(page, "income", "needs")
    for words in ("原来：1,500.00 元", "工资条上是多少？", "土地流转收入", "原来：100.00 元"):
        assert words in income, words
    assert "想干什么？" in part(page, "needs", "judged")
    history = part(page, "history")
    for words in ("第 3 版", "第 2 版", "第 1 版", "<s>1,400.00 元</s> → 1,300.00 元", "退回：乡镇", "两处再核"):
        assert words in history, words


def test_a_correction_keeps_old_values_who_when_and_why(read, record, people):
    record({"W01/0": 1500})
    approve_visits(visits=Visit.objects.all(), reviewer=people["township"])
    record({"W01/0": 1200}, reason="工资条晚到", who="helper")
    page = read("township").content.decode()
    changed = part(page, "changed", "seen")
    for words in ("更正改了 1 处", "帮扶责任人", "原因：工资条晚到", "原来：1,500.00 元"):
        assert words in changed, words
    history = part(page, "history")
    assert "已审：乡镇" in history
    assert "更正，原因：工资条晚到" in history
    # Approved once more, the history still has both.
    approve_visits(visits=Visit.objects.all(), reviewer=people["township"])
    again = part(read("cadre").content.decode(), "history")
    assert again.count("已审：乡镇") == 2
    assert "<s>1,500.00 元</s> → 1,200.00 元" in again


def test_a_first_report_has_nothing_to_compare(read, record):
    record({"W01/0": 1500})
    page = read("township").content.decode()
    assert 'id="changed"' not in page
    assert "原来：" not in page


@pytest.mark.parametrize(
    ("who", "state", "expected"),
    [
        ("township", "submitted", True),
        ("township", "approved", False),
        ("township", "returned", False),
        ("county", "submitted", False),
        ("auditor", "submitted", False),
    ],
)
def test_who_can_decide(read, record, people, who, state, expected):
    record({"W01/0": 1500})
    if state != "submitted":
        Visit.objects.update(state=state, reviewed_by=people["township"])
    page = read(who).content.decode()
    assert ('name="decision" value="approve"' in page) is expected
    assert ('name="comment-entries.W01/0"' in page) is expected
    assert ('name="comment-needs"' in page) is expected


def test_one_s_own_is_read_without_buttons(read, record, people, township):
    record({"W01/0": 1500})
    maker = people["cadre"]
    maker.role = "township"
    maker.areas.set([township])
    maker.save()
    page = read("cadre").content.decode()
    assert "自己填的，请别人审" in page
    assert 'name="decision"' not in page
    assert 'name="decision"' in read("township").content.decode()


@pytest.mark.parametrize(
    ("who", "expected"), [("cadre", True), ("helper", True), ("township", False), ("county", False)]
)
def test_an_approved_visit_is_corrected_by_those_who_visit(read, record, people, household, who, expected):
    household.helper = people["helper"]
    household.save()
    record({"W01/0": 1500})
    approve_visits(visits=Visit.objects.all(), reviewer=people["township"])
    page = read(who).content.decode()
    assert (f'href="/visits/{household.number}/2022-06/?correct=1"' in page) is expected


def test_the_queue_that_one_came_from_is_kept(client, people, record, household):
    record({"W01/0": 1500})
    client.force_login(people["township"])
    page = client.get(f"/visits/{household.number}/2022-06/?back=kind%3Dusual%26page%3D2").content.decode()
    assert '<input type="hidden" name="back" value="kind=usual&amp;page=2">' in page
    assert 'href="/visits/review/?kind=usual&amp;page=2"' in page


def test_many_versions_cost_no_more_queries(client, record, people, household, django_assert_max_num_queries):
    client.force_login(people["township"])

    def queries():
        with django_assert_max_num_queries(20) as captured:
            client.get(f"/visits/{household.number}/2022-06/")
        return len(captured)

    def round_of(number):
        visit = record({"W01/0": 1500 + number, "P01/0": number})
        said = {"visit": visit, "reviewer": people["township"], "version": visit.version}
        return_visit(**said, comment="请再核", comments={"entries.W01/0": "再核", "needs": "再问"})

    round_of(1)
    record({"W01/0": 1})
    few = queries()
    for number in range(6):
        round_of(number)
    record({f"W0{number}/0": number for number in (1, 2, 3)} | {"T01/0": 5, "B01/0": 6})
    assert queries() == few


def test_comments_and_old_values_are_text(read, record, people):
    record({"W01/0": line(1, "<b>x</b>")}, remarks="<script>alert(1)</script>")
    said = {"visit": Visit.objects.get(), "reviewer": people["township"], "version": 1}
    return_visit(**said, comment="<i>a</i>", comments={"remarks": "<i>b</i>"})
    record({"W01/0": line(2, "<b>y</b>")}, remarks="x")
    page = read("township").content.decode()
    assert "&lt;script&gt;alert" in page
    for markup in ("<b>x", "<b>y", "<i>", "<script>alert"):
        assert markup not in page, markup


def test_findings_stand_beside_their_field(read, record, household):
    record({"W01/0": 1500, "P01/0": 100})
    about = {"household": household, "found_on": DAY, "seen_on": DAY}
    for code, field, state, month in (
        ("I02", "entries.W01", "open", JUNE),
        ("I10", "entries.P01/0", "explained", JUNE),
        ("L01", "needs", "fixed", JUNE),
        ("H04", "", "open", JUNE),
        ("I07", "entries.T01", "open", JUNE),
        ("I06", "entries.W01", "open", date(2022, 5, 1)),
    ):
        said = {"note": "同一笔", "explained_at": datetime.now(UTC)} if state == "explained" else {}
        text = f"疑点{code}"
        Finding.objects.create(
            **about, code=code, field=field, state=state, month=month, severity="look", text=text, **said
        )
    page = read("township").content.decode()
    income = part(page, "income", "needs")
    assert "再看看：疑点I02" in income[income.index("务工工资") : income.index("财产性收入")]
    assert "疑点I10 <small>已说明：同一笔</small>" in income[income.index("土地流转收入") :]
    # What stands beside no field of this visit is said on top; what is gone, or of another month, nowhere.
    top = page[: page.index('id="seen"')]
    assert "疑点H04" in top
    assert "疑点I07" in top
    assert "疑点I02" not in top
    assert "疑点L01" not in page
    assert "疑点I06" not in page
