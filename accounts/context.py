"""What every page knows."""

from django.conf import settings

from accounts.clock import today


def site(request):
    """The county's name and the business day."""
    return {"county_name": settings.COUNTY_NAME, "today": today(), "is_demo": settings.DEBUG}
