"""The worked examples of docs/policy.md, read from the document."""

import re
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from ledger.calc import LastYear, Sums
from sumyuan.fields import to_fen

DOCUMENT = Path(__file__).parents[2] / "docs" / "policy.md"
FLAG_WORDS = {
    "falling": "income_falling",
    "monitoring": "below_monitoring_line",
    "average": "below_average_line",
    "transfer": "high_transfer_share",
    "no labour": "no_labour_low_income",
}
LABOUR_WORDS = {"普通": "ordinary", "技能": "skilled", "弱半": "weak", "丧失": "lost", "无": "none"}


class Example(NamedTuple):
    """One row of the table: what goes in, what is printed. Fen, hundredths of a percent."""

    name: str
    sums: Sums
    months: int
    persons: int
    # One labour code a person; the table names some persons, the rest are children.
    labour: list
    last_year: LastYear | None
    estimate: int
    per_capita: int
    share: int | None
    flags: list


def _fen(cell):
    return to_fen(Decimal(re.match(r"−?[\d.]+", cell)[0].replace("−", "-")))


def _labour(cell, persons):
    named = [
        code for count, word in re.findall(r"(\d) (\S+?)(?:,|$)", cell) for code in [LABOUR_WORDS[word]] * int(count)
    ]
    return named + ["none"] * (persons - len(named))


def worked_examples():
    """Every row of the table under "Worked examples"."""
    rows = re.findall(r"^\| ([A-Z]) \| (.+) \|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    examples = []
    for name, rest in rows:
        *sums, persons, last, labour, estimate, per_capita, share, flags = [cell.strip() for cell in rest.split("|")]
        persons = int(persons)
        words = [] if flags == "none" else flags.split(";")[0].split(", ")
        missing = re.search(r"缺(\d)个月", flags)
        examples.append(
            Example(
                name=name,
                sums=Sums(*map(_fen, sums)),
                months=9 - int(missing[1]) if missing else 9,
                persons=persons,
                labour=_labour(labour, persons),
                # Any household size gives the same per capita; one person is the simplest.
                last_year=None if last == "none" else LastYear(_fen(last), 1),
                estimate=_fen(estimate),
                per_capita=_fen(per_capita),
                share=None if share == "–" else round(Decimal(share.removesuffix(" %")) * 100),
                flags=[FLAG_WORDS[word] for word in words],
            )
        )
    return examples
