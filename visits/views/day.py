"""The day's list: whom to visit, where, and what is new there."""

from datetime import date
from typing import NamedTuple

from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.clock import today
from accounts.models import User
from accounts.permissions import allow
from households.filters import ROW, with_row
from households.models import Household, Member
from ledger.models import PolicyYear
from reports.years import current_policy
from visits import day as reading
from visits.months import add_months, month_number, months_from
from visits.views.visit import first_day

Role = User.Role
TABS = (
    (reading.WAITS, "要办"),
    (reading.RETURNED, "退回"),
    (reading.OVERDUE, "缺月"),
    (reading.DUE, "未报"),
    (reading.DONE, "已报"),
    (reading.ALL, "全部"),
)
ORDERS = ((reading.HAMLET, "按自然村"), (reading.NAME, "按姓名"))


class Choice(NamedTuple):
    """What the address asks of the list. ``months`` are those that can be chosen."""

    day: date
    policy: PolicyYear
    month: date
    months: list
    show: str
    by: str

    @classmethod
    def of(cls, request):
        """A month to come or before the policy window, and a word that is none of those offered, are 404."""
        day = today()
        policy = current_policy(request.user, day)
        if policy is None:
            raise Http404
        this_month = day.replace(day=1)
        count = month_number(this_month) - month_number(policy.window_start) + 1
        months = months_from(policy.window_start, max(count, 0))
        asked, show = request.GET.get("month"), request.GET.get("show", reading.WAITS)
        month, by = first_day(asked) if asked else this_month, request.GET.get("by", reading.HAMLET)
        if month not in months or show not in reading.SHOWS or by not in dict(ORDERS):
            raise Http404
        return cls(day, policy, month, months, show, by)

    def homes(self, households, members):
        """The ``Home`` of each of the ``households`` (a queryset in scope); ``members`` says what is read of them."""
        present = with_row(households.present_on(self.month), self.policy.year)
        found = list(present.prefetch_related(Prefetch("members", members.order_by("pk"))))
        # Django gives no attribute where a household has no ledger row.
        with_rows = {household.pk: household.row for household in found if hasattr(household, ROW)}
        return reading.read_homes(
            found,
            month=self.month,
            day=self.day,
            first_month=self.policy.window_start,
            excused={pk for pk, row in with_rows.items() if row.missing_reason},
            excused_until=self.policy.last_month,
        )


@allow(Role.VILLAGE, Role.HELPER)
@never_cache
@require_safe
def visit_list(request):
    """The households of a month that are mine to visit. Those not shown stand in the page for the script to show."""
    choice = Choice.of(request)
    # The list shows no ID number: it is not even decrypted.
    homes = choice.homes(Household.objects.visible_to(request.user), Member.objects.defer("id_number"))
    reading.add_news(homes, month=choice.month, user=request.user)
    counts = reading.counts(homes)
    context = {
        "choice": choice,
        "is_this_month": choice.month == choice.months[-1],
        "previous": add_months(choice.month, -1),
        "tabs": [(show, words, counts[show]) for show, words in TABS],
        "orders": ORDERS,
        "counts": counts,
        "groups": reading.arrange(homes, show=choice.show, by=choice.by),
        "rest": [home for home in homes if not home.is_shown(choice.show)],
        "words": {"groups": reading.GROUP_WORDS, "kinds": reading.KINDS},
    }
    return render(request, "visits/visit_list.html", context)
