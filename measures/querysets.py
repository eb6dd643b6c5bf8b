"""Who may see which measures and actions."""

from django.db import models

from accounts.querysets import within
from households.querysets import HouseholdPartQuerySet


class CatalogueQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Lines and catalogue are the same for everybody who is signed in."""
        return self if user.is_authenticated and user.is_active else self.none()


class SupportActionQuerySet(HouseholdPartQuerySet):
    def visible_to(self, user):
        """Actions of visible households; a department sees its own actions only."""
        if user.is_authenticated and user.is_active and user.role == user.Role.DEPARTMENT and user.department_id:
            return self.filter(department=user.department_id)
        return super().visible_to(user)

    def live(self):
        """Actions that were not stopped."""
        return self.exclude(state=self.model.State.STOPPED)

    def overdue(self, day):
        """Not finished though the due date has passed by ``day``."""
        return self.live().exclude(state=self.model.State.DONE).filter(due_on__lt=day)


class ActionLogQuerySet(models.QuerySet):
    def visible_to(self, user):
        actions = self.model._meta.get_field("action").related_model.objects
        return self.filter(action__in=actions.visible_to(user))

    def within(self, code):
        return self.filter(within("action__household__village_id", code))
