"""What a phone takes along: whose forms, and the files without which no page can be shown."""

import hashlib
import json

from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static

from households.models import Household
from visits.models import Visit

# Every file that the form, the day's list and the outbox name. A test reads the pages and compares.
FILES = (
    "css/page.css",
    "css/parts.css",
    "css/print.css",
    "css/road.css",
    "css/tables.css",
    "css/visit.css",
    "django_htmx/htmx-2.min.js",
    "img/icon.svg",
    "js/page.js",
    "js/road/outbox.js",
    "js/road/outbox_page.js",
    "js/road/prepare.js",
    "js/road/shell.js",
    "js/road/store.js",
    "js/visit/fields.js",
    "js/visit/form.js",
    "js/visit/owner.js",
    "js/visit/photos.js",
    "js/visit/record.js",
    "vendor/bootstrap-5.3.9.min.css",
    "vendor/idb-8.0.4.umd.js",
)
# htmx's helper for developers, which pages name in debug only.
DEBUG_FILES = ("django_htmx/django-htmx.js",)
WORKER = "js/road/worker.js"


def road_files():
    """Addresses of the files that are kept on the phone."""
    names = FILES + DEBUG_FILES if settings.DEBUG else FILES
    return [static(name) for name in names]


def worker_source():
    """The service worker's own script, without its settings."""
    with open(finders.find(WORKER), encoding="utf-8") as file:
        return file.read()


def road_version(no_signal):
    """A name for this set of files and pages: it differs as soon as one of them does.

    ``no_signal`` is the page for want of a signal, which travels inside the worker.
    """
    digest = hashlib.sha256(json.dumps([road_files(), no_signal]).encode())
    for name in (*FILES, WORKER):
        with open(finders.find(name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:16]


def road_households(user, month):
    """The user's households whose visit of the month is still to be made or made again, by number."""
    collected = Visit.objects.filter(month=month, state__in=Visit.COLLECTED_STATES)
    return (
        Household.objects.visible_to(user)
        .present_on(month)
        .exclude(pk__in=collected.values("household"))
        .select_related("village__parent__parent")
        .order_by("number")
    )
