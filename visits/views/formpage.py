"""What the form of a visit shows, built from a sheet: for one page, or for many that a phone takes along."""

from collections import defaultdict
from datetime import date
from typing import NamedTuple
from uuid import uuid4

from django.http import Http404

from checks.cases import read_cases
from checks.rules import watches
from checks.watch import as_json
from households.choices import Cause, Labour
from ledger.models import RiskPoint
from ledger.prospect import Ground, prospect
from visits.content import GUARANTEES
from visits.forms import blank_fields, fields_of, income_blocks
from visits.forms.visit import BASES
from visits.models import MemberChange, Visit, WorkAway
from visits.months import add_months
from visits.sheets import load_sheets


class Materials(NamedTuple):
    """What every form of a month needs and no household changes: read once for any number of forms."""

    month: date
    day: date
    ground: Ground

    @classmethod
    def of(cls, month, day):
        """``Http404`` where no policy year is in force: without its lines nothing can be said of a month."""
        ground = Ground.for_month(month)
        if ground is None:
            raise Http404
        return cls(month, day, ground)

    @property
    def items(self):
        """Code -> item, in the order of the form."""
        return self.ground.items

    def sheets(self, households, user):
        """The sheets of these households, their entries reaching as far as the estimate looks."""
        first, last = self.ground.reach(self.month)
        return load_sheets(households, month=self.month, user=user, first_month=first, last_month=last)

    def cases(self, sheets):
        """The case of each sheet, for the doubts beside its fields."""
        return read_cases(sheets, [prospect(sheet, self.ground) for sheet in sheets], day=self.day)


def form_context(sheet, case, materials, user, *, fields=None, form=None, base_version=None, token=None):
    """What ``visits/visit_form.html`` shows of a sheet; ``case`` is that of ``checks.cases``, for its doubts.

    ``fields`` (name -> list of texts) stand in the form: by default the user's draft, else the visit, else
    what a new form begins with. ``form`` is a delivered one with its errors.
    """
    visit, draft = sheet.visit, sheet.draft
    if fields is None and draft is not None:
        fields = draft.fields
        base_version = _first(fields, "base_version") or 0
    elif fields is None:
        fields = fields_of(sheet.content) if visit else blank_fields(sheet, user, materials.day)
        draft = None
    else:
        draft = None
    errors = form.errors if form else {}
    outlook = case.prospect
    doubts = watches(case)
    is_approved = visit is not None and visit.state == Visit.State.APPROVED
    return {
        "household": sheet.household,
        "month": sheet.month,
        "sheet": sheet,
        "visit": visit,
        "draft": draft,
        "fields": fields,
        "errors": errors,
        "form_errors": errors.get("", []),
        "is_correction": is_approved,
        "token": token or uuid4(),
        "base_version": base_version if base_version is not None else (visit.version if visit else 0),
        "blocks": income_blocks(
            sheet,
            materials.items,
            fields,
            errors=errors,
            to_confirm=form.to_confirm if form else (),
            confirmed=fields.get("confirm", []),
        ),
        "people": [_person(member, sheet, fields, errors) for member in sheet.present],
        "guarantees": [(name, Visit._meta.get_field(name).verbose_name) for name in GUARANTEES],
        "choices": CHOICES,
        "way_label": dict(Visit.Way.choices).get(_first(fields, "way"), "走访方式没有选"),
        "watches": as_json(doubts),
        "home": case.home,
        "item_names": {code: item.name for code, item in materials.items.items()},
        "known_doubts": _by_field(doubt for doubt in doubts if not doubt.conditions),
        "prospect": outlook and {**outlook.as_json(), "year": materials.ground.policy.year},
        "window": _window(materials, outlook),
    }


def _by_field(doubts):
    """Place on the form -> sentences of what is doubtful already. What concerns a member stands with the member."""
    found = defaultdict(list)
    for doubt in doubts:
        table, _, key = doubt.field.partition(".")
        place = f"people.{key}" if table in ("changes", "work") else doubt.field
        found[place or (f"people.{doubt.member_key}" if doubt.member_key else "")].append(doubt.text)
    return dict(found)


FLAG_LABELS = [[kind.value, kind.label] for kind in RiskPoint.Kind]
CHOICES = {
    "ways": Visit.Way.choices,
    "policies": Visit.Policy.choices,
    "needs": Visit.Need.choices,
    "causes": Cause.choices,
    "bases": BASES,
    "changes": [(value, label) for value, label in MemberChange.Kind.choices if value != MemberChange.Kind.JOINED],
    "joined": [(MemberChange.Kind.JOINED.value, MemberChange.Kind.JOINED.label)],
    "labours": Labour.choices,
    "channels": WorkAway.Channel.choices,
}


def _first(fields, name):
    return (fields.get(name) or [""])[0]


class Person(NamedTuple):
    """One member on the form: where the form has them at work, and whether their lines stand open.

    What is carried over from last month stays folded: it asks for nothing.
    """

    member: object
    work_place: str
    is_open: bool


def _person(member, sheet, fields, errors):
    key = f"-{member.pk}"
    changed = any(name.startswith("change-") and name.endswith(key) and any(fields[name]) for name in fields)
    is_wrong = any(name.startswith(("change-", "work-")) and name.endswith(key) for name in errors)
    is_asked = f"changes.{member.pk}" in sheet.comments or f"work.{member.pk}" in sheet.comments
    return Person(member, _first(fields, f"work-place-{member.pk}"), changed or is_wrong or is_asked)


def _window(materials, outlook):
    """Which figures the typed amounts move, in words."""
    policy = materials.ground.policy
    if outlook is None:
        return {}
    if outlook.is_in_window:
        return {"words": f"{policy.year} 年度预估", "is_official": True, "flags": FLAG_LABELS}
    first = add_months(outlook.tracking_month, 1 - policy.window_months)
    return {
        "words": f"跟踪预估（{first.year}.{first.month}—{outlook.tracking_month.year}.{outlook.tracking_month.month}）",
        "is_official": False,
        "flags": FLAG_LABELS,
    }
