"""The desk: what is mine to do and till when, my area in five numbers, what changed lately."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.clock import today
from accounts.models import Area, Department, User
from accounts.permissions import signed_in
from households.models import Household
from jobs.models import Job
from ledger.models import LedgerRow, PolicyYear, VillageLedger
from ledger.summaries import Totals, totals
from measures.models import ActionLog, SupportAction
from reports.years import current_policy
from visits.models import Visit
from visits.months import add_months

Role = User.Role
Level = Area.Level
CHANGES = 8
# A failed job stays on the administrator's desk this long.
FAILED_FOR = timedelta(days=7)


class Task(NamedTuple):
    """Something that waits for the person: how many of what, where, and till when (``None``: no set day)."""

    count: int
    unit: str
    words: str
    hint: str
    address: str
    due_on: date | None = None
    is_late: bool = False
    days_left: int | None = None


class Number(NamedTuple):
    """One of the five numbers, with the list behind it ("" where there is none)."""

    words: str
    value: int
    unit: str
    address: str = ""


class Change(NamedTuple):
    """Something that happened: when, what, and where to see it."""

    at: datetime
    words: str
    address: str


class Desk(NamedTuple):
    """What the person may see, from which every line of the desk is counted."""

    user: User
    day: date
    policy: PolicyYear
    households: QuerySet
    rows: QuerySet
    actions: QuerySet

    @property
    def month(self):
        return self.day.replace(day=1)

    @property
    def month_end(self):
        return add_months(self.day, 1) - timedelta(days=1)


@signed_in
@require_safe
def desk(request):
    """The person's own desk."""
    day = today()
    user = request.user
    here = Desk(
        user=user,
        day=day,
        policy=current_policy(user, day),
        households=Household.objects.visible_to(user).present_on(day),
        rows=LedgerRow.objects.visible_to(user),
        actions=SupportAction.objects.visible_to(user),
    )
    if here.policy is not None:
        here = here._replace(
            rows=here.rows.filter(year=here.policy.year), actions=here.actions.filter(year=here.policy.year)
        )
    make = {Role.SYSTEM: _administrator, Role.DEPARTMENT: _department}.get(user.role, _field)
    tasks, numbers, changes = make(here)
    context = {
        "policy": here.policy,
        "tasks": [_with_days_left(task, day) for task in tasks if task.count],
        "numbers": numbers,
        "changes": sorted(changes, key=lambda change: change.at, reverse=True)[:CHANGES],
        "places": _places(user),
        "is_empty": user.role not in (Role.SYSTEM, Role.DEPARTMENT) and not numbers[0].value,
    }
    return render(request, "reports/desk.html", context)


def _with_days_left(task, day):
    if task.due_on is None:
        return task
    return task._replace(days_left=(task.due_on - day).days, is_late=task.is_late or task.due_on < day)


def _places(user):
    """What the desk is about: the names of the areas, the department, or the paired households."""
    if user.role not in User.AREA_ROLES:
        return [{Role.HELPER: "我结对的户", Role.SYSTEM: "系统管理"}.get(user.role) or user.department.name]
    own = Area.objects.filter(pk__in=user.area_codes).select_related("parent")
    return [f"{area.parent} {area}" if area.level == Level.VILLAGE else area.name for area in own]


def _list(**filters):
    return f"{reverse('household_list')}?{urlencode(filters)}"


def _measures(**filters):
    return f"{reverse('measure_list')}?{urlencode(filters)}"


class Counts(NamedTuple):
    """What the field roles' desks are counted from."""

    sums: Totals
    households: dict
    actions: dict
    ledgers: dict


def _field(here):
    """Village, helper, township, county and auditor: households and their ledger."""
    counts = Counts(totals(here.rows), _household_counts(here), _action_counts(here), _ledgers(here))
    numbers = [
        Number("在册户", counts.households["all"], "户", _list()),
        Number("台账人口", counts.sums.persons, "人"),
        Number("有标记", counts.sums.flagged, "户", _list(flag="any")),
        Number("低于监测标准", counts.sums.below_monitoring_line, "户", _list(flag="below_monitoring_line")),
        Number("有措施", counts.households["measured"], "户", _list(measure="some")),
    ]
    changes = _job_changes(here) + _action_changes(here) + counts.ledgers["changes"]
    if here.user.role in (Role.VILLAGE, Role.HELPER, Role.TOWNSHIP):
        changes += _visit_changes(here)
    tasks = {
        Role.VILLAGE: _village_tasks,
        Role.HELPER: _visit_tasks,
        Role.TOWNSHIP: _township_tasks,
        Role.COUNTY: _county_tasks,
    }
    own = tasks[here.user.role](here, counts) if here.user.role in tasks else []
    return [*own, *_common_tasks(here, counts)], numbers, changes


