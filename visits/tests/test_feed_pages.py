"""A department reports its payment list in the browser; what it is offered and what it is told."""

import json
from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEvent
from conftest import resident_id
from households import identity
from households.tests.workbooks import every_row, write_xlsx
from jobs.models import Job
from jobs.services import run_job
from ledger.models import LedgerRow
from visits.models import FeedRight, IncomeEntry, Visit

pytestmark = pytest.mark.django_db

MAY = date(2022, 5, 1)
ADDRESS = "/imports/feed/"


@pytest.fixture
def member(household):
    return household.members.get()


@pytest.fixture
def upload(client, people, tmp_path, member, django_capture_on_commit_callbacks):
    """``upload("civil", "T01", rows)`` sends a list and returns the answer; by default 350 yuan for the head in May."""

    def upload(who, item, rows=None, **cells):
        rows = rows or [{"证件号码": member.id_number, "月份": "2022-05", "金额": 350, **cells}]
        client.force_login(people[who])
        content = write_xlsx(tmp_path / "up.xlsx", rows).read_bytes()
        right = FeedRight.objects.get(item=item)
        data = {"file": SimpleUploadedFile("名单.xlsx", content), "right": right.pk}
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(ADDRESS, data)

    return upload


@pytest.fixture
def confirm(client, django_capture_on_commit_callbacks):
    def confirm(check):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(reverse("import_confirm", args=[check.pk]))

    return confirm


def check():
    return Job.objects.filter(kind="import_check").first()


def test_check_then_confirm(client, upload, confirm, people, member, household):
    before = every_row()
    page = client.get(upload("civil", "T01")["Location"]).content.decode()
    assert "没有错误" in page
    assert "确认报送</button>" in page
    assert check().title == "检查部门发放名单（民政局 低保金）"
    before["accounts_user"] = every_row()["accounts_user"]
    assert every_row() == before
    response = confirm(check())
    written = Job.objects.get(kind="import_write")
    assert response["Location"] == reverse("job", args=[written.pk])
    assert (written.state, written.title) == ("done", "报送部门发放名单（民政局 低保金）")
    entry = IncomeEntry.objects.get()
    assert (entry.member, entry.amount, entry.department, entry.item_id) == (
        member,
        350,
        people["civil"].department,
        "T01",
    )
    # The ledger follows at once.
    assert LedgerRow.objects.get(household=household, year=2022).transfer == 350
    event = AuditEvent.objects.get(action="导入")
    assert (event.user, event.subject) == (people["civil"], "部门发放名单")
    assert event.detail.items() >= {"item": "T01", "department": "民政局", "created": 1}.items()
    onward = client.get(response["Location"]).content.decode()
    for name in ("differences", "import_index"):
        assert f'href="{reverse(name)}"' in onward
    assert reverse("ledger_index") not in onward


@pytest.mark.parametrize(
    ("who", "kinds", "choices"),
    [
        ("civil", ["feed"], ["低保金（T01）", "特困供养金（T02）", "高龄津贴（T08）", "临时救助金（T11）"]),
        ("labour", ["feed"], ["养老保险金（T03）", "公益岗位工资（W02）"]),
    ],
)
def test_a_department_is_offered_its_items_and_nothing_else(client, people, who, kinds, choices):
    client.force_login(people[who])
    page = client.get(reverse("import_index"))
    assert [kind.name for kind, _ in page.context["kinds"]] == kinds
    assert "<h1>报送</h1>" in page.content.decode()
    assert reverse("differences") in page.content.decode()
    form = client.get(ADDRESS).context["form"]
    assert list(form.fields) == ["right", "file"]
    assert [label for _, label in form.fields["right"].choices] == ["请选择", *choices]


def test_the_county_chooses_department_and_item_in_one(client, people):
    client.force_login(people["county"])
    labels = [label for _, label in client.get(ADDRESS).context["form"].fields["right"].choices]
    assert len(labels) == 1 + FeedRight.objects.count() == 15
    assert {"民政局 低保金（T01）", "残联 残疾人两项补贴（T06）", "人保财险 理赔收入（X01）"} <= set(labels)
    assert "<h1>导入</h1>" in client.get(reverse("import_index")).content.decode()


def test_a_department_without_items_is_told_whom_to_ask(client, people):
    FeedRight.objects.filter(department=people["civil"].department).delete()
    client.force_login(people["civil"])
    assert "请联系县乡村振兴局" in client.get(ADDRESS).content.decode()


def test_what_is_not_chosen_or_not_one_s_own(client, upload, people):
    page = upload("civil", "W02")
    assert "这一项不归您报" in page.content.decode()
    page = client.post(ADDRESS, {"file": SimpleUploadedFile("a.xlsx", b"x")})
    assert "请选择报哪一项" in page.content.decode()
    assert not Job.objects.exists()


def test_the_county_uploads_for_a_department(upload, confirm, people):
    upload("county", "T06")
    assert check().parameters.items() >= {"kind": "feed", "item": "T06", "department": "残联"}.items()
    confirm(check())
    assert IncomeEntry.objects.get().department.name == "残联"


