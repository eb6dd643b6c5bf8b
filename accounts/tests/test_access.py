"""Every address of the site against every role.

A new page gets one line in ``PAGES``, a new model in the back office one line in ``ADMIN``; an
address without a line fails. The people are those of ``conftest.people``: the household lives in
the village of ``cadre``, is paired with ``helper`` and has an action of ``civil``; ``nobody`` is
a cadre without a village. Whoever a line does not name gets its ``rest``.
"""

from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from uuid import uuid4

import pytest
from django.contrib import admin
from django.urls import URLResolver, get_resolver
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Area, AuditEvent, Department, User
from accounts.services import record_event
from checks.models import Finding
from households.models import AnnualIncome, Household, Member
from jobs.models import Job
from jobs.services import attach_output
from ledger.models import LedgerRow, PolicyYear, RiskPoint, VillageLedger
from ledger.services import rebuild_ledger
from measures.models import ActionLog, Measure, MeasureLine, SupportAction
from visits.models import FeedRight, IncomeEntry, IncomeItem, Visit
from visits.services import keep_photo
from visits.tests.pictures import picture

JUNE = date(2022, 6, 1)

NAMES = (
    "cadre",
    "next_cadre",
    "helper",
    "township",
    "other_township",
    "county",
    "civil",
    "labour",
    "auditor",
    "system",
    "nobody",
)
ALL = frozenset(NAMES)
# Who holds an area role, whether or not an area.
AREA = frozenset({"cadre", "next_cadre", "township", "other_township", "county", "auditor", "nobody"})
# Whose scope holds the household, and with it the village.
OVER = frozenset({"cadre", "township", "county", "auditor"})
# Who may make the visit of the household.
OVER_OWNERS = frozenset({"cadre", "helper"})
DEPARTMENTS = frozenset({"civil", "labour"})
STAFF = frozenset({"county", "auditor", "system"})


@dataclass(frozen=True)
class Page:
    """One address: who gets ``status``, who 403, who 404; everybody else ``rest``. Signed out: ``anonymous``."""

    address: str
    ok: frozenset
    forbidden: frozenset = frozenset()
    missing: frozenset = frozenset()
    rest: int = 403
    status: int = 200
    anonymous: int = 302
    post: dict = None
    query: dict = field(default_factory=dict)

    def expected(self, who):
        if who is None:
            return self.anonymous
        if who in self.ok:
            return self.status
        if who in self.forbidden:
            return 403
        return 404 if who in self.missing else self.rest


# Who visits, and who reviews, whether or not the household.
OWNERS = frozenset({"cadre", "next_cadre", "helper", "nobody"})
TOWNSHIPS = frozenset({"township", "other_township"})
COUNTY, OWNER, SYSTEM = frozenset({"county"}), frozenset({"cadre"}), frozenset({"system"})

