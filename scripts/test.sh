#!/usr/bin/env bash
# Every test: on SQLite, on PostgreSQL with Redis, in Chromium new and old. Says at the end which parts ran.
# DATABASE_URL of a PostgreSQL server and REDIS_URL are used where set; else throw-away servers are started.
set -u
cd "$(dirname "$0")/.."
VENV=${VENV:-.venv}
PYTEST="$PWD/$VENV/bin/pytest"
GIVEN_DATABASE=${DATABASE_URL:-}
failed=0
summary=()

part() { # name, command...
  local name=$1
  shift
  echo "== $name"
  if "$@"; then
    summary+=("$name: passed")
  else
    summary+=("$name: FAILED")
    failed=1
  fi
}

missing() { # name, what to do
  if [ "${REQUIRE:-}" = 1 ]; then
    summary+=("$1: MISSING, and required ($2)")
    failed=1
  else
    summary+=("$1: not run ($2)")
  fi
}

on_sqlite() {
  env -u DATABASE_URL -u REDIS_URL "$PYTEST" -n 2 -m "not browser and not postgresql and not redis" "$@"
}

on_postgresql() {
  "$PYTEST" -n 2 -m "not browser" "$@"
}
export -f on_postgresql
export PYTEST

in_chromium() {
  env -u DATABASE_URL -u REDIS_URL "$PYTEST" -n 2 -m browser "$@"
}

# The pages that cadres use, in the last Chromium for Windows 7.
in_old_chromium() {
  local program
  program=$("$PWD/$VENV/bin/python" scripts/old_chromium.py) || return 1
  CHROMIUM=$program in_chromium visits "$@"
}

part "SQLite" on_sqlite "$@"

case "$GIVEN_DATABASE" in
  postgres*) part "PostgreSQL and Redis (given server)" on_postgresql "$@" ;;
  *)
    if command -v pg_virtualenv >/dev/null; then
      # A cluster of its own on a free port, gone afterwards; durability switched off, it holds only tests.
      part "PostgreSQL and Redis" pg_virtualenv -o fsync=off -o synchronous_commit=off -o full_page_writes=off \
        bash -c 'export DATABASE_URL="postgres://$PGUSER:$PGPASSWORD@$PGHOST:$PGPORT/postgres"; on_postgresql "$@"' - "$@"
    else
      missing "PostgreSQL and Redis" "set DATABASE_URL, or install the package postgresql"
    fi
    ;;
esac

if [ -x "${CHROMIUM:-/usr/bin/chromium}" ]; then
  part "Chromium" in_chromium "$@"
else
  missing "Chromium" "install the package chromium, or set CHROMIUM"
fi

if command -v npm >/dev/null; then
  part "Chromium 109" in_old_chromium "$@"
else
  missing "Chromium 109" "install npm, from whose registry it comes"
fi

echo
echo "Parts:"
printf '  %s\n' "${summary[@]}"
exit "$failed"