def _visit_tasks(here, counts):
    return [
        Task(
            counts.households["returned"],
            "户",
            "走访被退回",
            "看审核意见，改好再报",
            f"{reverse('visit_list')}?{urlencode({'show': 'returned'})}",
            is_late=True,
        ),
        Task(
            counts.households["due"],
            "户",
            f"{here.month.month} 月还没有走访",
            "每户每月走访一次",
            reverse("visit_list"),
            here.month_end,
        ),
    ]


def _village_tasks(here, counts):
    ledger = Task(
        counts.ledgers["open"],
        "个",
        "村台账还没有上报",
        "写好原因分析后上报",
        _ledger_page(here),
        here.policy.report_due_on,
    )
    return [*_visit_tasks(here, counts), ledger]


def _township_tasks(here, counts):
    due = here.policy.report_due_on
    return [
        Task(
            counts.households["review"],
            "户",
            "有走访待审核",
            "有疑点的排在前面，看过通过或退回",
            reverse("visit_review"),
        ),
        Task(counts.ledgers["submitted"], "个", "村台账待审核", "村已报，等乡镇审", _ledger_page(here), due),
        Task(
            counts.actions["suggested"], "项", "措施待确认", "按规则提出，乡镇确认", _measures(state="suggested"), due
        ),
    ]


def _county_tasks(here, counts):
    due = here.policy.report_due_on
    return [
        Task(counts.ledgers["reviewed"], "个", "村台账待验收", "乡镇已审，等县里验收", _ledger_page(here), due),
        Task(counts.ledgers["open"], "个", "村台账还没有上报", "看是哪些村，在等什么", _ledger_page(here), due),
        Task(
            counts.households["unlinked"],
            "户",
            "帮扶责任人没有关联账号",
            "先按名册里的手机号开账号，再导入一次人员名册",
            _list(helper="unlinked"),
        ),
    ]


def _common_tasks(here, counts):
    """What everybody who answers for households looks after."""
    due = here.policy.report_due_on
    return [
        Task(counts.sums.incomplete, "户", "统计期内缺月", "预估是暂定的；补报，或写明原因", _list(missing="yes"), due),
        Task(counts.sums.unmatched, "户", "有标记、还没有措施", "每户至少一项对得上的措施", _list(measure="none"), due),
        Task(counts.actions["overdue"], "项", "措施已过时限", "催办或写明进展", _measures(due="overdue"), is_late=True),
    ]


def _household_counts(here):
    """Households by what waits for them, in one query."""
    visits = Visit.objects.filter(household=OuterRef("pk"))
    actions = SupportAction.objects.live().filter(household=OuterRef("pk"), year=here.policy.year)
    counts = {
        "all": Count("pk"),
        "due": Count("pk", filter=~Exists(visits.collected().filter(month=here.month))),
        "returned": Count("pk", filter=Exists(visits.filter(state=Visit.State.RETURNED))),
        "review": Count("pk", filter=Exists(visits.filter(state=Visit.State.SUBMITTED))),
        "unlinked": Count("pk", filter=Q(helper=None) & ~Q(helper_name="")),
        "measured": Count("pk", filter=Exists(actions)),
    }
    wanted = {
        Role.VILLAGE: ("due", "returned"),
        Role.HELPER: ("due", "returned"),
        Role.TOWNSHIP: ("review",),
        Role.COUNTY: ("unlinked",),
    }.get(here.user.role, ())
    return here.households.aggregate(**{name: counts[name] for name in ("all", "measured", *wanted)})


def _action_counts(here):
    state = SupportAction.State
    unfinished = ~Q(state__in=(state.DONE, state.STOPPED))
    return here.actions.aggregate(
        suggested=Count("pk", filter=Q(state=state.SUGGESTED)),
        confirmed=Count("pk", filter=Q(state=state.CONFIRMED)),
        under_way=Count("pk", filter=Q(state=state.UNDER_WAY)),
        done=Count("pk", filter=Q(state=state.DONE)),
        overdue=Count("pk", filter=unfinished & Q(due_on__lt=here.day)),
        households=Count("household", distinct=True),
    )


def _ledger_page(here):
    return reverse("ledger_year", args=[here.policy.year])


