"""Imports in the browser: upload, look, confirm."""

from io import BytesIO

import openpyxl
import pytest
from django.contrib.auth import SESSION_KEY
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEvent
from conftest import resident_id
from households import identity
from households.models import Household, Member
from households.tests.workbooks import every_row, person, write_xlsx
from jobs.models import Job
from visits.imports import forms

pytestmark = pytest.mark.django_db

NUMBER = "13063010190100001"


@pytest.fixture(autouse=True)
def at_once(settings, tmp_path):
    """Jobs run when their transaction commits, and files go to a folder of this test."""
    settings.JOBS_EAGER = True
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def upload(client, people, tmp_path, village, django_capture_on_commit_callbacks):
    """``upload(rows)`` sends a roster as the county and returns the page of its check."""

    def upload(rows, *, kind="roster", user="county", name="名册.xlsx", **fields):
        # Signing in writes the time of it, so it happens once.
        if SESSION_KEY not in client.session:
            client.force_login(people[user])
        content = write_xlsx(tmp_path / "up.xlsx", rows).read_bytes() if isinstance(rows, list) else rows
        data = {"file": SimpleUploadedFile(name, content), **fields}
        with django_capture_on_commit_callbacks(execute=True):
            response = client.post(reverse("import_upload", args=[kind]), data)
        return client.get(response["Location"]) if response.status_code == 302 else response

    return upload


@pytest.fixture
def confirm(client, django_capture_on_commit_callbacks):
    def confirm(check):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(reverse("import_confirm", args=[check.pk]))

    return confirm


def check():
    return Job.objects.filter(kind="import_check").first()


def test_check_then_confirm(client, upload, confirm, people):
    client.force_login(people["county"])
    before = every_row()
    page = upload([person(NUMBER, 1), person(NUMBER, 2, "配偶")])
    assert "没有错误" in page.content.decode()
    assert "确认导入" in page.content.decode()
    assert every_row() == before
    response = confirm(check())
    written = Job.objects.get(kind="import_write")
    assert response["Location"] == reverse("job", args=[written.pk])
    assert (written.state, written.title) == ("done", "导入人员名册")
    assert Member.objects.count() == 2
    assert Member.history.first().history_user == people["county"]
    event = AuditEvent.objects.get(action="导入")
    assert (event.user, event.subject, event.detail["created"]) == (people["county"], "人员名册", 2)
    assert "确认导入</button>" not in client.get(reverse("import_check", args=[check().pk])).content.decode()
    assert "检查人员名册" in client.get(reverse("import_index")).content.decode()


def test_after_the_import_the_page_leads_on(client, upload, confirm):
    upload([person(NUMBER, 1, 帮扶责任人="李责任", 帮扶责任人电话="13900000009")])
    page = client.get(confirm(check())["Location"]).content.decode()
    for name in ("ledger_index", "measure_list", "import_index"):
        assert f'href="{reverse(name)}"' in page
    notes = Job.objects.get(kind="import_write").result["notes"]
    assert "电话没有对应账号的帮扶责任人" in [note["heading"] for note in notes]
    for note in notes:
        assert note["heading"] in page


def test_a_second_click_is_the_same_import(upload, confirm):
    upload([person(NUMBER, 1)])
    first, second = confirm(check()), confirm(check())
    assert first["Location"] == second["Location"]
    assert Job.objects.filter(kind="import_write").count() == 1
    assert AuditEvent.objects.filter(action="导入").count() == 1


def test_old_and_new_are_shown_masked(upload, confirm):
    upload([person(NUMBER, 1, 户联系电话="13800001111")])
    confirm(check())
    page = upload([person(NUMBER, 1, 户联系电话="13900002222", 劳动技能="无劳动力")]).content.decode()
    for words in ("138****1111", "139****2222", "普通劳动力", "无劳动力"):
        assert words in page
    for secret in ("13900002222", resident_id(1)):
        assert secret not in page
        assert secret not in str(check().result)


def test_errors_are_listed_and_the_rows_can_be_fetched(client, upload, confirm, people):
    client.force_login(people["county"])
    before = every_row()
    page = upload([person(NUMBER, 1, 劳动技能="很能干"), person(NUMBER, 1, "配偶")]).content.decode()
    assert "第 2 行 劳动技能：“很能干” 不是可用的值" in page
    assert "确认导入" not in page
    assert resident_id(1) not in page
    file = client.get(reverse("job_file", args=[check().pk]))
    sheet = openpyxl.load_workbook(BytesIO(b"".join(file.streaming_content))).active
    assert [cell.value for cell in sheet[1]][-1] == "错误"
    assert resident_id(1) in [cell.value for cell in sheet[2]]
    assert "有错的行只供对照" in page
    for name in ("job_list", "import_index"):
        listed = client.get(reverse(name)).content.decode()
        assert 'status-flawed"><span class="shape" aria-hidden="true">△</span>有错误' in listed
        assert "已完成" not in listed
    # Who posts to the button that is not there gets nothing imported either.
    confirm(check())
    assert not Job.objects.filter(kind="import_write").exists()
    assert every_row() == before


