"""Reporting a visit of six amounts, beside the smallest view that inserts the same rows."""

import gzip
import json
from statistics import median
from time import perf_counter
from uuid import uuid4

from django.test import Client
from django.test.utils import override_settings

from accounts.models import User
from benchmarks.timing import seconds
from households.models import Household
from visits.models import IncomeEntry, Visit

MONTH = "2022-07"
ITEMS = ("B01", "B02", "P01", "P02", "C01", "C02")
ROUNDS = 60
# The list and the outbox travel along; the address of a form is deeper.
LIST_DEPTH = 3


def compare():
    """(bare, ours) seconds of each round: one household each, in turn, its month empty before."""
    client, numbers = cadres_client(), households(ROUNDS)
    with override_settings(ROOT_URLCONF="benchmarks.urls"):
        turns = []
        for turn in range(ROUNDS + 2):
            number = numbers[turn % len(numbers)]
            pair = []
            for space in ("/bare", "/visits"):
                _clear(number)
                pair.append(seconds(lambda space=space, number=number: _post(client, space, number)))
            turns.append(pair)
            _clear(number)
    # The first ones fill the caches of both.
    return turns[2:]


def cadres_client():
    """Signed in as the demo's cadre."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username="cadre"))
    return client


def households(count):
    """Numbers of so many households of the demo's cadre, as far as there are."""
    cadre = User.objects.get(username="cadre")
    numbers = Household.objects.visible_to(cadre).filter(left_on=None).order_by("number")
    return list(numbers.values_list("number", flat=True)[:count])


def prepare(client, most):
    """(forms, bytes over the wire, bytes unpacked, seconds) of taking so many forms along, part by part."""
    forms = wire = unpacked = 0
    after, start = "", perf_counter()
    while after is not None and forms < most:
        response = client.get("/visits/road/", {"after": after}, headers={"accept-encoding": "gzip"})
        wire += len(response.content)
        body = gzip.decompress(response.content)
        unpacked += len(body)
        part = json.loads(body)
        forms += sum(page["address"].count("/") > LIST_DEPTH for page in part["pages"])
        after = part["next"]
    return forms, wire, unpacked, perf_counter() - start


def medians(turns):
    """Median seconds of bare and ours, and the median of the ratios."""
    bare, ours = (median(column) for column in zip(*turns, strict=True))
    return bare, ours, median(ours / bare for bare, ours in turns)


def _post(client, space, number):
    fields = {
        "client_uuid": str(uuid4()),
        "base_version": "0",
        "visited_on": "2022-07-08",
        "way": "home",
        "visitors": "刘建军、张晓燕",
        "needs": "",
        "remarks": "",
        "has_risk": "no",
        "is_housing_safe": "yes",
        "is_schooling_safe": "yes",
        "is_medical_safe": "yes",
        "is_water_safe": "yes",
    }
    fields |= {f"amount-{item}-0": "300" for item in ITEMS}
    if client.post(f"{space}/{number}/{MONTH}/", fields).status_code != 302:
        raise SystemExit(f"{space} does not take the visit")


def _clear(number):
    visits = Visit.objects.filter(household__number=number, month=f"{MONTH}-01")
    IncomeEntry.objects.filter(visit__in=visits).delete()
    visits.delete()
