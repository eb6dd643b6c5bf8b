"""Building the demo county: everything from one seed."""

from random import Random

from django.db import transaction

from accounts.models import Area, User
from accounts.services import record_event
from demo.accounts import create_accounts
from demo.examples import worked_examples
from demo.homes import make_home
from demo.names import TOWNSHIPS, VILLAGE_NAMES, VILLAGES_EACH
from demo.writer import Writer
from households.models import Household

DEFAULT_HOUSEHOLDS, DEFAULT_SEED, MIN_HOUSEHOLDS = 2_000, 2022, 20
# Households that are written at a time.
CHUNK = 400


class NotEmptyError(Exception):
    """There are areas, households or accounts already."""


def is_empty():
    """Whether nothing but what migrations bring is there."""
    return not (Area.objects.exists() or Household.objects.exists() or User.objects.exists())


@transaction.atomic
def build_county(*, code, name, households=DEFAULT_HOUSEHOLDS, seed=DEFAULT_SEED, progress=None):
    """Write the demo county ``code`` into an empty database; the same seed gives the same county.

    Only ciphertexts and password hashes differ from run to run. ``progress(done, total)`` is
    called as households are written. Returns counts. Raises ``NotEmptyError``, and ``ValueError``
    for fewer than ``MIN_HOUSEHOLDS``.
    """
    if not is_empty():
        raise NotEmptyError
    if households < MIN_HOUSEHOLDS:
        raise ValueError(f"at least {MIN_HOUSEHOLDS} households")
    rng = Random(f"county {seed}")
    villages = _create_areas(code, name)
    accounts, visitors, reviewers = create_accounts(rng, code, villages)
    writer = Writer(seed, accounts["helper"], visitors, reviewers)
    done = 0
    for chunk in _chunks(_addresses(rng, villages, households)):
        for village, order, home in chunk:
            writer.add(village, order, home or make_home(writer.rng_of(village, order)))
        writer.write()
        done += len(chunk)
        if progress:
            progress(done, households)
    writer.finish()
    counts = {"townships": len(TOWNSHIPS), "villages": len(villages), **writer.counts}
    record_event(user=None, action="生成演示数据", subject=name, detail={"seed": seed, **counts})
    return counts


def _create_areas(code, name):
    """The county, its townships and villages; returns the village codes in order."""
    Area.objects.create(code=code, name=name, level=Area.Level.COUNTY)
    names = iter(VILLAGE_NAMES)
    townships, villages = [], []
    for suffix, township in TOWNSHIPS:
        parent = f"{code}{suffix}"
        townships.append(Area(code=parent, name=township, level=Area.Level.TOWNSHIP, parent_id=code))
        for order in range(1, VILLAGES_EACH + 1):
            village = f"演示·{next(names)}村"
            villages.append(
                Area(code=f"{parent}9{order:02d}", name=village, level=Area.Level.VILLAGE, parent_id=parent)
            )
    Area.objects.bulk_create(townships)
    Area.objects.bulk_create(villages)
    return [village.code for village in villages]


def _addresses(rng, villages, households):
    """(village, order in it, worked example or ``None``) of every household; villages differ in size."""
    examples = worked_examples()
    weights = [0.6 + 0.8 * rng.random() for _ in villages]
    scale = (households - len(examples)) / sum(weights)
    reached, given = 0.0, 0
    for position, village in enumerate(villages):
        homes = examples if position == 0 else []
        reached += weights[position] * scale
        others = round(reached) - given
        given += others
        for order, home in enumerate([*homes, *[None] * others], start=1):
            yield village, order, home


def _chunks(addresses):
    chunk = []
    for address in addresses:
        chunk.append(address)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
