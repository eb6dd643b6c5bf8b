"""The rebuild as one hand-written ``INSERT … SELECT … ON CONFLICT``: the bare thing to compare with.

It computes and stores the same columns as ``ledger.services.rebuild_ledger``, and the benchmark
checks that it does (``check_ledger`` finds no difference after it).
"""

from django.db import connection, transaction

from ledger.models import LedgerRow
from ledger.services.rows import DERIVED, FIELDS
from visits.models import IncomeItem


def _round(numerator, denominator):
    """SQL of a division rounded half up, ties away from zero."""
    return (
        f"(CASE WHEN ({numerator}) < 0 THEN -((-2 * ({numerator}) + ({denominator})) / (2 * ({denominator})))"
        f" ELSE (2 * ({numerator}) + ({denominator})) / (2 * ({denominator})) END)"
    )


def statement(policy):
    """The statement for a policy year in force without excluded items."""
    terms = policy.terms()
    window, year = terms.window_months, terms.year_months
    postgresql = connection.vendor == "postgresql"
    first_tracked = (
        f"(m.last_month - interval '{window - 1} months')::date"
        if postgresql
        else f"date(m.last_month, '-{window - 1} months')"
    )
    true, false = ("TRUE", "FALSE") if postgresql else ("1", "0")
    in_window = f"e.month BETWEEN '{policy.window_start}' AND '{policy.last_month}'"
    tracked = "e.month BETWEEN m.first_tracked AND m.last_month"
    codes = {}
    for code, income_class, rhythm in IncomeItem.objects.values_list("code", "income_class", "rhythm"):
        codes.setdefault(income_class, []).append(code)
        if rhythm == "monthly":
            codes.setdefault(("monthly", income_class == "business_cost"), []).append(
                code if income_class in ("wage", "business", "property", "transfer", "business_cost") else ""
            )

    def total(condition, names, sign=""):
        listed = ", ".join(f"'{code}'" for code in names if code)
        return f"SUM(CASE WHEN {condition} AND e.item_id IN ({listed}) THEN {sign}e.amount ELSE 0 END)"

    def big(expression):
        return f"CAST(COALESCE({expression}, 0) AS BIGINT)"

    classes = ("wage", "business", "property", "transfer", "business_cost")
    sums = ", ".join(
        [f"{total(in_window, codes[name])} AS {name}" for name in classes]
        + [f"{total(tracked, codes[name])} AS t_{name}" for name in classes]
        + [
            f"{total(in_window, codes['monthly', False])} - {total(in_window, codes['monthly', True])} AS monthly_net",
            f"{total(in_window, ['X01'])} AS claims",
            f"{total(in_window, ['R01'])} AS self_paid",
        ]
    )
    bits = " ".join(f"WHEN '{month}' THEN {1 << k}" for k, month in enumerate(policy.months))
    # The policy years that ship have no quarterly items: the itemised estimate is monthly ones and the rest.
    columns = {
        "household": "f.id",
        "year": str(policy.year),
        "village": "f.village_id",
        "policy": str(policy.pk),
        **{name: f"f.{name}" for name in ("persons", "workers", "weak_workers", "without_labour", "labour_unknown")},
        "is_monitored": "f.is_monitored",
        "guarantee_open": "f.guarantee_open",
        "collected_mask": "f.mask",
        "months_missing": f"{window} - f.months",
        **{name: f"f.{name}" for name in (*classes, "claims", "self_paid", "last_net", "last_persons", "net")},
        "estimate": _round(f"f.net * {year}", str(window)),
        "per_capita": "f.per_capita",
        "transfer_share": "f.share",
        "last_per_capita": "f.last_per_capita",
        "change": "f.per_capita - f.last_per_capita",
        "change_rate": "f.rate",
        "itemised_estimate": f"CASE WHEN f.months > 0 THEN {_round('f.itemised', 'f.months')} END",
        "itemised_per_capita": "f.itemised_per_capita",
        "estimates_disagree": (
            f"COALESCE((f.itemised_per_capita < {terms.monitoring_line}) <> (f.per_capita < {terms.monitoring_line})"
            f" OR (f.itemised_per_capita < {terms.average_line}) <> (f.per_capita < {terms.average_line}), {false})"
        ),
        "reference_per_capita": (
            "CASE WHEN f.is_monitored THEN "
            + _round(f"f.net * {year} + (f.claims - f.self_paid) * {window}", f"{window} * f.persons")
            + " END"
        ),
        "tracking_month": "f.last_month",
        "tracking_estimate": f"CASE WHEN f.months_ever > 0 THEN {_round(f'f.t_net * {year}', str(window))} END",
        "tracking_per_capita": (
            f"CASE WHEN f.t_persons > 0 THEN {_round(f'f.t_net * {year}', f'{window} * f.t_persons')} END"
        ),
        "tracking_share": f"CASE WHEN f.t_gross > 0 THEN {_round('f.t_transfer * 10000', 'f.t_gross')} END",
        "income_falling": f"COALESCE(f.per_capita < f.last_per_capita, {false})",
        "below_monitoring_line": f"f.per_capita < {terms.monitoring_line}",
        "below_average_line": f"f.per_capita < {terms.average_line}",
        "high_transfer_share": f"COALESCE(f.share >= {terms.transfer_share_line}, {false})",
        "no_labour_low_income": "f.no_labour",
        "warning": (
            f"CASE WHEN f.per_capita < {terms.monitoring_line} OR f.guarantee_open THEN 3"
            f" WHEN f.no_labour OR COALESCE(f.rate <= {-terms.large_fall}, {false}) THEN 2"
            f" WHEN COALESCE(f.per_capita < f.last_per_capita, {false}) OR f.per_capita < {terms.average_line}"
            f" OR COALESCE(f.share >= {terms.transfer_share_line}, {false}) THEN 1 ELSE 0 END"
        ),
    }
    target = ", ".join(f'"{LedgerRow._meta.get_field(name).column}"' for name in FIELDS)
    updates = ", ".join(
        f'"{LedgerRow._meta.get_field(name).column}" = excluded."{LedgerRow._meta.get_field(name).column}"'
        for name in (*DERIVED, "computed_at")
    )
    people = """
        SUM(CASE WHEN p.labour IN ('ordinary', 'skilled') THEN 1 ELSE 0 END) AS workers,
        SUM(CASE WHEN p.labour = 'weak' THEN 1 ELSE 0 END) AS weak_workers,
        SUM(CASE WHEN p.labour IN ('lost', 'none') THEN 1 ELSE 0 END) AS without_labour,
        SUM(CASE WHEN p.labour = '' THEN 1 ELSE 0 END) AS labour_unknown
    """
    last_tracked_day = (
        "(m.last_month + interval '1 month' - interval '1 day')::date"
        if postgresql
        else "date(m.last_month, '+1 month', '-1 day')"
    )

    def there(day):
        return (
            f"(p.birth_date IS NULL OR p.birth_date <= {day}) AND (p.joined_on IS NULL OR p.joined_on <= {day})"
            f" AND (p.left_on IS NULL OR p.left_on > {day})"
        )

    day = f"'{policy.last_day}'"
    return f"""
    INSERT INTO ledger_ledgerrow ({target}, computed_at)
    WITH collected AS (
        SELECT household_id, month FROM visits_visit WHERE state IN ('submitted', 'approved')
        UNION
        SELECT household_id, month FROM visits_incomeentry WHERE is_counted AND source IN ('import', 'feed')
    ),
    m AS (
        SELECT m.*, {first_tracked} AS first_tracked, {last_tracked_day} AS last_day FROM (
            SELECT household_id, MAX(month) AS last_month, CAST(SUM(CASE month {bits} ELSE 0 END) AS INTEGER) AS mask,
                CAST(SUM(CASE WHEN month BETWEEN '{policy.window_start}' AND '{policy.last_month}'
                    THEN 1 ELSE 0 END) AS INTEGER) AS months
            FROM collected GROUP BY household_id
        ) m
    ),
    s AS (
        SELECT e.household_id, {sums} FROM visits_incomeentry e JOIN m ON m.household_id = e.household_id
        WHERE e.is_counted GROUP BY e.household_id
    ),
    p AS (
        SELECT p.household_id, COUNT(*) AS persons, {people} FROM households_member p
        WHERE {there(day)} GROUP BY p.household_id
    ),
    tp AS (
        SELECT p.household_id, COUNT(*) AS persons FROM households_member p JOIN m ON m.household_id = p.household_id
        WHERE {there("m.last_day")} GROUP BY p.household_id
    ),
    a AS (
        SELECT household_id, persons, wage + business + property + transfer - business_cost AS net
        FROM households_annualincome WHERE year = {policy.year - 1}
    ),
    raw AS (
        SELECT h.id, h.village_id, h.monitor_kind <> 'none' AS is_monitored,
            COALESCE(v.is_schooling_safe = FALSE OR v.is_medical_safe = FALSE
                OR COALESCE(v.is_housing_safe, NOT h.is_dangerous_house) = FALSE
                OR COALESCE(v.is_water_safe, h.has_safe_water) = FALSE, {false}) AS guarantee_open,
            COALESCE(m.mask, 0) AS mask, COALESCE(m.months, 0) AS months, m.last_month,
            CASE WHEN m.last_month IS NULL THEN 0 ELSE 1 END AS months_ever,
            p.persons, p.workers, p.weak_workers, p.without_labour, p.labour_unknown,
            COALESCE(tp.persons, 0) AS t_persons,
            {", ".join(f"{big(f's.{name}')} AS {name}" for name in (*classes, "monthly_net", "claims", "self_paid"))},
            {big("s.t_wage + s.t_business + s.t_property + s.t_transfer")} AS t_gross,
            {big("s.t_wage + s.t_business + s.t_property + s.t_transfer - s.t_business_cost")} AS t_net,
            {big("s.t_transfer")} AS t_transfer,
            a.net AS last_net, a.persons AS last_persons
        FROM households_household h
        JOIN p ON p.household_id = h.id
        LEFT JOIN m ON m.household_id = h.id
        LEFT JOIN s ON s.household_id = h.id
        LEFT JOIN tp ON tp.household_id = h.id
        LEFT JOIN a ON a.household_id = h.id
        LEFT JOIN visits_visit v ON v.household_id = h.id AND v.month = (
            SELECT MAX(w.month) FROM visits_visit w
            WHERE w.household_id = h.id AND w.state IN ('submitted', 'approved')
        )
        WHERE h.left_on IS NULL OR h.left_on > {day}
    ),
    n AS (
        SELECT raw.*, wage + business + property + transfer AS gross,
            wage + business + property + transfer - business_cost AS net,
            {_round("last_net", "last_persons")} AS last_per_capita
        FROM raw
    ),
    c AS (
        SELECT n.*, {_round(f"net * {year}", f"{window} * persons")} AS per_capita,
            CASE WHEN gross > 0 THEN {_round("transfer * 10000", "gross")} END AS share,
            monthly_net * {year} + (net - monthly_net) * months AS itemised
        FROM n
    ),
    f AS (
        SELECT c.*,
            CASE WHEN last_per_capita > 0
                THEN {_round("(per_capita - last_per_capita) * 10000", "last_per_capita")} END AS rate,
            CASE WHEN months > 0 THEN {_round("itemised", "months * persons")} END AS itemised_per_capita,
            labour_unknown = 0 AND without_labour = persons AND per_capita < {terms.low_income_line} AS no_labour
        FROM c
    )
    SELECT {", ".join(columns[name] for name in FIELDS)}, CURRENT_TIMESTAMP FROM f WHERE {true}
    ON CONFLICT (household_id, year) DO UPDATE SET {updates}
    """


def rebuild(policy):
    """Run the statement for the whole database."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement(policy).replace("%", "%%"))
