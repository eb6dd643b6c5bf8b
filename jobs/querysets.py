"""Who may see which jobs."""

from django.db import models


class JobQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A job and its file belong to whoever started it. The administrator sees that jobs ran, not their files."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.role == user.Role.SYSTEM:
            return self
        return self.filter(owner=user)

    def unfinished(self):
        return self.filter(state__in=(self.model.State.QUEUED, self.model.State.RUNNING))
