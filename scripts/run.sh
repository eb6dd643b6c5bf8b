#!/usr/bin/env bash
# What `make run` does once everything is installed: a database with the demo county if it was empty, the
# ledger, the measures, the county workbook, and the site on 127.0.0.1. Running it again keeps the data.
set -euo pipefail
cd "$(dirname "$0")/.."
bin="${VENV:-.venv}/bin"
port="${PORT:-8000}"
year=2022
workbook="out/ledger-$year.xlsx"

# What the environment or .env says goes first.
default() {
    if [ -z "${!1+set}" ] && ! grep -qs "^\(export  *\)\?$1=" .env; then export "$1=$2"; fi
}
default DEBUG 1
# Three days after the plan was issued: months are due and deadlines lie ahead.
default TODAY 2022-07-10

if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    echo "端口 $port 已被占用。换一个端口：make run PORT=$((port + 1))" >&2
    exit 1
fi

read -r debug has_redis < <("$bin/python" -c '
from sumyuan import settings
print(int(settings.DEBUG), int(bool(settings.REDIS_URL)))')

manage() { "$bin/python" manage.py "$@"; }
mkdir -p out
manage migrate --verbosity 0
manage demo --if-empty
manage rebuild_ledger --year $year
manage assign_measures --year $year
manage export_ledger --year $year --output "$workbook"
# With debug off, pages name the collected files.
if [ "$debug" = 0 ]; then manage collectstatic --no-input --verbosity 0; fi

echo "附件台账：$workbook"
echo "打开 http://127.0.0.1:$port/ （Ctrl+C 停止）"
trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
if [ "$has_redis" = 1 ]; then
    "$bin/celery" -A sumyuan --quiet worker --loglevel WARNING --concurrency 1 &
fi
# One worker process: without Redis, jobs and the cache live in it.
"$bin/gunicorn" sumyuan.wsgi --bind "127.0.0.1:$port" --workers 1 --threads 8 --log-level warning &
wait -n
