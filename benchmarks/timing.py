"""Timing two things in turn, and the memory of a command."""

import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from django.db import connection

LAUNCHER = str(Path(__file__).with_name("peak.py"))


def seconds(work):
    start = perf_counter()
    work()
    return perf_counter() - start


def in_turn(ours, bare, *, runs=5, before=None):
    """Median seconds of both and the median ratio, run A B A B … so that a drifting machine moves both."""
    pairs = []
    for _ in range(runs):
        pair = []
        for work in (bare, ours):
            if before:
                before()
            pair.append(seconds(work))
        pairs.append(pair)
    return median(b for _, b in pairs), median(a for a, _ in pairs), median(b / a for a, b in pairs)


def peak_megabytes(*arguments):
    """Peak resident memory of a management command in a process of its own, start-up included."""
    launched = [sys.executable, LAUNCHER, sys.executable, "manage.py", *arguments]
    return int(subprocess.run(launched, check=True, capture_output=True, text=True).stdout) / 1024


def analyse():
    """Give PostgreSQL the statistics that it would have gathered by itself a minute later."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
