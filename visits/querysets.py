"""Who may see which visits and entries, and which months count as collected."""

from django.db import models
from django.db.models import Case, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

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

    def at_odds(self):
        """Feed entries of which a submitted or approved visit says something else, or which it disputes.

        The visit's line for the same member answers an entry; where it has none, the household's line
        answers all such entries of the household, month and item together. Each row says: ``said`` what the
        visit says, ``is_of_household`` whether that is the household's line, ``reported`` what stands
        against it, ``difference`` the one without the other (all in yuan), ``note`` the dispute.
        """
        visits = self.model.objects.filter(
            source="visit",
            visit__state__in=self.model._meta.get_field("visit").related_model.COLLECTED_STATES,
            household=OuterRef("household"),
            month=OuterRef("month"),
            item=OuterRef("item"),
        ).order_by()
        own, line = visits.filter(member_key=OuterRef("member_key")), visits.filter(member_key=0)
        answered = visits.filter(member_key=OuterRef("member_key")).exclude(member_key=0)
        together = (
            self.model.objects.filter(
                ~Exists(answered),
                source="feed",
                is_counted=True,
                household=OuterRef("household"),
                month=OuterRef("month"),
                item=OuterRef("item"),
            )
            .order_by()
            .values("item")
            .annotate(total=Sum("amount"))
            .values("total")
        )
        amount = self.model._meta.get_field("amount")
        return (
            # That it is a department's shows in an index, its source does not.
            self.filter(Exists(visits.filter(member_key__in=(0, OuterRef("member_key")))), department__isnull=False)
            .filter(source="feed", is_counted=True)
            .annotate(
                own=Subquery(own.values("amount")),
                said=Coalesce(Subquery(own.values("amount")), Subquery(line.values("amount"))),
                note=Coalesce(Subquery(own.values("dispute")), Subquery(line.values("dispute")), Value("")),
            )
            .annotate(
                is_of_household=Case(When(own=None, then=True), When(member_key=0, then=True), default=False),
                reported=Case(
                    When(own__isnull=False, member_key__gt=0, then=F("amount")),
                    default=Subquery(together),
                    output_field=amount,
                ),
            )
            .annotate(difference=ExpressionWrapper(F("reported") - F("said"), output_field=amount))
            .filter(~Q(difference=0) | ~Q(note=""))
        )


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
