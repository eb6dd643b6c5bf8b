"""The rows of the performance table on one engine, each figure beside the bare thing measured in the same run."""

import sys
import tempfile
from datetime import date
from pathlib import Path
from statistics import median

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from benchmarks import bare_rebuild, bare_workbook, roster, visit
from benchmarks.timing import analyse, in_turn, peak_megabytes, seconds
from households.models import Household
from ledger.models import LedgerRow, PolicyYear
from ledger.services import check_ledger, rebuild_ledger
from visits.models import IncomeEntry

YEAR = 2022
DAY = date(2022, 7, 10)
MOST_QUERIES = 12


def print_table(households):
    """Build the demo county of that size in the empty database and print what was measured, as Markdown."""
    call_command("migrate", verbosity=0)
    call_command("demo", households=households, stdout=sys.stderr)
    analyse()
    engine = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
    size = f"{Household.objects.count():,} households, {IncomeEntry.objects.count():,} entries"
    print(f"| **{engine}**, {size} | bare | ours | ratio | asked |")
    print("| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        measure_rebuild()
        call_command("assign_measures", year=YEAR, stdout=sys.stderr)
        measure_pages()
        measure_visit()
        measure_workbook(folder / "county.xlsx", folder / "bare.xlsx")
        measure_roster(folder / "roster.xlsx")
    print()


def row(name, bare, ours, ratio, asked):
    print(f"| {name} | {bare} | {ours} | {ratio} | {asked} |", flush=True)


def measure_rebuild():
    policy = PolicyYear.objects.in_force().get(year=YEAR)
    bare_rebuild.rebuild(policy)
    if check_ledger(year=YEAR):
        raise SystemExit("the bare statement computes something else")
    for name, before in (
        ("rebuild of the county, no rows yet", LedgerRow.objects.all().delete),
        ("rebuild of the county, every row changed", lambda: LedgerRow.objects.update(net=-1)),
    ):
        ours, bare, ratio = in_turn(
            lambda: rebuild_ledger(year=YEAR), lambda: bare_rebuild.rebuild(policy), before=before
        )
        row(name, f"{bare:.2f} s", f"{ours:.2f} s", f"{ratio:.2f}", "≤ 2.5")
    ids = list(Household.objects.values_list("pk", flat=True)[:: max(1, Household.objects.count() // 50)])
    each = median(seconds(lambda pk=pk: rebuild_ledger(year=YEAR, household_ids=[pk])) for pk in ids)
    row(f"one household, median of {len(ids)}", "", f"{each * 1000:.1f} ms", "", "≤ 20 ms")


def measure_pages():
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username="county"))
    code = Household.objects.order_by("village")[0].village_id
    for path in (
        "/",
        "/households/",
        f"/ledger/{YEAR}/",
        f"/ledger/{YEAR}/{code[:6]}/",
        f"/ledger/{YEAR}/{code[:6]}/?flag=any",
        f"/ledger/{YEAR}/{code[:9]}/",
        f"/ledger/{YEAR}/{code}/",
        "/measures/",
    ):
        with CaptureQueriesContext(connection) as queries:
            took = seconds(lambda path=path: _get(client, path))
        row(f"`{path}`", "", f"{len(queries)} queries, {took * 1000:.0f} ms", "", f"≤ {MOST_QUERIES} queries")


def measure_visit():
    """Reporting a visit, and the form that it was typed into."""
    bare, ours, ratio = visit.medians(visit.compare())
    row(
        "reporting a visit of 6 amounts, ledger and all",
        f"{bare * 1000:.1f} ms",
        f"{ours * 1000:.1f} ms",
        f"{ratio:.2f}",
        "≤ 2",
    )
    client = visit.cadres_client()
    most_queries, sizes = 0, []
    for number in visit.households(100):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(f"/visits/{number}/{visit.MONTH}/", headers={"accept-encoding": "gzip"})
        most_queries = max(most_queries, len(queries))
        sizes.append(len(response.content) / 1024)
    told = f"{most_queries} queries, {median(sizes):.0f} KB over the wire, {max(sizes):.0f} KB at most"
    row("the form of a visit", "", told, "", "≤ 15 queries, ≤ 60 KB")
    forms, wire, unpacked, took = visit.prepare(client, 100)
    told = f"{wire / 2**20:.2f} MB over the wire, {unpacked / 2**20:.2f} MB unpacked, {took:.1f} s"
    row(f"preparing {forms} households for the road", "", told, "", "≤ 5 MB")


def _get(client, path):
    if client.get(path).status_code != 200:
        raise SystemExit(f"{path} does not answer")


def measure_workbook(path, bare_path):
    code = Household.objects.order_by("village")[0].village_id[:6]
    arguments = ("export_ledger", "--year", str(YEAR), "--area", code, "--output", str(path))
    megabytes = peak_megabytes(*arguments)
    cells = bare_workbook.read_cells(path)
    ours, bare, ratio = in_turn(
        lambda: call_command("export_ledger", year=YEAR, area=code, output=str(path), stdout=sys.stderr),
        lambda: bare_workbook.write_cells(cells, bare_path),
        runs=3,
    )
    row("county workbook", f"{bare:.2f} s", f"{ours:.2f} s", f"{ratio:.2f}", "≤ 1.5")
    row("county workbook, peak of the process", "", f"{megabytes:.0f} MB", "", "≤ 300 MB")


def measure_roster(path):
    persons = roster.write_roster(path)
    turns = roster.compare(path, DAY)
    bare, ours = (median(column) for column in zip(*turns, strict=True))
    ratio = median(ours / bare for bare, ours in turns)
    row(f"roster import, {persons:,} persons", f"{bare:.2f} s", f"{ours:.2f} s", f"{ratio:.2f}", "≤ 4")