PAGES = {
    "desk": Page("/", ALL),
    "household_list": Page("/households/", ALL - SYSTEM),
    "household_search": Page("/households/search/", ALL - SYSTEM, post={"q": "李"}),
    "household_export": Page("/households/export/", AREA | {"helper"}),
    "household": Page("/households/{number}/", OVER | {"helper", "civil"}, rest=404),
    "visit_list": Page("/visits/", OWNERS),
    "visit_print_many": Page("/visits/print/", OWNERS | TOWNSHIPS),
    "visit_print": Page(
        "/visits/{number}/2022-06/print/", frozenset({"cadre", "helper", "township"}), missing=OWNERS | TOWNSHIPS
    ),
    "differences": Page("/visits/differences/", ALL - SYSTEM),
    "visit": Page("/visits/{number}/2022-06/", OVER | {"helper"}, forbidden=frozenset({"civil"}), rest=404),
    "visit_review": Page("/visits/review/", frozenset({"township", "other_township", "county", "auditor"})),
    "visit_decide": Page(
        "/visits/{number}/2022-06/review/",
        frozenset({"township"}),
        missing=frozenset({"other_township"}),
        post={"decision": "approve", "version": "1"},
        status=302,
    ),
    "outbox": Page("/visits/outbox/", ALL),
    "visit_session": Page("/visits/session/", ALL),
    "road_pages": Page("/visits/road/", OWNERS),
    "visit_draft": Page("/visits/{number}/2022-06/draft/", OVER_OWNERS, missing=OWNERS, post={"action": "discard"}),
    "visit_photo_add": Page("/visits/{number}/2022-06/photos/", OVER_OWNERS, missing=OWNERS, post={}, status=422),
    "visit_photo": Page(
        "/visits/{number}/2022-06/photos/{photo}/", OVER | {"helper"}, forbidden=frozenset({"civil"}), rest=404
    ),
    "service_worker": Page("/sw.js", ALL, anonymous=200),
    "manifest": Page("/manifest.webmanifest", ALL, anonymous=200),
    "ledger_index": Page("/ledger/", AREA | {"helper"}, status=302),
    "ledger_year": Page("/ledger/2022/", AREA | {"helper"}),
    "ledger_area": Page("/ledger/2022/{village}/", OVER, forbidden=DEPARTMENTS | SYSTEM, rest=404),
    "ledger_household": Page(
        "/ledger/2022/household/{number}/", OVER | {"helper"}, forbidden=frozenset({"civil"}), rest=404
    ),
    "ledger_check": Page("/ledger/2022/{village}/check/", COUNTY, post={}, status=302),
    "ledger_rebuild": Page("/ledger/2022/{village}/rebuild/", COUNTY, post={}, status=302),
    "measure_list": Page("/measures/", ALL - SYSTEM),
    "measure_export": Page("/measures/export/", ALL - SYSTEM, post={}),
    "measure_catalogue": Page("/measures/catalogue/", ALL - SYSTEM),
    "measure_assign": Page("/measures/assign/", COUNTY, post={"area": "{village}", "year": "2022"}, status=302),
    "import_index": Page("/imports/", COUNTY | SYSTEM | DEPARTMENTS),
    "import_upload": Page("/imports/roster/", COUNTY),
    "import_template": Page("/imports/roster/template.xlsx", COUNTY),
    "import_check": Page("/imports/checks/{check}/", COUNTY, missing=SYSTEM | DEPARTMENTS),
    "import_confirm": Page(
        "/imports/checks/{check}/confirm/", COUNTY, missing=SYSTEM | DEPARTMENTS, post={}, status=302
    ),
    "report_index": Page("/reports/", AREA),
    "job_list": Page("/jobs/", ALL),
    "job": Page("/jobs/{job}/", OWNER | SYSTEM, rest=404),
    "job_restart": Page("/jobs/{job}/restart/", OWNER, forbidden=SYSTEM, rest=404, post={}, status=302),
    "job_file": Page("/jobs/{job}/file/", OWNER, forbidden=SYSTEM, rest=404),
    "account_login": Page("/accounts/login/", ALL, status=302, anonymous=200),
    "account_logout": Page("/accounts/logout/", ALL),
    "account_inactive": Page("/accounts/inactive/", ALL, anonymous=200),
    "account_change_password": Page("/accounts/password/", ALL),
    "healthz": Page("/healthz", ALL, anonymous=200),
    "admin:index": Page("/admin/", STAFF),
    "admin:login": Page("/admin/login/", ALL, status=302),
    "admin:logout": Page("/admin/logout/", STAFF, status=302),
    "admin:password_change": Page("/admin/password_change/", STAFF, status=302),
    "admin:password_change_done": Page("/admin/password_change/done/", STAFF, status=302),
    "admin:jsi18n": Page("/admin/jsi18n/", STAFF),
    "admin:autocomplete": Page(
        "/admin/autocomplete/", STAFF, query={"app_label": "accounts", "model_name": "user", "field_name": "areas"}
    ),
    "admin:app_list": Page("/admin/accounts/", STAFF),
    "admin:auth_user_password_change": Page("/admin/accounts/user/{user}/password/", SYSTEM),
    "admin/(?P<url>.*)$": Page("/admin/nothing/here/", frozenset(), missing=STAFF),
}


@dataclass(frozen=True)
class Rights:
    """Who of the back office views, adds, changes and imports the rows of a model. Nobody deletes."""

    view: frozenset
    add: frozenset = frozenset()
    change: frozenset = frozenset()
    imports: frozenset = None


READERS = frozenset({"county", "auditor"})

