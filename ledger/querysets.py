"""Who may see which policy years, ledger rows, village ledgers and risk points."""

from django.db import models
from django.db.models import Q

from accounts.querysets import within, within_areas
from households.querysets import HouseholdPartQuerySet
from ledger.calc import FLAGS


class PolicyYearQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The lines are public to those who are signed in."""
        return self if user.is_authenticated and user.is_active else self.none()

    def in_force(self):
        return self.filter(is_in_force=True)


class LedgerRowQuerySet(HouseholdPartQuerySet):
    def within(self, code):
        return self.filter(within("village_id", code))

    def flagged(self):
        """Rows with any of the five flags, provisional ones included."""
        condition = Q()
        for flag in FLAGS:
            condition |= Q(**{flag: True})
        return self.filter(condition)

    def incomplete(self):
        """Rows with months missing."""
        return self.filter(months_missing__gt=0)


class VillageLedgerQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Ledgers of villages in the user's areas; helpers and departments see no village ledger."""
        if not user.is_authenticated or not user.is_active or user.role not in user.AREA_ROLES:
            return self.none()
        return self.filter(within_areas("village_id", user.area_codes))

    def within(self, code):
        return self.filter(within("village_id", code))


class RiskPointQuerySet(HouseholdPartQuerySet):
    def open(self):
        return self.exclude(state=self.model.State.ELIMINATED)
