"""The back office: who gets in, which rows stand there, and what it never shows."""

import re
from io import BytesIO

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from accounts.models import Area, AuditEvent, Department, User
from accounts.services import verify_chain
from households.models import Household, Member
from measures.models import Measure
from visits.models import IncomeItem

PASSWORD = "a long enough secret"


@pytest.fixture
def as_user(client, people):
    def sign_in(who):
        client.force_login(people[who])
        return client

    return sign_in


@pytest.fixture
def households(make_household, village, far_village):
    """One in the township of ``people``, one in the other township."""
    return make_household(village, phone="13800138000"), make_household(far_village, head="赵远")


@pytest.fixture
def township_auditor(make_user, township):
    return make_user("auditor", township)


# Who gets in


def test_staff_and_superuser_flags_give_nothing(client, make_user, village):
    cadre = make_user("village", village, is_staff=True, is_superuser=True)
    client.force_login(cadre)
    assert client.get("/admin/").status_code == 403
    assert client.get("/admin/accounts/user/").status_code == 403


def test_superuser_flag_does_not_widen_a_role(client, make_user, county, households):
    auditor = make_user("auditor", county, is_staff=True, is_superuser=True)
    client.force_login(auditor)
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/accounts/user/").status_code == 403
    assert client.get(f"/admin/households/household/{households[0].pk}/delete/").status_code == 403


def test_signing_in_goes_through_the_sites_own_form(client, people):
    response = client.get("/admin/households/household/?q=1")
    assert response["Location"] == "/accounts/login/?next=/admin/households/household/%3Fq%3D1"
    response = client.get("/admin/login/?next=/admin/jobs/job/")
    assert response["Location"] == "/accounts/login/?next=/admin/jobs/job/"
    client.force_login(people["system"])
    assert client.get("/admin/password_change/")["Location"] == "/accounts/password/"
    assert client.get("/admin/logout/")["Location"] == "/accounts/logout/"
    assert client.post("/admin/logout/")["Location"] == "/accounts/login/"
    assert AuditEvent.objects.get().action == "退出登录"
    assert client.get("/admin/").status_code == 302


def test_the_administrator_sees_no_household(as_user, households):
    client = as_user("system")
    index = client.get("/admin/").content.decode()
    assert "账号" in index
    assert "/admin/households/" not in index
    assert client.get("/admin/households/household/").status_code == 403
    assert client.get(f"/admin/households/household/{households[0].pk}/change/").status_code == 403


# Which rows


def test_lists_exports_and_pages_hold_only_rows_in_scope(client, township_auditor, households):
    near, far = households
    client.force_login(township_auditor)
    listed = client.get("/admin/households/household/").content.decode()
    assert near.number in listed
    assert far.number not in listed
    assert client.get(f"/admin/households/household/{near.pk}/change/").status_code == 200
    assert client.get(f"/admin/households/household/{far.pk}/change/").status_code == 404
    assert client.get(f"/admin/households/household/{far.pk}/history/").status_code == 404
    exported = client.post("/admin/households/household/export/", {"format": "1", "resource": ""})
    assert near.number in exported.content.decode()
    assert far.number not in exported.content.decode()


def test_filters_offer_and_take_only_own_townships(client, township_auditor, households, other_township):
    client.force_login(township_auditor)
    text = client.get("/admin/households/household/").content.decode()
    assert "银坊镇" in text
    assert other_township.name not in text
    listed = client.get(f"/admin/households/household/?township={other_township.code}").content.decode()
    assert households[1].number not in listed


def test_autocomplete_is_scoped(as_user, households, far_village):
    address = "/admin/autocomplete/?app_label=accounts&model_name=user&field_name=areas&term=河滩"
    assert far_village.full_name in {found["text"] for found in as_user("system").get(address).json()["results"]}
    assert as_user("cadre").get(address).status_code == 403


def test_villages_of_one_name_are_told_apart_wherever_areas_are_chosen(
    as_user, people, village, far_village, django_assert_max_num_queries
):
    Area.objects.filter(pk=far_village.pk).update(name=village.name)
    far_village.refresh_from_db()
    client = as_user("system")
    address = "/admin/autocomplete/?app_label=accounts&model_name=user&field_name=areas&term="
    with django_assert_max_num_queries(8):
        results = client.get(address + village.name).json()["results"]
    offered = {found["text"] for found in results}
    labels = {f"{area.parent.name} {area.name}（{area.code}）" for area in (village, far_village)}
    assert offered == labels
    by_township = client.get(f"{address}{far_village.parent.name} {village.name}").json()["results"]
    assert [found["id"] for found in by_township] == [far_village.code]
    people["cadre"].areas.set([village, far_village])
    form = client.get(f"/admin/accounts/user/{people['cadre'].pk}/change/").content.decode()
    accounts = client.get("/admin/accounts/user/").content.decode()
    for label in labels:
        assert label in form
        assert label in accounts