ADMIN = {
    Area: Rights(STAFF, add=SYSTEM, change=SYSTEM),
    Department: Rights(STAFF, add=SYSTEM, change=SYSTEM, imports=SYSTEM),
    User: Rights(SYSTEM, add=SYSTEM, change=SYSTEM),
    AuditEvent: Rights(SYSTEM | {"auditor"}),
    Job: Rights(SYSTEM),
    Household: Rights(READERS, change=COUNTY),
    Member: Rights(READERS),
    AnnualIncome: Rights(READERS),
    IncomeItem: Rights(READERS, add=COUNTY, change=COUNTY, imports=COUNTY),
    FeedRight: Rights(READERS, add=COUNTY, change=COUNTY),
    Visit: Rights(READERS),
    IncomeEntry: Rights(READERS),
    PolicyYear: Rights(READERS),
    LedgerRow: Rights(READERS),
    VillageLedger: Rights(READERS),
    RiskPoint: Rights(READERS),
    MeasureLine: Rights(READERS, change=COUNTY),
    Measure: Rights(READERS, change=COUNTY, imports=COUNTY),
    SupportAction: Rights(READERS),
    ActionLog: Rights(READERS),
    Finding: Rights(READERS),
}


def admin_pages(model, key):
    """The addresses of one model in the back office by their names; ``key`` is a row in everyone's scope."""
    rights, (app, name) = ADMIN[model], (model._meta.app_label, model._meta.model_name)
    root, row = f"/admin/{app}/{name}/", f"/admin/{app}/{name}/{key}/"
    pages = {
        f"admin:{app}_{name}_changelist": Page(root, rights.view),
        f"admin:{app}_{name}_add": Page(f"{root}add/", rights.add),
        f"admin:{app}_{name}_change": Page(f"{row}change/", rights.view),
        f"admin:{app}_{name}_history": Page(f"{row}history/", rights.view),
        f"admin:{app}_{name}_delete": Page(f"{row}delete/", frozenset()),
        f"admin:{app}_{name}_export": Page(f"{root}export/", rights.view),
        # The old address of a row; where it leads asks again.
        f"admin/{app}/{name}/<path:object_id>/": Page(row, STAFF, status=302),
    }
    if rights.imports is not None:
        pages[f"admin:{app}_{name}_import"] = Page(f"{root}import/", rights.imports)
        pages[f"admin:{app}_{name}_process_import"] = Page(f"{root}process_import/", STAFF, status=405)
    return pages


def addresses(patterns, route="", space=""):
    """Every address of the site: its name, or its pattern where it has none."""
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(
                pattern.url_patterns, here, space + (f"{pattern.namespace}:" if pattern.namespace else "")
            )
        else:
            yield space + pattern.name if pattern.name else here


@pytest.fixture
def world(people, village, household, make_household, far_village):
    """One row of everything, in the scope of ``cadre`` and whoever is above."""
    household.helper = people["helper"]
    household.save()
    make_household(far_village)
    measure, day = Measure.objects.order_by("pk").first(), date(2022, 7, 9)
    income = AnnualIncome.objects.create(household=household, year=2021, wage=9000, persons=1)
    visit = Visit.objects.create(
        household=household, month=JUNE, visited_on=date(2022, 6, 20), visitor=people["cadre"], state="submitted"
    )
    item = IncomeItem.objects.get(pk="W01")
    entry = IncomeEntry.objects.create(
        household=household, month=JUNE, item=item, amount=1500, source="visit", visit=visit
    )
    photo, _ = keep_photo(visit=visit, upload=picture(), client_uuid=uuid4(), user=people["cadre"])
    action = SupportAction.objects.create(
        household=household,
        year=2022,
        measure=measure,
        department=people["civil"].department,
        reason="人均低于监测标准",
        due_on=date(2022, 9, 15),
        proposed_at=timezone.now(),
    )
    log = ActionLog.objects.create(action=action, on=day, state="suggested", by=people["civil"])
    risk = RiskPoint.objects.create(household=household, year=2022, kind="below_monitoring_line", raised_on=day)
    finding = Finding.objects.create(
        household=household, month=JUNE, code="H04", severity="look", text="没有登联系电话。", found_on=day, seen_on=day
    )
    rebuild_ledger(year=2022)
    ledger, _ = VillageLedger.objects.get_or_create(village=village, year=2022)
    job = Job.objects.create(
        kind="export_ledger",
        title="导出",
        owner=people["cadre"],
        area=village,
        state="done",
        parameters={"owner_role": "village"},
    )
    attach_output(job, BytesIO(b"workbook"), "台账.xlsx")
    check = Job.objects.create(
        kind="import_check",
        title="检查人员名册",
        owner=people["county"],
        state="done",
        parameters={"kind": "roster", "year": None},
    )
    event = record_event(user=people["county"], action="导出台账")
    rows = [village, people["civil"].department, people["cadre"], event, job, household, household.members.get()]
    rows += [income, item, FeedRight.objects.get(item="T01"), visit, entry]
    rows += [PolicyYear.objects.get(year=2022, is_in_force=True), LedgerRow.objects.get(household=household)]
    rows += [ledger, risk, measure.line, measure, action, log, finding]
    return {
        "rows": {type(row): row.pk for row in rows},
        "number": household.number,
        "village": village.code,
        "photo": photo.pk,
        "user": people["cadre"].pk,
        "job": job.pk,
        "check": check.pk,
    }


