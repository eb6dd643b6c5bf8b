"""The canonical form of ledger rows and its SHA-256 digest: what an export prints and a submission freezes.

One line of JSON a row, keys in the order of ``FIELDS``, UTF-8, lines sorted byte by byte.
Described for whoever wants to check it without this program in ``docs/digest.md``.
"""

import hashlib
import json

from django.db.models import BigIntegerField
from django.db.models.functions import Cast

from ledger.calc import FLAGS
from ledger.models import LedgerRow
from sumyuan.fields import MoneyField

# The official figures of a row, what they come from, and what people wrote. Left out: tracking
# figures, which move with every later visit while nothing on the ledger does, and the moment of
# computing. No name and no ID number, so the form may be handed to whoever checks it.
FIELDS = (
    "number",
    "village",
    "year",
    "policy_version",
    "persons",
    "workers",
    "weak_workers",
    "without_labour",
    "labour_unknown",
    "is_monitored",
    "guarantee_open",
    "collected_mask",
    "months_missing",
    "wage",
    "business",
    "property",
    "transfer",
    "business_cost",
    "claims",
    "self_paid",
    "last_net",
    "last_persons",
    "net",
    "estimate",
    "per_capita",
    "transfer_share",
    "last_per_capita",
    "change",
    "change_rate",
    "itemised_estimate",
    "itemised_per_capita",
    "estimates_disagree",
    "reference_per_capita",
    *FLAGS,
    "warning",
    "cause",
    "risk_points",
    "remarks",
    "missing_reason",
)

# Made once: ``json.dumps`` would make an encoder for every row.
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_PATHS = {"number": "household__number", "village": "village_id", "policy_version": "policy__version"}


def canonical_columns():
    """What to ask of a ``LedgerRow`` queryset for the values of ``FIELDS``, in order: for ``values_list``.

    Money comes as integer fen.
    """
    return [
        Cast(name, BigIntegerField())
        if name not in _PATHS and isinstance(LedgerRow._meta.get_field(name), MoneyField)
        else _PATHS.get(name, name)
        for name in FIELDS
    ]


def canonical_line(values):
    """One row's line, bytes with its line end. ``values`` in the order of ``FIELDS``, money in fen."""
    return _ENCODE(dict(zip(FIELDS, values, strict=True))).encode() + b"\n"


def digest(lines):
    """Hex SHA-256 over canonical lines in any order."""
    return hashlib.sha256(b"".join(sorted(lines))).hexdigest()


def rows_digest(rows):
    """The digest of a ``LedgerRow`` queryset, in one query."""
    return digest(map(canonical_line, rows.order_by().values_list(*canonical_columns()).iterator(chunk_size=2000)))
