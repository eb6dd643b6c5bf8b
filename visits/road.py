"""What a phone takes along: whose forms, and the files without which no page can be shown."""

import hashlib
import json
from datetime import date
from typing import NamedTuple

from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static

from visits.day import DUE
from visits.months import month_number

# Every file that the form, the day's list and the outbox name. A test reads the pages and compares.
FILES = (
    "css/day.css",
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
    "js/visit/estimate.js",
    "js/visit/fields.js",
    "js/visit/form.js",
    "js/visit/list.js",
    "js/visit/owner.js",
    "js/visit/photos.js",
    "js/visit/record.js",
    "js/visit/watch.js",
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


class Form(NamedTuple):
    """One form to take along: a household's number and the first day of a month."""

    month: date
    number: str

    @property
    def key(self):
        """The form in one word, "2022-07/1306…": where a part ended."""
        return f"{self.month:%Y-%m}/{self.number}"


def forms_to_fill(homes):
    """The ``Form`` s that wait in a day's list: this month's first, then the earlier months, each by number.

    ``homes`` are those of ``visits.day``. Every month that a row of the list opens is among them.
    """
    forms = {
        Form(month, home.household.number)
        for home in homes
        for month in (*home.returned, *home.missing, *([home.month] if DUE in home.kinds else ()))
    }
    return sorted(forms, key=_position)


def after(forms, key):
    """What of ``forms`` comes behind the one that ``key`` names; all of them for ""."""
    if not key:
        return forms
    month, _, number = key.partition("/")
    begin = _position(Form(date.fromisoformat(f"{month}-01"), number))
    return [form for form in forms if _position(form) > begin]


def _position(form):
    return -month_number(form.month), form.number
