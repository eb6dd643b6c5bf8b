"""The reading page of a visit: everything it says, every amount with its source, and the review of it."""

from django.shortcuts import render

from accounts.clock import today
from accounts.models import User
from checks.models import Finding
from visits.forms.review import DecisionForm
from visits.models import IncomeItem, Visit
from visits.months import add_months
from visits.reading import read_visit
from visits.views.queue import in_queue, queue_lines, with_own

Role = User.Role
ENTERS = (Role.VILLAGE, Role.HELPER)


def reading_page(request, household, month, *, decision=None, refusal="", status=200):
    """The visit of a month as it is read: by those who review and oversee, and by all once it is approved.

    ``decision`` is a form that was sent and could not be carried out, with what was typed; ``refusal`` says why
    where it is no fault of a field.
    """
    user, day = request.user, today()
    visits = Visit.objects.visible_to(user).filter(household=household, month=month)
    visit = with_own(in_queue(visits), user).select_related("visitor", "reviewed_by").first()
    findings = Finding.objects.visible_to(user).filter(household=household, month=month)
    reading = read_visit(
        visit=visit,
        household=household,
        month=month,
        user=user,
        items={item.pk: item for item in IncomeItem.objects.visible_to(user)},
        findings=list(findings.exclude(state=Finding.State.FIXED).doubtful_first()),
    )
    waits = visit is not None and visit.state == Visit.State.SUBMITTED
    may_review = waits and user.has_role(Role.TOWNSHIP)
    if decision is None and may_review and not visit.is_own:
        decision = DecisionForm(None, fields=reading.fields)
    following = add_months(month, 1)
    context = {
        "household": household,
        "month": month,
        "previous": add_months(month, -1),
        "following": following if following <= day else None,
        "visit": visit,
        "reading": reading,
        "line": queue_lines([visit], user)[0] if may_review else None,
        "decision": decision if may_review and not visit.is_own else None,
        "is_own": may_review and visit.is_own,
        "may_correct": visit is not None and visit.state == Visit.State.APPROVED and user.has_role(*ENTERS),
        "refusal": refusal,
        # The filters of the queue that the reviewer came from, to go back to.
        "back": (request.POST if request.method == "POST" else request.GET).get("back", ""),
    }
    return render(request, "visits/visit.html", context, status=status)
