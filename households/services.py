"""Writing many rows of the register at once, each with its history, on both engines.

``bulk_create`` and ``update`` leave no history. Here the rows of an import go in as sets, and
their historical rows with them.
"""

from django.db import connection, models
from django.db.models.functions import Cast
from django.utils import timezone

from sumyuan.bulk import insert_rows, stored, upsert_rows
from sumyuan.fields import EncryptedTextField, MoneyField

# Well below what either engine takes as parameters of one statement.
CHUNK = 5_000
_PLAIN = frozenset((int, str, type(None)))
BASELINE_REASON = "修改前的值"
# Any fixed number: the key of the lock that lets one import write at a time.
IMPORT_LOCK = 20_220_707


def lock_imports():
    """Let one import at a time check and write; the others wait. Held until the transaction ends.

    SQLite's immediate transactions do that by themselves.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])


def chunks(values):
    """``values`` in lists that fit one statement."""
    values = list(values)
    return [values[start : start + CHUNK] for start in range(0, len(values), CHUNK)]


class Table:
    """The concrete columns of a model, and its rows as plain lists in that order.

    Money is fen, an encrypted column is its ciphertext, so that an unchanged value is written
    back as it was.
    """

    def __init__(self, model):
        self.model = model
        self.fields = [field.attname for field in model._meta.concrete_fields]
        self.at = {name: index for index, name in enumerate(self.fields)}

    def blank(self):
        """A new row: every field at its default."""
        return [field.get_default() for field in self.model._meta.concrete_fields]

    def load(self, queryset):
        """Rows of ``queryset`` as lists."""
        raw = {}
        for field in self.model._meta.concrete_fields:
            if isinstance(field, MoneyField):
                raw[field.attname] = Cast(field.attname, models.BigIntegerField())
            elif isinstance(field, EncryptedTextField):
                raw[field.attname] = Cast(field.attname, models.TextField())
        queryset = queryset.order_by().annotate(**{f"raw_{name}": cast for name, cast in raw.items()})
        names = [f"raw_{name}" if name in raw else name for name in self.fields]
        return [list(row) for row in queryset.values_list(*names).iterator(chunk_size=CHUNK)]


def next_ids(model, count):
    """``count`` primary keys that no row of ``model`` has or will get, for rows that refer to each other."""
    if not count:
        return []
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [connection.ops.quote_name(table), count],
            )
            return [key for (key,) in cursor.fetchall()]
        cursor.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
        (last,) = cursor.fetchone()
    return list(range(last + 1, last + 1 + count))


def create_rows(table, rows, *, user, reason):
    """Insert ``rows`` (lists as ``Table`` has them, with keys of ``next_ids``) with their first history rows."""
    if not rows:
        return
    rows = _stored(rows)
    insert_rows(table.model, table.fields, rows)
    _record_created(table, [row[table.at["id"]] for row in rows], user, reason)


def update_rows(table, rows, *, user, reason):
    """Write ``rows`` over the stored rows of the same key, with history.

    A row that had none yet gets one first with the value it held, so that the old value stays.
    """
    if not rows:
        return
    _record_baseline(table, [row[table.at["id"]] for row in rows])
    rows = _stored(rows)
    others = [name for name in table.fields if name != "id"]
    upsert_rows(table.model, table.fields, rows, unique=["id"], update=others)
    _record(table, rows, "~", user, reason)


def _stored(rows):
    """Rows as the database takes them. Looked at by column: most columns need no change at all."""
    columns = [
        column if _PLAIN.issuperset(map(type, column)) else map(stored, column) for column in zip(*rows, strict=True)
    ]
    return list(zip(*columns, strict=True))


def _record(table, rows, kind, user, reason):
    fields = [*table.fields, "history_date", "history_type", "history_user_id", "history_change_reason"]
    extra = (stored(timezone.now()), kind, user.pk if user else None, reason)
    insert_rows(table.model.history.model, fields, [row + extra for row in rows])


def _record_created(table, keys, user, reason):
    """Copy the rows just inserted into the history, inside the database."""
    live, history, columns = _names(table)
    # On SQLite nobody else writes meanwhile, so the new keys are one range.
    is_sqlite = connection.vendor == "sqlite"
    where, which = ("BETWEEN %s AND %s", (min(keys), max(keys))) if is_sqlite else ("= ANY(%s)", (keys,))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {history} ({columns}, history_date, history_type, history_user_id, history_change_reason) "
            f"SELECT {columns}, %s, '+', %s, %s FROM {live} WHERE id {where}",
            [_now(), user.pk if user else None, reason, *which],
        )


def _names(table):
    """Quoted for a statement: the model's table, its history's table, the columns that both have."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(table.model._meta.get_field(name).column) for name in table.fields)
    return quote(table.model._meta.db_table), quote(table.model.history.model._meta.db_table), columns


def _now():
    return connection.ops.adapt_datetimefield_value(timezone.now())


def _record_baseline(table, keys):
    live, history, columns = _names(table)
    now = _now()
    with connection.cursor() as cursor:
        for part in chunks(keys):
            marks = ", ".join(["%s"] * len(part))
            cursor.execute(
                f"INSERT INTO {history} ({columns}, history_date, history_type, history_change_reason) "
                f"SELECT {columns}, %s, '+', %s FROM {live} WHERE id IN ({marks}) "
                f"AND NOT EXISTS (SELECT 1 FROM {history} AS past WHERE past.id = {live}.id)",
                [now, BASELINE_REASON, *part],
            )