def test_rights_are_looked_at_again_when_it_is_written(upload, confirm, people):
    upload("civil", "T01")
    FeedRight.objects.filter(item="T01").delete()
    before = every_row()
    confirm(check())
    written = Job.objects.get(kind="import_write")
    assert written.state == "failed"
    assert "民政局不能报“T01”。可以报：特困供养金（T02）" in written.message
    assert every_row() == before


@pytest.mark.parametrize("change", ["department", "role"])
def test_an_account_that_became_another_s_writes_nothing(client, upload, confirm, people, change):
    upload("civil", "T01")
    account = people["civil"]
    if change == "department":
        account.department = people["labour"].department
    else:
        account.role = "township"
    account.save()
    client.force_login(account)
    response = confirm(check())
    assert not IncomeEntry.objects.exists()
    if change == "role":
        assert response.status_code == 403
    else:
        assert "您的账号只能报本部门的数据" in Job.objects.get(kind="import_write").message


def test_a_job_made_up_for_another_department_does_nothing(people, member, upload):
    """The parameters of a job say the department; the account that owns it is asked again."""
    upload("civil", "T01")
    job = check()
    job.parameters |= {"department": "人社局", "item": "W02"}
    job.state, job.result = "queued", {}
    job.save()
    run_job(job.pk)
    job.refresh_from_db()
    assert job.result["can_confirm"] is False
    assert job.result["messages"] == ["您的账号只能报本部门的数据。"]


def test_no_page_of_it_names_a_household_or_another_s_amount(
    client, upload, confirm, people, household, member, make_household, village
):
    visit = Visit.objects.create(household=household, month=MAY, visited_on=MAY, visitor=people["cadre"])
    common = {"household": household, "month": MAY, "item_id": "T01"}
    IncomeEntry.objects.create(**common, amount=777, source="visit", visit=visit)
    IncomeEntry.objects.create(**common, amount=888, source="import")
    other = make_household(village, head="赵旁人").members.get()
    rows = [
        {"证件号码": number, "月份": "2022-05", "金额": 350}
        for number in (member.id_number, other.id_number, resident_id(900))
    ]
    pages = []
    for sent in (rows, [row | {"金额": 360} for row in rows[:1] + rows[2:]]):
        pages.append(client.get(upload("civil", "T01", sent)["Location"]).content.decode())
        pages.append(client.get(confirm(check())["Location"]).content.decode())
        pages += [client.get(reverse(name)).content.decode() for name in ("import_index", "job_list")]
    told = "".join(pages) + json.dumps([job.result for job in Job.objects.all()], ensure_ascii=False)
    assert "不在册 1 行，没有写入" in told
    assert identity.mask(member.id_number) in told
    assert "以前报过、这次文件里没有的（保持不变）" in told
    for secret in (household.number, "777", "888", "赵旁人", member.id_number, other.id_number, resident_id(900)):
        assert secret not in told


def test_errors_come_back_as_a_workbook(client, upload, member):
    page = client.get(upload("civil", "T01", 金额="abc")["Location"]).content.decode()
    assert "第 2 行 金额：“abc” 不是数字" in page
    file = client.get(reverse("job_file", args=[check().pk]))
    sheet = openpyxl.load_workbook(BytesIO(b"".join(file.streaming_content))).active
    assert [cell.value for cell in sheet[2]] == [member.id_number, "2022-05", "abc", "金额：“abc” 不是数字"]


def test_the_empty_workbook(client, people):
    client.force_login(people["civil"])
    response = client.get(reverse("import_template", args=["feed"]))
    book = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content)))
    assert [cell.value for cell in book["数据"][1]] == ["证件号码", "月份", "金额", "姓名"]
    assert "不在册" in "".join(cell.value for (cell,) in book["说明"].iter_rows())


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("civil", 200),
        ("labour", 200),
        ("county", 200),
        ("system", 403),
        ("township", 403),
        ("cadre", 403),
        ("helper", 403),
        ("auditor", 403),
    ],
)
def test_who_may_report(client, people, who, status):
    client.force_login(people[who])
    assert client.get(ADDRESS).status_code == status
    assert client.get(reverse("import_template", args=["feed"])).status_code == status
    assert client.post(ADDRESS, {}).status_code == status


@pytest.mark.parametrize("kind", ["areas", "roster", "prior_income", "income"])
def test_every_other_kind_stays_closed_to_a_department(client, people, kind):
    client.force_login(people["civil"])
    assert client.get(reverse("import_upload", args=[kind])).status_code == 403
    assert client.post(reverse("import_upload", args=[kind]), {}).status_code == 403
    assert client.get(reverse("import_template", args=[kind])).status_code == 403
    job = Job.objects.create(
        kind="import_check",
        title="检查",
        owner=people["civil"],
        state="done",
        parameters={"kind": kind, "year": 2021, "owner_role": "department"},
        result={"can_confirm": True},
    )
    assert client.get(reverse("import_check", args=[job.pk])).status_code == 403
    assert client.post(reverse("import_confirm", args=[job.pk])).status_code == 403


def test_a_withdrawn_right_is_no_longer_offered(client, people):
    FeedRight.objects.filter(item="T01").update(is_active=False)
    client.force_login(people["civil"])
    content = client.get("/imports/feed/").content.decode()
    assert "特困供养金" in content
    assert "低保金" not in content
