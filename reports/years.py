"""Which policy year a page is about when its address names none."""

from ledger.models import PolicyYear


def current_policy(user, day):
    """The policy in force of the year that ``day`` lies in, else of the last one before it, else of the first.

    ``None`` where no policy year is in force.
    """
    policies = list(PolicyYear.objects.visible_to(user).in_force().order_by("year"))
    begun = [policy for policy in policies if policy.year <= day.year]
    return begun[-1] if begun else next(iter(policies), None)
