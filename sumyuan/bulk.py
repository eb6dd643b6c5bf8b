"""Writing many rows at once, fast, on both engines.

``bulk_create`` compiles every value of every row in Python. For ledgers and imports of a whole
county the rows go in as they are: by ``COPY`` on PostgreSQL, by ``executemany`` on SQLite. The
values are what the database stores (fen, ISO dates, 0/1, JSON text), see ``stored``.
"""

import json
from datetime import UTC, date, datetime
from io import StringIO
from uuid import UUID

from django.db import connection, transaction

COPY_CHUNK = 20_000
# So many new rows change how a table is best read.
MANY = 1_000
# For so few rows a staging table costs more than it saves.
FEW = 20


def stored(value):
    """A Python value as both engines take it: dates as ISO text, booleans as 0/1, JSON as text."""
    if value is None or type(value) in (int, str):
        return value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return value


def insert_rows(model, fields, rows):
    """Insert ``rows`` (tuples of stored values in the order of ``fields``) into a model's table.

    All in the caller's transaction; returns how many. Database constraints are checked by the
    database, nothing else is: the caller has validated.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        count = _insert(cursor, table, _columns(model, fields), rows)
        _refresh_statistics(cursor, table, count)
        return count


def upsert_rows(model, fields, rows, *, unique, update):
    """Insert ``rows``, or update the ``update`` fields of those whose ``unique`` fields exist.

    Columns outside ``update`` keep what they hold. Returns how many rows were given.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    columns = _columns(model, fields)
    keys = ", ".join(_columns(model, unique))
    sets = ", ".join(f"{column} = excluded.{column}" for column in _columns(model, update))
    conflict = f"ON CONFLICT ({keys}) DO UPDATE SET {sets}"
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        rows = rows if isinstance(rows, list) else list(rows)
        if connection.vendor == "sqlite":
            return _insert(cursor, table, columns, rows, conflict)
        if len(rows) <= FEW:
            return _upsert_few(cursor, table, columns, rows, conflict)
        staging = connection.ops.quote_name(f"staging_{model._meta.db_table}")
        names = ", ".join(columns)
        cursor.execute(f"CREATE TEMP TABLE {staging} ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA")
        count = _insert(cursor, staging, columns, rows)
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {staging} {conflict}")
        cursor.execute(f"DROP TABLE {staging}")
        _refresh_statistics(cursor, table, count)
        return count


def _upsert_few(cursor, table, columns, rows, conflict):
    """One statement. Every value goes as text, as ``COPY`` has it: the column says what it means."""
    if not rows:
        return 0
    line = f"({', '.join(['%s'] * len(columns))})"
    values = [value if value is None else str(value) for row in rows for value in row]
    lines = ", ".join([line] * len(rows))
    cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES {lines} {conflict}", values)
    return len(rows)


def _refresh_statistics(cursor, table, count):
    """Let PostgreSQL look at a table that has just grown.

    It would do so by itself a minute later; until then whatever follows in the transaction is
    planned as if the table were still small, and takes minutes instead of a second.
    """
    if count >= MANY and connection.vendor == "postgresql":
        cursor.execute(f"ANALYZE {table}")


def _columns(model, fields):
    return [connection.ops.quote_name(model._meta.get_field(name).column) for name in fields]


def _insert(cursor, table, columns, rows, conflict=""):
    names = ", ".join(columns)
    if connection.vendor == "sqlite":
        marks = ", ".join(["?"] * len(columns))
        rows = rows if isinstance(rows, list) else list(rows)
        # Straight to the driver: Django's cursor would look for "%s" in every statement again.
        with connection.wrap_database_errors:
            connection.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks}) {conflict}", rows)
        return len(rows)
    count = 0
    copy = f"COPY {table} ({names}) FROM STDIN"
    for chunk in _chunks(rows):
        # Not a method of Django's cursor, so its errors have to be made Django's here.
        with connection.wrap_database_errors:
            cursor.copy_expert(copy, StringIO("".join(map(_copy_line, chunk))))
        count += len(chunk)
    return count


def _chunks(rows):
    chunk = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == COPY_CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _copy_line(row):
    """A row in the text format of ``COPY``."""
    line = "\t".join(["\\N" if v is None else v if type(v) is str else str(v) for v in row])
    # Most rows hold nothing to escape, and counting is quicker than replacing.
    is_plain = line.count("\t") == len(row) - 1 and line.count("\\") == row.count(None)
    if not is_plain or "\n" in line or "\r" in line:
        line = "\t".join(["\\N" if v is None else str(v).translate(_ESCAPES) for v in row])
    return line + "\n"
