"""Who may see which areas, accounts and audit events."""

from django.db import models
from django.db.models import Q


def code_after(code):
    """The first code behind every code that starts with ``code``: the end of an indexed range.

    Codes are digits only, so text order is the same in every collation.
    """
    return str(int(code) + 1).zfill(len(code))


def within(field, code):
    """Condition: the area code in ``field`` lies in the area ``code`` or is it."""
    return Q(**{f"{field}__gte": code, f"{field}__lt": code_after(code)})


def within_areas(field, codes):
    """Condition: the area code in ``field`` lies in one of ``codes``; no codes, nothing."""
    condition = Q(pk__in=[])
    for code in codes:
        condition |= within(field, code)
    return condition


class AreaQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Areas the user may see: own ones and all below; the administrator sees every area.

        A helper and a department see households one by one, not areas. Narrows, never widens.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.role == user.Role.SYSTEM:
            return self
        return self.filter(within_areas("code", user.area_codes))

    def within(self, code):
        return self.filter(within("code", code))


class DepartmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Departments are no secret to those who are signed in."""
        return self if user.is_authenticated and user.is_active else self.none()


class UserQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Accounts the user may see: county and townships those of their areas, most only their own."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.role == user.Role.SYSTEM:
            return self
        if user.role in (user.Role.COUNTY, user.Role.TOWNSHIP):
            # Through a subquery: a user of several areas must stand once.
            in_area = self.model.areas.through.objects.filter(within_areas("area_id", user.area_codes))
            return self.filter(Q(pk=user.pk) | Q(pk__in=in_area.values("user_id")))
        return self.filter(pk=user.pk)


class AuditEventQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The trail is for the auditor and the administrator."""
        if user.is_authenticated and user.is_active and user.role in (user.Role.AUDITOR, user.Role.SYSTEM):
            return self
        return self.none()
