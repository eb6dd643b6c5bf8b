"""Who may see which visits and entries, and which months count as collected."""

from django.db import models
from django.db.models import Q

from households.querysets import HouseholdPartQuerySet


class IncomeItemQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The list of items is the same for everybody who is signed in."""
        return self if user.is_authenticated and user.is_active else self.none()


class VisitQuerySet(HouseholdPartQuerySet):
    def collected(self):
        """Visits that make their month collected: submitted or approved."""
        return self.filter(state__in=self.model.COLLECTED_STATES)


class IncomeEntryQuerySet(HouseholdPartQuerySet):
    def visible_to(self, user):
        """Entries of visible households; a department sees what it reported itself, and nothing else."""
        if user.is_authenticated and user.is_active and user.role == user.Role.DEPARTMENT and user.department_id:
            return self.filter(department=user.department_id)
        return super().visible_to(user)

    def between(self, first_month, last_month):
        return self.filter(month__gte=first_month, month__lte=last_month)

    def counting(self):
        """Entries that count: not superseded by a better source, not of a draft or returned visit."""
        return self.filter(is_counted=True)

    def collecting(self):
        """Entries that make their month collected without a visit."""
        return self.filter(Q(is_counted=True) & Q(source__in=("import", "feed")))


class VisitPartQuerySet(models.QuerySet):
    """Rows that belong to one visit and are seen by whoever sees that visit."""

    def visible_to(self, user):
        visits = self.model._meta.get_field("visit").related_model.objects
        return self.filter(visit__in=visits.visible_to(user))


class VisitDraftQuerySet(HouseholdPartQuerySet):
    def visible_to(self, user):
        """One's own drafts, of households that one still sees."""
        return super().visible_to(user).filter(author=user.pk)


class FeedRightQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Who may report what is no secret to those who are signed in; a department is told of its own items."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.role == user.Role.DEPARTMENT:
            return self.filter(department=user.department_id)
        return self