# What it never shows


@pytest.mark.parametrize("who", ["county", "auditor"])
def test_certificate_numbers_are_masked_on_every_page(as_user, households, who):
    client, member = as_user(who), households[0].members.get()
    member.labour = "none"
    member.save()
    Member.objects.filter(pk=member.pk).update(labour="weak")
    for page in ("", f"{member.pk}/change/", f"{member.pk}/history/"):
        text = client.get(f"/admin/households/member/{page}").content.decode()
        assert member.id_number not in text
        assert member.id_key not in text
        assert "李一" in text
    assert member.masked_id in client.get("/admin/households/member/").content.decode()


def test_phones_are_whole_for_whoever_may_correct_them_and_masked_for_the_auditor(as_user, households):
    household = households[0]
    Household.objects.filter(pk=household.pk).update(phone="13800001111", helper_phone="13900002222")
    address = f"/admin/households/household/{household.pk}/change/"
    county, auditor = (as_user(who).get(address).content.decode() for who in ("county", "auditor"))
    assert "13800001111" in county
    assert "138****1111" in auditor
    assert "13800001111" not in auditor
    for page in (county, auditor):
        assert "139****2222" in page
        assert "13900002222" not in page


def test_a_corrected_number_shows_in_the_history_without_the_numbers(as_user, households):
    member = households[0].members.get()
    old = member.id_number
    member.id_number = "130630197001019995"
    member.save()
    text = as_user("county").get(f"/admin/households/member/{member.pk}/history/").content.decode()
    assert "（不显示）" in text
    for number in (old, member.id_number):
        assert number not in text


def rows_of(response):
    return [list(row) for row in load_workbook(BytesIO(response.content)).active.iter_rows(values_only=True)]


def test_the_county_exports_masked_numbers_the_auditor_none(as_user, households):
    member = households[0].members.get()
    for who, columns in (("county", True), ("auditor", False)):
        header, *rows = rows_of(as_user(who).post("/admin/households/member/export/", {"format": "0", "resource": ""}))
        assert ("证件号码" in header) is columns
        assert len(rows) == 2
        cells = {str(cell) for row in rows for cell in row}
        assert (member.masked_id in cells) is columns
        assert member.id_number not in cells
    header, *_ = rows_of(
        as_user("auditor").post("/admin/households/household/export/", {"format": "0", "resource": ""})
    )
    assert "户联系电话" not in header


def test_an_export_is_on_record(as_user, households, people):
    as_user("county").post("/admin/households/household/export/", {"format": "0", "resource": ""})
    event = AuditEvent.objects.get()
    assert (event.user, event.action, event.subject, event.detail) == (people["county"], "后台导出", "户", {"rows": 2})
    assert verify_chain() is None


def test_a_search_never_goes_by_name_or_certificate():
    for model, page in admin.site._registry.items():
        for field in page.search_fields:
            assert not re.search(r"id_key|id_number|head_name|pinyin|phone|member__name", field), model
            assert not (model in (Household, Member) and field == "name")


# What may be changed


def test_the_county_corrects_a_phone_and_nothing_that_decides_the_estimate(as_user, households, people):
    household = households[0]
    sent = {"phone": "13900139000", "kind": "ordinary", "head_name": "别人", "monitor_kind": "sudden", "_save": "1"}
    assert as_user("auditor").post(f"/admin/households/household/{household.pk}/change/", sent).status_code == 403
    assert as_user("county").post(f"/admin/households/household/{household.pk}/change/", sent).status_code == 302
    kind, name = household.kind, household.head_name
    household.refresh_from_db()
    assert (household.phone, household.kind, household.head_name) == ("13900139000", kind, name)
    event = AuditEvent.objects.get()
    assert (event.action, event.subject) == ("后台修改", f"户 {household.number}")
    text = as_user("county").get(f"/admin/households/household/{household.pk}/history/").content.decode()
    assert "13800138000" in text
    assert "13900139000" in text
    text = as_user("auditor").get(f"/admin/households/household/{household.pk}/history/").content.decode()
    assert "13800138000" not in text
    assert "13900139000" not in text


def new_account(**fields):
    return {
        "username": "liu",
        "name": "刘明",
        "phone": "",
        "role": "village",
        "areas": [],
        "department": "",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
        **fields,
    }


