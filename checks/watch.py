"""Doubts that depend on what is being typed, in a form that server and phone evaluate alike.

A rule (``checks.rules``) is told what is known of a household and answers with watches. Each waits for
the quantities that a person is typing (``checks.quantities``): it fires when every bound holds. The
phone does the same in static/js/visit/watch.js; a test holds the two together.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Bound(NamedTuple):
    """The sum of the named quantities lies within the limits, both included; ``None`` is no limit.

    A name with a leading "-" is subtracted. A quantity that is not there is 0. Fen, counts and marks
    of 0 or 1: integers all.
    """

    of: tuple[str, ...]
    at_least: int | None = None
    at_most: int | None = None

    def holds(self, total):
        return (self.at_least is None or total >= self.at_least) and (self.at_most is None or total <= self.at_most)


class Watch(NamedTuple):
    """One doubt, and what has to be typed for it. Without conditions it stands as it is.

    ``field`` is the key (``visits.content``) of what it stands beside: "entries.W01/12", "needs"; "entries"
    are all amounts, "" is the household. ``member_key`` is the member in doubt, 0 for none. ``values`` are the
    known facts behind it.
    """

    code: str
    severity: str
    text: str
    field: str = ""
    member_key: int = 0
    conditions: tuple[Bound, ...] = ()
    values: Mapping = {}

    @property
    def key(self):
        """What tells one finding of a household and month from another."""
        return self.code, self.field, self.member_key


def total(of, quantities):
    """The sum of the named quantities."""
    return sum(-quantities.get(name[1:], 0) if name[0] == "-" else quantities.get(name, 0) for name in of)


def fired(watches, quantities):
    """Those of ``watches`` whose every bound holds, in their order."""
    return [watch for watch in watches if all(bound.holds(total(bound.of, quantities)) for bound in watch.conditions)]


def evidence(watch, quantities):
    """Name -> integer of everything that fired a watch: what was known and what was typed."""
    names = sorted({name.removeprefix("-") for bound in watch.conditions for name in bound.of})
    return {**watch.values, **{name: quantities.get(name, 0) for name in names}}


def as_json(watches):
    """The watches that wait for something typed, as the phone takes them.

    Those without conditions are rendered by the server.
    """
    return [
        {
            "code": watch.code,
            "severity": str(watch.severity),
            "field": watch.field,
            "text": watch.text,
            "conditions": [[list(bound.of), bound.at_least, bound.at_most] for bound in watch.conditions],
        }
        for watch in watches
        if watch.conditions
    ]
