"""The one place that pages and commands get the day from."""

from django.conf import settings
from django.utils import timezone


def today():
    """The business day: the setting ``TODAY``, else the real one."""
    return settings.TODAY or timezone.localdate()