def test_the_administrator_opens_an_account_that_can_sign_in(as_user, village, client):
    response = as_user("system").post("/admin/accounts/user/add/", new_account(areas=[village.code]))
    assert response.status_code == 302, response.context["adminform"].form.errors
    user = User.objects.get(username="liu")
    assert (user.role, list(user.areas.all()), user.is_staff, user.is_superuser) == ("village", [village], False, False)
    client.logout()
    assert client.login(username="liu", password=PASSWORD)
    assert AuditEvent.objects.filter(action="后台新增", subject="账号 liu").exists()


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"role": "village", "areas": ["130630"]}, "areas", "只能选村"),
        ({"role": "township", "areas": ["130630101901"]}, "areas", "只能选乡镇"),
        ({"role": "helper", "areas": ["130630101901"]}, "areas", "不按区划"),
        ({"role": "department"}, "__all__", "部门账号要选部门"),
        ({"role": "system", "department": "1"}, "department", "只有部门账号"),
        ({"password2": "something else"}, "password2", ""),
        ({"password1": "1234567890", "password2": "1234567890"}, "password2", ""),
    ],
)
def test_an_account_whose_scope_does_not_fit_its_role_is_refused(as_user, village, fields, field, words):
    if "department" in fields:
        fields["department"] = str(Department.objects.first().pk)
    response = as_user("system").post("/admin/accounts/user/add/", new_account(**fields))
    assert response.status_code == 200
    errors = response.context["adminform"].form.errors
    assert words in "".join(errors[field])
    assert not User.objects.filter(username="liu").exists()


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short7x", "至少要 10 位"),
        ("1029384756", "不能全是数字"),
        ("password123", "太常见"),
        ("liugou-0001", "和用户名太像"),
    ],
)
def test_what_is_wrong_with_a_password_is_said_in_chinese(as_user, village, password, words):
    sent = new_account(username="liugou0001", areas=[village.code], password1=password, password2=password)
    response = as_user("system").post("/admin/accounts/user/add/", sent)
    errors = "".join(response.context["adminform"].form.errors["password2"])
    assert words in errors
    assert not re.search("[A-Za-z]", errors)


def test_the_pages_of_an_account_speak_chinese_and_say_nothing_of_how_a_password_is_kept(as_user, people):
    client = as_user("system")
    people["cadre"].set_password(PASSWORD)
    people["cadre"].save()
    account = f"/admin/accounts/user/{people['cadre'].pk}"
    for page in ("/admin/", "/admin/accounts/user/add/", f"{account}/change/", f"{account}/password/"):
        text = client.get(page).content.decode()
        assert not re.search(r"LDAP|argon2|md5|Model name|Add link|After you|must contain|单一登入", text), page
    assert "已设，谁也查不到" in client.get(f"{account}/change/").content.decode()


def test_the_administrator_sets_a_new_password(as_user, people, client):
    address = f"/admin/accounts/user/{people['cadre'].pk}/password/"
    refused = as_user("system").post(address, {"password1": "", "password2": "", "usable_password": "false"})
    assert set(refused.context["form"].errors) == {"password1", "password2"}
    response = as_user("system").post(address, {"password1": PASSWORD, "password2": PASSWORD})
    assert response["Location"] == f"/admin/accounts/user/{people['cadre'].pk}/change/"
    assert AuditEvent.objects.get().action == "后台修改"
    client.logout()
    assert client.login(username=people["cadre"].username, password=PASSWORD)


def account_fields(user, **fields):
    return {
        "username": user.username,
        "name": user.name,
        "phone": "",
        "role": user.role,
        "areas": [area.code for area in user.areas.all()],
        "department": user.department_id or "",
        "is_active": "on",
        **fields,
    }


def test_a_closed_account_is_out_at_once(as_user, people):
    theirs = Client()
    theirs.force_login(people["cadre"])
    assert theirs.get("/jobs/").status_code == 200
    sent = account_fields(people["cadre"])
    del sent["is_active"]
    assert as_user("system").post(f"/admin/accounts/user/{people['cadre'].pk}/change/", sent).status_code == 302
    assert theirs.get("/jobs/").status_code == 302


def test_nobody_locks_themselves_out(as_user, people):
    me = people["system"]
    for fields in ({"role": "village"}, {"is_active": ""}):
        response = as_user("system").post(f"/admin/accounts/user/{me.pk}/change/", account_fields(me, **fields))
        assert response.status_code == 200
        assert "不能停用自己的账号" in response.content.decode()


def test_a_posted_flag_makes_nobody_a_superuser(as_user, people):
    sent = account_fields(people["cadre"], is_superuser="on", is_staff="on")
    assert as_user("system").post(f"/admin/accounts/user/{people['cadre'].pk}/change/", sent).status_code == 302
    people["cadre"].refresh_from_db()
    assert not people["cadre"].is_superuser
    assert not people["cadre"].is_staff