def test_what_changed_after_the_check_is_seen(upload, confirm, village, far_village, make_household, make_member):
    upload([person(NUMBER, 700)])
    make_member(make_household(far_village), id_number=resident_id(700))
    before = every_row()
    confirm(check())
    written = Job.objects.get(kind="import_write")
    assert written.state == "failed"
    assert "检查之后数据有了变化，没有写入" in written.message
    assert "已在另一户" in written.message
    assert resident_id(700) not in written.message
    assert every_row() == before


def test_a_county_account_imports_its_own_county_only(upload, people, county, other_township, far_village):
    people["county"].areas.set([other_township])
    page = upload([person(NUMBER, 1)]).content.decode()
    assert "第 2 行 村：“柳沟村” 不在您的辖区" in page
    assert not Household.objects.exists()


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "a.xlsx", "文件是空的"),
        (b"x", "a.docx", "只收 .xlsx、.xls 文件"),
        (b"x" * 2000, "a.xlsx", "超过"),
    ],
)
def test_files_that_are_not_taken(upload, monkeypatch, content, name, message):
    monkeypatch.setattr(forms, "MAX_MEGABYTES", 0.001)
    page = upload(content, name=name)
    assert page.status_code == 200
    assert message in page.content.decode()
    assert not Job.objects.exists()


def test_a_file_that_is_no_workbook_says_so(upload):
    assert "不是 Excel 工作簿" in upload(b"hello").content.decode()


def test_last_year_s_income_asks_for_its_year(upload, household):
    row = {"户编号": household.number, "家庭人口数": 1}
    row |= dict.fromkeys(("工资性收入", "生产经营性收入", "财产性收入", "转移性收入", "生产经营性支出"), 0)
    assert "年度应在 2014 到 2022 之间" in upload([row], kind="prior_income", year=1999).content.decode()
    assert "没有错误" in upload([row], kind="prior_income", year=2021).content.decode()
    assert check().parameters.items() >= {"kind": "prior_income", "year": 2021}.items()


@pytest.mark.parametrize("kind", ["areas", "roster", "prior_income", "income"])
def test_each_kind_has_its_page_and_its_empty_workbook(client, people, kind):
    client.force_login(people["county"])
    page = client.get(reverse("import_upload", args=[kind])).content.decode()
    assert "必须有的列" in page
    response = client.get(reverse("import_template", args=[kind]))
    book = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content)))
    assert book.sheetnames == ["数据", "说明"]
    assert book["数据"].cell(1, 1).value in ("code", "县", "户编号")


@pytest.mark.parametrize(
    ("who", "index", "areas", "roster"),
    [
        ("county", 200, 200, 200),
        ("system", 200, 200, 403),
        ("township", 403, 403, 403),
        ("cadre", 403, 403, 403),
        ("helper", 403, 403, 403),
        ("civil", 200, 403, 403),
        ("auditor", 403, 403, 403),
    ],
)
def test_who_may_import(client, people, who, index, areas, roster):
    client.force_login(people[who])
    assert client.get(reverse("import_index")).status_code == index
    assert client.get(reverse("import_upload", args=["areas"])).status_code == areas
    assert client.get(reverse("import_upload", args=["roster"])).status_code == roster
    assert client.get(reverse("import_template", args=["roster"])).status_code == roster
    assert client.post(reverse("import_upload", args=["roster"])).status_code == roster
    assert client.get(reverse("import_upload", args=["nothing"])).status_code == (404 if index == 200 else 403)


def test_a_check_belongs_to_its_owner(client, upload, make_user, county):
    upload([person(NUMBER, 1)])
    client.force_login(make_user("county", county))
    assert client.get(reverse("import_check", args=[check().pk])).status_code == 404
    assert client.post(reverse("import_confirm", args=[check().pk])).status_code == 404
    assert not Household.objects.exists()


def test_signed_out(client):
    assert client.get(reverse("import_index"))["Location"].startswith(reverse("account_login"))


def test_a_check_that_runs_asks_again_and_then_loads_the_page(client, people):
    client.force_login(people["county"])
    job = Job.objects.create(
        kind="import_check", title="检查人员名册", owner=people["county"], parameters={"kind": "roster", "year": None}
    )
    address = reverse("import_check", args=[job.pk])
    assert 'hx-trigger="every 2s"' in client.get(address).content.decode()
    partial = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in partial
    Job.objects.filter(pk=job.pk).update(state="failed", message="坏了")
    assert client.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "坏了" in client.get(address).content.decode()


def test_a_file_named_after_an_id_is_kept_under_a_masked_name(upload):
    page = upload([person(NUMBER, 1)], name=f"{resident_id(1)} 名册.xlsx").content.decode()
    assert resident_id(1) not in page
    assert identity.mask(resident_id(1)) in page
    assert check().upload_name == f"{identity.mask(resident_id(1))} 名册.xlsx"
