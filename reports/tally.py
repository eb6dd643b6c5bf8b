"""Adding up ledger lines: the 合计 row of the appendix, and one row an area of the summary."""

from collections import Counter

from households.choices import Kind, MonitorKind
from ledger.calc import FLAGS, Warning, divide_half_up
from measures.models import SupportAction
from reports.rows import Risks

NO_RISKS = Risks(0, 0, None)
STARTED = (SupportAction.State.UNDER_WAY, SupportAction.State.DONE)
SUMMED = (
    "persons",
    "workers",
    "weak_workers",
    "wage",
    "business",
    "property",
    "transfer",
    "business_cost",
    "net",
    "estimate",
)


class Tally(Counter):
    """Sums over lines by name. Money in fen; a name that never came up is 0.

    Figures per person and shares come from the sums: Σ of the column ÷ Σ persons, rounded half
    up once. Last year's figure per person is over the households that have a last year.
    """

    def add(self, line, beside):
        """Add one line and what stands beside it."""
        self["households"] += 1
        for name in SUMMED:
            self[name] += getattr(line, name)
        if line.last_net is not None:
            self["with_last_year"] += 1
            self["last_net"] += line.last_net
            self["last_persons"] += line.last_persons
        self["no_labour"] += line.without_labour == line.persons
        self["incomplete"] += line.months_missing > 0
        self["warning", line.warning] += 1
        is_flagged = self._add_flags(line)
        self._add_actions(line, beside, is_flagged)
        risks = beside.risks.get(line.household_id, NO_RISKS)
        self["risks_open"] += risks.open
        self["risks_eliminated"] += risks.eliminated
        self["risk_households_open"] += risks.open > 0
        self["risk_households_eliminated"] += risks.open == 0 and risks.eliminated > 0

    def add_register(self, line, beside, policy):
        """Add what only the summary tells: who is on the register, visits, and falls by size."""
        if line.kind == Kind.LIFTED:
            self["lifted"] += 1
            self["lifted_persons"] += line.persons
        if line.monitor_kind != MonitorKind.NONE:
            self["monitored", line.monitor_kind] += 1
            self["monitored_persons", line.monitor_kind] += line.persons
            if not line.risk_eliminated:
                self["monitored_open"] += 1
                self["monitored_open_persons"] += line.persons
            if line.identified_on is not None and line.identified_on >= policy.window_start:
                self["newly_monitored"] += 1
        self["visits_due"] += policy.window_months
        self["visits"] += beside.visits.get(line.household_id, 0)
        if line.income_falling and line.change_rate is not None:
            self["large_falls" if line.change_rate <= -policy.terms().large_fall else "small_falls"] += 1
        for measure_line, amount in beside.paid.get(line.household_id, {}).items():
            self["line_paid", measure_line] += amount

    def _add_flags(self, line):
        flagged = False
        for name in FLAGS:
            if getattr(line, name):
                self[name] += 1
                flagged = True
        self["flagged"] += flagged
        return flagged

    def _add_actions(self, line, beside, is_flagged):
        actions = beside.actions.get(line.household_id)
        if not actions:
            self["flagged_without_actions"] += is_flagged
            return
        lines = set()
        for action in actions:
            measure_line, _ = beside.catalogue.measures[action.measure]
            lines.add(measure_line)
            self["line_actions", measure_line] += 1
            if action.gain is not None:
                self["with_gain"] += 1
                self["gain"] += action.gain
        for measure_line in lines:
            self["line_households", measure_line] += 1
            self["line_persons", measure_line] += line.persons
        states = {action.state for action in actions}
        self["only_suggested" if states == {SupportAction.State.SUGGESTED} else "decided"] += 1
        self["carried_out"] += not states.isdisjoint(STARTED)
        self["progress", progress(actions)] += 1

    @property
    def per_capita(self):
        """Σ estimates ÷ Σ persons, in fen; ``None`` over nobody."""
        return divide_half_up(self["estimate"], self["persons"]) if self["persons"] else None

    @property
    def last_per_capita(self):
        return divide_half_up(self["last_net"], self["last_persons"]) if self["last_persons"] else None

    @property
    def change(self):
        """The printed figure of this year less the printed figure of last year."""
        last = self.last_per_capita
        return None if last is None else self.per_capita - last

    @property
    def change_rate(self):
        """Hundredths of a percent; ``None`` without a last year above zero."""
        last = self.last_per_capita
        return divide_half_up(self.change * 10_000, last) if last is not None and last > 0 else None

    @property
    def transfer_share(self):
        """Σ transfer ÷ Σ of the four classes in hundredths of a percent; ``None`` without income."""
        gross = self["wage"] + self["business"] + self["property"] + self["transfer"]
        return share(self["transfer"], gross)

    @property
    def expected_gain(self):
        """Fen; ``None`` where nobody has estimated any."""
        return self["gain"] if self["with_gain"] else None

    @property
    def visit_rate(self):
        return share(self["visits"], self["visits_due"])

    def warnings(self):
        """How many households at each level, e.g. ``红3、橙1``."""
        levels = ((Warning.RED, "红"), (Warning.ORANGE, "橙"), (Warning.YELLOW, "黄"))
        return "、".join(f"{word}{self['warning', level]}" for level, word in levels if self["warning", level])


def share(part, whole):
    """``part ÷ whole`` in hundredths of a percent, rounded half up; ``None`` of nothing."""
    return divide_half_up(part * 10_000, whole) if whole > 0 else None


def progress(actions):
    """Column 措施是否落实: 是 when all are done, 进行中 when some have begun, else 否."""
    states = {action.state for action in actions}
    if states == {SupportAction.State.DONE}:
        return "是"
    return "否" if states.isdisjoint(STARTED) else "进行中"