def test_every_address_has_its_line(world):
    lines = set(PAGES)
    for model in ADMIN:
        lines |= set(admin_pages(model, world["rows"][model]))
    assert set(addresses(get_resolver().url_patterns)) == lines


def test_every_model_of_the_back_office_has_its_line():
    assert set(admin.site._registry) == set(ADMIN)


def answers(client, people, pages, world):
    """What differs: (address, who, expected, answered)."""
    client.raise_request_exception = False
    for who in (None, *NAMES):
        client.logout()
        if who is not None:
            client.force_login(people[who])
        for page in pages:
            address = page.address.format(**world)
            if page.post is None:
                response = client.get(address, page.query)
            else:
                response = client.post(address, {key: value.format(**world) for key, value in page.post.items()})
            if response.status_code != page.expected(who):
                yield address, who, page.expected(who), response.status_code
            elif who is None and response.status_code == 302 and address != "/accounts/logout/":
                assert "/accounts/login/" in response["Location"] or "/admin/" in response["Location"]


def test_the_people_are_those_of_the_table(people):
    assert set(people) == ALL


@pytest.mark.parametrize("name", PAGES)
def test_every_role_on_every_page(client, people, world, name):
    assert list(answers(client, people, [PAGES[name]], world)) == []


@pytest.mark.parametrize("model", ADMIN, ids=lambda model: model.__name__)
def test_every_role_in_the_back_office(client, people, world, model):
    pages = admin_pages(model, world["rows"][model]).values()
    assert list(answers(client, people, pages, world)) == []


@pytest.mark.parametrize("model", ADMIN, ids=lambda model: model.__name__)
def test_viewing_is_not_changing(client, people, world, model):
    """Posting a row's page: those who only view it are refused."""
    rights, key = ADMIN[model], world["rows"][model]
    address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/{key}/change/"
    for who in sorted(STAFF):
        client.force_login(people[who])
        expected = {200, 302} if who in rights.change else {403}
        assert client.post(address, {}).status_code in expected, who


@pytest.mark.parametrize("model", ADMIN, ids=lambda model: model.__name__)
def test_every_list_is_cheap_and_every_export_readable(client, people, world, model, django_assert_max_num_queries):
    who = "system" if "system" in ADMIN[model].view else "county"
    client.force_login(people[who])
    root = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    with django_assert_max_num_queries(12):
        assert client.get(root).status_code == 200
    sheet = load_workbook(BytesIO(client.post(f"{root}export/", {"format": "0", "resource": ""}).content)).active
    text = client.post(f"{root}export/", {"format": "1", "resource": ""}).content.decode("utf-8-sig")
    header, first = list(sheet.iter_rows(values_only=True))[:2]
    assert list(header) == [title for title, _ in admin.site._registry[model].columns]
    assert any(cell not in (None, "") for cell in first)
    assert not any(isinstance(cell, str) and "+00:00" in cell for cell in first)
    assert text.splitlines()[0] == ",".join(header)


def test_a_closed_account_gets_nothing(client, people, world):
    client.force_login(people["county"])
    User.objects.filter(pk=people["county"].pk).update(is_active=False)
    assert client.get(f"/households/{world['number']}/").status_code == 302


def test_without_an_area_lists_are_empty(client, people, world):
    client.force_login(people["nobody"])
    for page in ("/households/", "/ledger/2022/", "/measures/", "/"):
        assert world["number"] not in client.get(page).content.decode()
    assert MeasureLine.objects.exists()
