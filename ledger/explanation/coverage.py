"""Which months were collected and which persons count, and why not the others."""

from collections import defaultdict

from ledger.explanation.values import MonthLine, PersonLine
from visits.models import IncomeEntry, Visit


def month_lines(months, lines, visits, mask):
    """How each month was collected. ``mask`` is the reading of the calculation; ``None``: it made none."""
    collecting = defaultdict(set)
    for line in lines:
        if line.entry.is_counted and line.entry.source != IncomeEntry.Source.VISIT:
            collecting[line.entry.month].add(line.source)
    found = []
    for position, month in enumerate(months):
        visit = visits.get(month)
        ways = []
        if visit is not None and visit.state in Visit.COLLECTED_STATES:
            ways.append(f"{visit.get_way_display()}走访 {visit.visited_on:%m-%d}（{visit.get_state_display()}）")
        ways += sorted(collecting[month])
        is_collected = bool(mask >> position & 1) if mask is not None else bool(ways)
        if not ways and visit is not None:
            ways.append("走访还是草稿" if visit.state == Visit.State.DRAFT else "走访被退回")
        found.append(MonthLine(month, is_collected, "、".join(ways) or "没有走访，也没有导入或部门数据", visit))
    return found


def person_line(member, day):
    """Whether the member is one of the persons on ``day``, the last of the window, and why not."""
    if member.birth_date and member.birth_date > day:
        return PersonLine(member, False, f"{member.birth_date:%Y-%m-%d} 出生，在统计期之后")
    if member.joined_on and member.joined_on > day:
        return PersonLine(member, False, f"{member.joined_on:%Y-%m-%d} 加入，在统计期之后")
    if member.left_on and member.left_on <= day:
        reason = f"（{member.left_reason}）" if member.left_reason else ""
        return PersonLine(member, False, f"{member.left_on:%Y-%m-%d} 已离开{reason}")
    notes = []
    if member.joined_on:
        notes.append(f"{member.joined_on:%Y-%m-%d} 加入")
    if member.left_on:
        notes.append(f"{member.left_on:%Y-%m-%d} 才离开")
    return PersonLine(member, True, "，".join([f"{day.month} 月 {day.day} 日在册", *notes]))