def test_an_area_takes_level_and_parent_from_its_code(as_user, township):
    client = as_user("system")
    client.post("/admin/accounts/area/add/", {"code": "130630101903", "name": "新村"})
    area = Area.objects.get(code="130630101903")
    assert (area.level, area.parent) == ("village", township)
    for code, words in (("130630199901", "上级区划 130630199 还没有"), ("1306", "6 位"), ("13063010190x", "数字")):
        response = client.post("/admin/accounts/area/add/", {"code": code, "name": "新村"})
        assert words in response.content.decode()


def test_departments_come_in_from_a_spreadsheet_after_a_preview(as_user):
    sheet = "部门,排序\n民政局,6\n水利局,20\n".encode()
    sent = {"format": "1", "resource": "", "import_file": SimpleUploadedFile("部门.csv", sheet)}
    preview = as_user("system").post("/admin/accounts/department/import/", sent)
    assert "水利局" in preview.content.decode()
    assert not Department.objects.filter(name="水利局").exists()
    confirm = preview.context["confirm_form"].initial
    client = as_user("system")
    assert client.post("/admin/accounts/department/process_import/", confirm).status_code == 302
    assert Department.objects.get(name="水利局").order == 20
    assert AuditEvent.objects.filter(action="后台导入").get().detail["new"] == 1


def test_pages_run_under_the_content_security_policy(as_user, households):
    for page in ("households/household/", "households/household/export/", "accounts/department/import/"):
        text = as_user("system" if page.startswith("accounts") else "county").get(f"/admin/{page}").content.decode()
        for script in re.findall(r"<script\b([^>]*)>(.*?)</script>", text, re.DOTALL):
            attributes, body = script
            assert "src=" in attributes or "application/json" in attributes or not body.strip()
        assert not re.search(r"\son[a-z]+=", text)


def preview(client, address, sheet):
    sent = {"format": "1", "resource": "", "import_file": SimpleUploadedFile("表.csv", sheet.encode())}
    return client.post(f"/admin/{address}/import/", sent)


def test_an_item_in_use_keeps_its_class(as_user):
    client = as_user("county")
    refused = preview(client, "visits/incomeitem", "代码,项目,类别,节律\nT01,低保金,工资性收入,按月\n")
    assert "confirm_form" not in refused.context
    assert "类别不能改" in refused.content.decode()
    unknown = preview(client, "visits/incomeitem", "代码,项目,类别,节律\nT20,护林补助,补贴,按月\n")
    assert "不在可选范围内" in unknown.content.decode()
    accepted = preview(client, "visits/incomeitem", "代码,项目,类别,节律\nT20,护林补助,转移性收入,按季\n")
    assert client.post("/admin/visits/incomeitem/process_import/", accepted.context["confirm_form"].initial)
    item = IncomeItem.objects.get(pk="T20")
    assert (item.name, item.income_class, item.rhythm) == ("护林补助", "transfer", "quarterly")


def test_the_catalogue_takes_words_and_departments_but_no_unknown_measure(as_user):
    client, measure = as_user("county"), Measure.objects.order_by("pk").first()
    header = "代码,措施,牵头部门,做法,排序\n"
    refused = preview(client, "measures/measure", f"{header}unheard_of,新措施,民政局,做法,1\n")
    assert "confirm_form" not in refused.context
    assert "没有代码为“unheard_of”的措施" in refused.content.decode()
    accepted = preview(client, "measures/measure", f"{header}{measure.code},{measure.name},民政局,换了做法,7\n")
    client.post("/admin/measures/measure/process_import/", accepted.context["confirm_form"].initial)
    nature = measure.nature
    measure.refresh_from_db()
    assert (measure.description, measure.department.name, measure.order, measure.nature) == (
        "换了做法",
        "民政局",
        7,
        nature,
    )
    accepted = preview(client, "measures/measure", f"{header}{measure.code},{measure.name},民政局,又换做法,7\n")
    client.post("/admin/measures/measure/process_import/", accepted.context["confirm_form"].initial)
    text = client.get(f"/admin/measures/measure/{measure.pk}/history/").content.decode()
    assert "换了做法" in text
    assert "又换做法" in text


def test_another_rhythm_says_that_the_ledger_has_to_be_computed_anew(as_user):
    sent = {"name": "低保金", "rhythm": "quarterly"}
    page = as_user("county").post("/admin/visits/incomeitem/T01/change/", sent, follow=True)
    assert "重新计算" in page.content.decode()
    assert IncomeItem.objects.get(pk="T01").rhythm == "quarterly"
