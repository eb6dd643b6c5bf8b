"""``python -m benchmarks --households N``: one engine's rows of the performance table.

Reads ``DATABASE_URL``; the database must be empty.
"""

import argparse
import os

import django

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--households", type=int, default=20_000)
households = parser.parse_args().households

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sumyuan.settings")
# The demo county's day: its months are collected and its deadlines lie ahead.
os.environ.setdefault("TODAY", "2022-07-10")
django.setup()

# Models can be imported only now.
from benchmarks.table import print_table  # noqa: E402

print_table(households)
