"""Who may see which households and members, and who lives where on a day."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.querysets import within, within_areas


class HouseholdQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Households the user may see: by area, by pairing (helper) or by an action of their department.

        Narrows the queryset it is called on and never widens it. A user without an area,
        pairing or department sees nothing; the administrator sees no household at all.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.role in user.AREA_ROLES:
            return self.filter(within_areas("village_id", user.area_codes))
        if user.role == user.Role.HELPER:
            return self.filter(helper=user)
        if user.role == user.Role.DEPARTMENT and user.department_id:
            # A subquery, not a join: a household with two actions must stand once.
            actions = self.model._meta.get_field("support_actions").related_model.objects.filter(
                household=OuterRef("pk"), department=user.department_id
            )
            return self.filter(Exists(actions))
        return self.none()

    def within(self, code):
        """Households of an area of any level."""
        return self.filter(within("village_id", code))

    def present_on(self, day):
        """Households that have not left by ``day``."""
        return self.filter(Q(left_on=None) | Q(left_on__gt=day))


class HouseholdPartQuerySet(models.QuerySet):
    """Rows that belong to one household and are seen by whoever sees the whole household.

    A department sees a household for one action; what it needs of it stands on that action.
    """

    def visible_to(self, user):
        if not user.is_authenticated or user.role == user.Role.DEPARTMENT:
            return self.none()
        households = self.model._meta.get_field("household").related_model.objects
        return self.filter(household__in=households.visible_to(user))

    def within(self, code):
        return self.filter(within("household__village_id", code))


class MemberQuerySet(HouseholdPartQuerySet):
    def visible_to(self, user):
        """Members of visible households; a department sees those too, to know whom to reach."""
        households = self.model._meta.get_field("household").related_model.objects
        return self.filter(household__in=households.visible_to(user))

    def present_on(self, day):
        """Members on a day: born by then, joined by then or always there, not left by then."""
        return self.filter(
            Q(birth_date=None) | Q(birth_date__lte=day),
            Q(joined_on=None) | Q(joined_on__lte=day),
            Q(left_on=None) | Q(left_on__gt=day),
        )

    def reportable_by(self, user):
        """Members whom a payment list of the user may name: a department pays people wherever they live.

        It is told of nobody by that; everybody else names those whom they see.
        """
        if user.is_authenticated and user.is_active and user.role == user.Role.DEPARTMENT and user.department_id:
            return self
        return self.visible_to(user)