def _ledgers(here):
    """Village ledgers by state, a village without a record being open; and their last steps."""
    if here.user.role not in User.AREA_ROLES:
        return {"open": 0, "submitted": 0, "reviewed": 0, "changes": []}
    ledgers = list(VillageLedger.objects.visible_to(here.user).filter(year=here.policy.year).select_related("village"))
    states = Counter(ledger.state for ledger in ledgers)
    with_rows = here.rows.order_by().values("village_id").distinct().count()
    begun = len(ledgers) - states[VillageLedger.State.OPEN]
    return {
        "open": max(with_rows - begun, 0),
        "submitted": states[VillageLedger.State.SUBMITTED],
        "reviewed": states[VillageLedger.State.REVIEWED],
        "changes": [change for ledger in ledgers for change in _ledger_changes(ledger)],
    }


def _ledger_changes(ledger):
    steps = [
        (ledger.submitted_at, "台账已上报"),
        (ledger.reviewed_at, "台账乡镇已审"),
        (ledger.accepted_at, "台账县已验收"),
    ]
    address = reverse("ledger_area", args=[ledger.year, ledger.village_id])
    return [Change(at, f"{ledger.village} {words}", address) for at, words in steps if at]


def _visit_changes(here):
    visits = Visit.objects.visible_to(here.user).filter(submitted_at__isnull=False)
    return [
        Change(
            visit.submitted_at, f"{visit.household.head_name} {visit.month.month} 月走访已报", visit.get_absolute_url()
        )
        for visit in visits.select_related("household").order_by("-submitted_at")[:CHANGES]
    ]


def _action_changes(here):
    logs = ActionLog.objects.visible_to(here.user).select_related("action__household", "action__measure")
    return [
        Change(
            log.at,
            f"{log.action.household.head_name} {log.action.measure}：{log.get_state_display()}",
            log.action.household.get_absolute_url(),
        )
        for log in logs.order_by("-pk")[:CHANGES]
    ]


def _job_changes(here):
    jobs = Job.objects.visible_to(here.user).filter(owner=here.user).order_by("-created_at")[:CHANGES]
    return [
        Change(job.finished_at or job.created_at, f"{job.title}：{job.outcome}", reverse("job", args=[job.pk]))
        for job in jobs
    ]


def _department(here):
    """A department: its actions and nothing of the households but that."""
    counts = _action_counts(here)
    due = here.policy.report_due_on
    tasks = [
        Task(counts["overdue"], "项", "措施已过时限", "尽快办结，或写明进展", _measures(due="overdue"), is_late=True),
        Task(counts["confirmed"], "项", "措施待开始", "乡镇已确认，可以办了", _measures(state="confirmed"), due),
        Task(counts["under_way"], "项", "措施实施中", "办结前随时记进展", _measures(state="under_way"), due),
        Task(counts["suggested"], "项", "建议等乡镇确认", "确认后再办，可先看名单", _measures(state="suggested"), due),
    ]
    numbers = [
        Number("涉及户", counts["households"], "户", _list()),
        Number("建议", counts["suggested"], "项", _measures(state="suggested")),
        Number("已确认", counts["confirmed"], "项", _measures(state="confirmed")),
        Number("实施中", counts["under_way"], "项", _measures(state="under_way")),
        Number("已完成", counts["done"], "项", _measures(state="done")),
    ]
    return tasks, numbers, _job_changes(here) + _action_changes(here)


def _administrator(here):
    """The administrator: accounts and jobs, no household."""
    accounts = User.objects.visible_to(here.user).filter(is_active=True)
    jobs = Job.objects.visible_to(here.user)
    failed = jobs.filter(state=Job.State.FAILED, finished_at__gt=timezone.now() - FAILED_FOR)
    tasks = [
        Task(
            accounts.filter(role__in=User.AREA_ROLES, areas=None).count(),
            "个",
            "账号没有区划",
            "没有区划的账号什么也看不到",
            f"{reverse('admin:accounts_user_changelist')}?areas__isnull=True",
        ),
        Task(failed.count(), "个", "任务失败", "近七天，看原因后重新开始", reverse("job_list"), is_late=True),
        Task(jobs.unfinished().count(), "个", "任务没有结束", "排队或进行中", reverse("job_list")),
    ]
    numbers = [
        Number("启用账号", accounts.count(), "个", reverse("admin:accounts_user_changelist")),
        Number("区划", Area.objects.visible_to(here.user).count(), "个"),
        Number("部门", Department.objects.visible_to(here.user).count(), "个"),
    ]
    return tasks, numbers, _job_changes(here)
