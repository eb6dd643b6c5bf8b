"""The list of households as a workbook: what the list shows, and never an ID number."""

from io import BytesIO

import openpyxl
import pytest

from accounts.models import AuditEvent
from accounts.services import verify_chain
from households.tasks import export_list
from jobs.models import Job
from jobs.services import JobError
from ledger.services import rebuild_ledger

PHONE = "13912345678"


@pytest.fixture
def households(make_household, village, far_village):
    near = make_household(village, head="赵一", phone=PHONE)
    far = make_household(far_village, head="=1+1", phone=PHONE)
    rebuild_ledger(year=2022)
    return near, far


@pytest.fixture
def export(client, people):
    """``export("county", "flag=any")``: rows of the workbook, the head first; a posted search with ``q``."""

    def export(who, query="", q=None):
        client.force_login(people[who])
        address = f"/households/export/?{query}"
        response = client.get(address) if q is None else client.post(address, {"q": q})
        assert response.status_code == 200
        assert "attachment" in response["Content-Disposition"]
        sheet = openpyxl.load_workbook(BytesIO(b"".join(response))).active
        return list(sheet.iter_rows(min_row=2, values_only=True))

    return export


def test_it_holds_what_the_list_shows(households, export):
    head, *rows = export("county")
    assert [dict(zip(head, row, strict=True))["户主"] for row in rows] == ["赵一", "=1+1"]
    row = dict(zip(head, rows[0], strict=True))
    assert row["户编号"] == households[0].number
    assert (row["乡镇"], row["村"], row["人口（人）"], row["缺月（月）"]) == ("银坊镇", "柳沟村", 1, 9)
    assert (row["预估人均（元）"], row["低于监测标准"], row["预警"]) == (0, "√", "红")
    assert row["上年人均（元）"] is None
    assert len(export("county", "area=130630101")) == 2
    assert len(export("county", "flag=none")) == 1


def test_its_scope_is_that_of_the_list(households, export):
    assert [row[3] for row in export("cadre")[1:]] == ["赵一"]
    assert [row[3] for row in export("other_township")[1:]] == ["=1+1"]
    assert export("nobody")[1:] == []
    assert export("helper")[1:] == []


def test_a_search_is_exported_by_post(households, export):
    assert [row[3] for row in export("county", q="赵一")[1:]] == ["赵一"]


@pytest.mark.parametrize(
    ("who", "phone"), [("cadre", PHONE), ("township", PHONE), ("county", "139****5678"), ("auditor", None)]
)
def test_phones_are_for_those_who_call(households, export, who, phone):
    head, *rows = export(who)
    assert dict(zip(head, rows[0], strict=True)).get("户联系电话") == phone


def test_no_id_number_leaves(households, export):
    cells = {str(cell) for row in export("county") for cell in row}
    for household in households:
        for member in household.members.all():
            assert not any(member.id_number in cell or member.masked_id in cell for cell in cells)


@pytest.mark.parametrize(("who", "status"), [("civil", 403), ("system", 403), ("cadre", 200)])
def test_who_may_export(client, people, households, who, status):
    client.force_login(people[who])
    assert client.get("/households/export/").status_code == status


def test_every_export_is_on_record_without_the_words_of_a_search(households, export, people):
    export("county", "flag=any")
    export("county", q="赵一")
    filtered, searched = AuditEvent.objects.order_by("pk")
    assert (filtered.user, filtered.action, filtered.subject) == (people["county"], "导出户名单", "2 户")
    assert filtered.detail["filters"] == {"flag": "any"}
    assert "赵一" not in str(searched.detail)
    assert verify_chain() is None


def test_a_long_list_is_made_by_a_job(
    client, people, households, settings, monkeypatch, django_capture_on_commit_callbacks
):
    settings.JOBS_EAGER = True
    monkeypatch.setattr("households.views.LONG", 1)
    client.force_login(people["county"])
    with django_capture_on_commit_callbacks(execute=True):
        response = client.get("/households/export/?kind=lifted&sort=-per_capita")
    job = Job.objects.get()
    assert response["Location"] == f"/jobs/{job.pk}/"
    assert (job.state, job.result["households"], job.output_name) == ("done", 2, "户名单-20220710.xlsx")
    sheet = openpyxl.load_workbook(job.output).active
    assert {row[3] for row in sheet.iter_rows(min_row=3, values_only=True)} == {"赵一", "=1+1"}
    # A short one still comes at once.
    assert "attachment" in client.get("/households/export/?area=130630101")["Content-Disposition"]


def test_a_job_asks_for_the_scope_again(people, households, county, village):
    owner = people["county"]
    job = Job.objects.create(
        kind="export_households",
        title="导出户名单",
        owner=owner,
        parameters={"filters": {"area": "130630102"}, "sort": ""},
    )
    owner.areas.set([village])
    with pytest.raises(JobError, match="不能看的区划"):
        export_list(Job.objects.get(pk=job.pk), lambda *step: None)
