"""Evidence of potential savings: what the days of a month show of each thing that a rule looks at.

Owns the tables that it is found in, made one after another in an engine: keys, days, members, groups, parts. A rule is
its number here; what it demands stands in a table, so that one pass serves all rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.ledger.reduce import DAY_OF_MONTH
from finmod.taxonomy.column_level import NAME, subject_sql
from finmod.taxonomy.naming import NAMES, Naming
from finmod.terms.savings import SavingRule

ALSO: Final = ("ConsumedUnit", "PricingUnit", "CommitmentDiscountName", "CommitmentDiscountType")
"""Texts of keys that are wanted beside those that rules look at."""

METER: Final = "coalesce(SkuMeter, ChargeDescription)"
"""SQL: what tells the kind of usage; bills of FOCUS 1.0 have no meter."""

_PLACE: Final = "x_Source, BillingCurrency, SubAccountId, RegionId, ServiceName, ResourceId, meter"
_DEMANDS: Final = ("days", "months", "steady", "weekends", "hours", "no_decline", "beside_at_most")
_LEAST_SPAN: Final = 7
_HOURS: Final = "('hours', 'hour', 'hrs')"
# Shares of money and quantities are compared as products: DuckDB divides decimals as floats. Of four places, so that
# the product of one and of an amount has room.
_NUMBER: Final = "DECIMAL(9,4)"


def make_keys(
    engine: Engine,
    naming: Naming,
    rules: Sequence[tuple[str, str | None]],
    dimensions: Mapping[str, str],
    texts: str,
) -> None:
    """Make the table of keys that a rule selects or looks at beside, and of credits, which may belong to them.

    Args:
        engine: Has the names of the keys.
        naming: What they mean.
        rules: Of each rule the dimension that selects, and the one of what is looked at beside; None for none.
        dimensions: Dimension -> its column.
        texts: SQL of the charge keys of the month, which have ``ALSO``.
    """
    selected = _numbers([f"o_{naming.place(when)}" for when, _ in rules])
    beside = _numbers([f"o_{naming.place(name)}" if name else None for _, name in rules])
    named = ", ".join(f"{naming.value_sql(name, 'n.')} AS {identifier(own)}" for name, own in dimensions.items())
    also = ", ".join(f"t.{identifier(name)}" for name in ALSO)
    engine.run(
        "CREATE OR REPLACE TEMP TABLE savings_keys AS SELECT row_number() OVER () AS key, * FROM ("
        f"SELECT n.x_Source, n.x_ChargeKey, n.segment, n.BillingCurrency, n.SubAccountId, n.SubAccountName, "
        f"n.RegionId, n.ServiceName, n.ResourceId, {subject_sql(NAME, 'n.')} AS name, "
        f"coalesce(n.SkuMeter, n.ChargeDescription) AS meter, {also}, "
        f"CASE WHEN n.CommitmentDiscountStatus IN ('Used', 'Unused') THEN coalesce(n.CommitmentDiscountId, '') END "
        f"AS commitment, n.ChargeCategory = 'Usage' AND n.ChargeClass IS NULL AS is_usage, "
        f"coalesce(n.ChargeCategory IN ('Credit', 'Adjustment'), false) AS is_credit, "
        f"{selected} AS rules, {beside} AS beside{', ' if named else ''}{named} "
        f"FROM {NAMES} AS n JOIN {texts} AS t USING (x_Source, x_BillingPeriod, x_ChargeKey) "
        "WHERE n.x_TrueUpOf IS NULL) WHERE (is_usage AND (len(rules) > 0 OR len(beside) > 0)) OR is_credit"
    )


def _numbers(columns: Sequence[str | None]) -> str:
    """Return SQL of the list of the places at which a column names something."""
    cases = ", ".join(f"CASE WHEN n.{name} > 0 THEN {place} END" for place, name in enumerate(columns) if name)
    return f"[each FOR each IN [{cases}]::INTEGER[] IF each IS NOT NULL]"


def make_days(engine: Engine, cube: str, reported: Callable[[str], str]) -> None:
    """Make the tables of what the keys cost and used by day, and of the days that each source's bill reaches.

    Args:
        engine: Has the keys.
        cube: SQL of the cube of the month, with the segment of each row.
        reported: SQL of rows with BillingCurrency and costs -> SQL of the same with the reporting currency's beside.
    """
    engine.run(
        "CREATE OR REPLACE TEMP TABLE savings_cube AS SELECT k.key, k.BillingCurrency, d.* FROM "
        f"{cube} AS d JOIN savings_keys AS k USING (x_Source, x_ChargeKey, segment)"
    )
    engine.run(
        "CREATE OR REPLACE TEMP TABLE savings_days AS "
        f"SELECT key, {DAY_OF_MONTH} AS day, coalesce(x_ChargeDays, 1) AS length, ConsumedQuantity, "
        "x_ReportingEffectiveCost AS cost, x_UnknownEffectiveCost AS unknown, "
        "EffectiveCost IS NOT NULL AND x_ReportingEffectiveCost IS NULL AS unrated "
        f"FROM {reported('SELECT * FROM savings_cube')}"
    )
    last = "least(day + CAST(length AS INTEGER) - 1, last_day(day))"
    engine.run(
        "CREATE OR REPLACE TEMP TABLE savings_spans AS "
        f"SELECT x_Source, min(day) AS first, coalesce(max(day) FILTER (length = 1), max({last})) AS last "
        f"FROM (SELECT x_Source, {DAY_OF_MONTH} AS day, coalesce(x_ChargeDays, 1) AS length FROM {cube}) GROUP BY ALL"
    )


def make_groups(engine: Engine, rules: Sequence[SavingRule]) -> None:
    """Make the tables of members, which key is in which group, and of groups: the things that a rule looks at."""
    families = "".join(
        f"WHEN {place} THEN coalesce(nullif(regexp_extract(meter, {literal(rule.family)}, 1, 'i'), ''), meter) "
        for place, rule in enumerate(rules)
        if rule.family
    )
    of_family = f"CASE rule {families}ELSE meter END" if families else "meter"
    kinds = _case({place: literal(rule.per) for place, rule in enumerate(rules)}, "'resource'")
    by_meter = _case({place: "true" for place, rule in enumerate(rules) if rule.successors}, "false")
    engine.run(
        "CREATE OR REPLACE TEMP TABLE savings_groups AS SELECT row_number() OVER () AS grp, *, per = 'resource' AND "
        "ResourceId IS NOT NULL AS has_resource FROM ("
        "SELECT rule, per, x_Source, BillingCurrency, "
        "CASE WHEN per IN ('resource', 'place') THEN SubAccountId END AS SubAccountId, "
        "CASE WHEN per <> 'commitment' THEN RegionId END AS RegionId, "
        "CASE WHEN per <> 'commitment' THEN ServiceName END AS ServiceName, "
        "CASE WHEN per = 'resource' THEN ResourceId END AS ResourceId, "
        f"CASE per WHEN 'commitment' THEN commitment WHEN 'family' THEN {of_family} "
        f"WHEN 'resource' THEN CASE WHEN {by_meter} OR ResourceId IS NULL THEN meter END END AS kind, "
        "list(key) AS keys FROM ("
        f"SELECT *, {kinds} AS per FROM (SELECT *, unnest(rules) AS rule FROM savings_keys WHERE is_usage)) "
        "GROUP BY ALL)"
    )
    engine.run("CREATE OR REPLACE TEMP TABLE savings_members AS SELECT grp, unnest(keys) AS key FROM savings_groups")


def _case(values: Mapping[int, str], other: str) -> str:
    parts = " ".join(f"WHEN {place} THEN {value}" for place, value in values.items())
    return f"CASE rule {parts} ELSE {other} END" if parts else other


def make_evidence(engine: Engine, rules: Sequence[SavingRule]) -> None:
    """Make the table of evidence: one row per group that shows all that its rule demands of days and of what is beside.

    The table savings_untold has those that may show it, for an unknown cost of theirs or beside may be small or large.

    Columns: grp, days, span (days that the bill reaches), first and last day, quantity and unit (NULL of several
    units), least and average day, weekday and weekend, last seven days' average, cost, least_cost, beside_cost, unknown
    and unrated charges. Averages are of quantities where there is one unit, else of costs.
    """
    demands = ", ".join(
        f"({place}, {', '.join(_value(getattr(rule.evidence, name)) for name in _DEMANDS)}, "
        f"{literal(rule.evidence.without) if rule.evidence.without else 'NULL'}, "
        f"{rule.evidence.needs_resource}, {rule.evidence.needs_days})"
        for place, rule in enumerate(rules)
    )
    names = ", ".join(("rule", *(f"least_{name}" for name in _DEMANDS), "without", "of_resource", "by_day"))
    engine.run(f"CREATE OR REPLACE TEMP TABLE savings_demands AS SELECT * FROM (VALUES {demands}) AS t({names})")
    engine.run(f"CREATE OR REPLACE TEMP TABLE savings_seen AS {_BESIDE}")
    engine.run(f"CREATE OR REPLACE TEMP TABLE savings_paired AS {_PAIRED}")
    engine.run(f"CREATE OR REPLACE TEMP TABLE savings_shown AS {_EVIDENCE}")
    for name, test in (("savings_evidence", "NOT is_untold"), ("savings_untold", "is_untold")):
        engine.run(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * EXCLUDE is_untold FROM savings_shown WHERE {test}")


def _value(number: object) -> str:
    return f"NULL::{_NUMBER}" if number is None else f"{number}::{_NUMBER}"


_BESIDE: Final = """
SELECT rule, x_Source, SubAccountId, RegionId, ResourceId, sum(cost) AS cost,
    bool_or(cost IS NULL OR unknown > 0 OR unrated) AS is_unknown
FROM (SELECT *, unnest(beside) AS rule FROM savings_keys WHERE is_usage AND len(beside) > 0)
JOIN savings_days USING (key)
WHERE coalesce(ConsumedQuantity, 1) > 0
GROUP BY ALL
"""

# That usage lacks on one thing tells something where the same bill has it on another of the kind.
_PAIRED: Final = """
SELECT DISTINCT g.rule, g.x_Source FROM savings_groups AS g JOIN savings_demands AS d USING (rule)
JOIN savings_seen AS s ON s.rule = g.rule AND s.x_Source = g.x_Source
    AND s.SubAccountId IS NOT DISTINCT FROM g.SubAccountId
    AND CASE WHEN d.without = 'place' THEN s.RegionId = g.RegionId ELSE s.ResourceId = g.ResourceId END
"""

_BY_DAY: Final = """
SELECT grp, day, sum(ConsumedQuantity) AS quantity, sum(cost) AS cost
FROM savings_members JOIN savings_days USING (key) WHERE length = 1 GROUP BY ALL
"""

# Charges of several days are few: theirs alone are spread over days.
_LONG: Final = """
SELECT DISTINCT grp, day + CAST(unnest(range(length)) AS INTEGER) AS day
FROM savings_members JOIN savings_days USING (key) WHERE length > 1
"""

_COVERED: Final = """
SELECT grp, count(*) AS days, min(day) AS first, max(day) AS last FROM (
    SELECT grp, day FROM by_day UNION ALL SELECT grp, day FROM long ANTI JOIN by_day USING (grp, day)
) GROUP BY ALL
"""

_KEY_SUMS: Final = """
SELECT key, sum(ConsumedQuantity) AS quantity, sum(cost) AS cost, sum(unknown) AS unknown,
    count(*) FILTER (unrated) AS unrated, bool_or(length > 1) AS is_long, count(*) = count(ConsumedQuantity) AS is_told
FROM savings_days GROUP BY ALL
"""

_SUMS: Final = """
SELECT grp, sum(s.quantity) AS quantity, sum(s.cost) AS cost, CAST(sum(s.unknown) AS BIGINT) AS unknown,
    CAST(sum(s.unrated) AS BIGINT) AS unrated, bool_or(s.is_long) AS is_long,
    CASE WHEN count(DISTINCT ConsumedUnit) = 1 AND count(*) = count(ConsumedUnit) AND bool_and(s.is_told)
        THEN min(ConsumedUnit) END AS unit
FROM savings_members JOIN key_sums AS s USING (key) JOIN savings_keys USING (key) GROUP BY ALL
"""

_SHAPE: Final = """
SELECT grp, min(amount) AS least, max(amount) AS most, sum(amount) AS amount, min(cost) AS least_cost,
    coalesce(sum(amount) FILTER (isodow(day) < 6), 0) AS on_weekdays,
    coalesce(sum(amount) FILTER (isodow(day) > 5), 0) AS on_weekends,
    coalesce(sum(amount) FILTER (day > span_last - 7), 0) AS lately
FROM (
    SELECT d.grp, d.day, d.cost, CASE WHEN s.unit IS NULL THEN d.cost ELSE d.quantity END AS amount, p.last AS span_last
    FROM by_day AS d JOIN sums AS s USING (grp) JOIN savings_groups AS g USING (grp)
    JOIN savings_spans AS p USING (x_Source)
) GROUP BY ALL
"""


def _number(column: str) -> str:
    """Return SQL of a quantity as a number whose products have room: byte-seconds of a month fill a decimal.

    Shapes are compared with it, and nothing that is summed or told.
    """
    return f"CAST({column} AS DOUBLE)"


_NEARLY: Final = "0.999999999::DOUBLE"
"""Leaves room for how doubles round."""

_EVIDENCE: Final = f"""
WITH by_day AS MATERIALIZED ({_BY_DAY}), long AS ({_LONG}), covered AS ({_COVERED}), key_sums AS ({_KEY_SUMS}),
sums AS MATERIALIZED ({_SUMS}), shape AS ({_SHAPE}),
spans AS (
    SELECT *, CAST(last - first + 1 AS INTEGER) AS span,
        len([d FOR d IN range(CAST(last - first + 1 AS INTEGER)) IF isodow(first + CAST(d AS INTEGER)) < 6]) AS weekdays
    FROM savings_spans
),
of_resource AS (SELECT rule, x_Source, SubAccountId, ResourceId, sum(cost) AS cost, bool_or(is_unknown) AS is_unknown
    FROM savings_seen WHERE ResourceId IS NOT NULL GROUP BY ALL),
of_place AS (SELECT rule, x_Source, SubAccountId, RegionId, sum(cost) AS cost FROM savings_seen GROUP BY ALL),
found AS (
    SELECT g.grp, g.rule, g.has_resource, g.SubAccountId IS NOT NULL AND g.RegionId IS NOT NULL AS has_place, c.days,
        p.span, p.weekdays, c.first, c.last, s.quantity, s.unit, s.cost, s.unknown, s.unrated, s.is_long, h.least,
        h.most, h.amount, h.least_cost, h.on_weekdays, h.on_weekends, h.lately,
        e.rule IS NOT NULL AS is_seen,
        CASE WHEN d.without = 'place' THEN b.cost ELSE r.cost END AS beside_cost,
        CASE WHEN d.without = 'place' THEN b.rule IS NOT NULL ELSE r.rule IS NOT NULL END AS has_beside,
        coalesce(r.is_unknown, false) AS is_beside_unknown,
        d.* EXCLUDE (rule)
    FROM savings_groups AS g JOIN savings_demands AS d USING (rule) JOIN covered AS c USING (grp)
    JOIN sums AS s USING (grp) JOIN spans AS p USING (x_Source) LEFT JOIN shape AS h USING (grp)
    LEFT JOIN savings_paired AS e ON e.rule = g.rule AND e.x_Source = g.x_Source
    LEFT JOIN of_resource AS r ON r.rule = g.rule AND r.x_Source = g.x_Source
        AND r.SubAccountId IS NOT DISTINCT FROM g.SubAccountId AND r.ResourceId = g.ResourceId
    LEFT JOIN of_place AS b ON b.rule = g.rule AND b.x_Source = g.x_Source AND b.SubAccountId = g.SubAccountId
        AND b.RegionId = g.RegionId
)
SELECT grp, days, span, weekdays, first, last, quantity, unit, cost, unknown, unrated, is_long, least, amount,
    least_cost, on_weekdays, on_weekends, lately, coalesce(beside_cost, 0) AS beside_cost,
    least_beside_at_most IS NOT NULL AND (is_beside_unknown OR NOT is_little) AS is_untold
FROM (
    SELECT *, coalesce(beside_cost, 0) <= least_beside_at_most * coalesce(cost, 0) AS is_little,
        unknown > 0 OR unrated > 0 AS is_cost_unknown
    FROM found
)
WHERE (cost > 0 OR unknown > 0 OR unrated > 0)
    AND (least_days IS NULL OR (span >= {_LEAST_SPAN} AND days >= least_days * span))
    AND (NOT of_resource OR has_resource)
    AND (NOT by_day OR (NOT is_long AND amount > 0))
    AND (least_steady IS NULL OR {_number("least")} >= least_steady * {_number("most")} * {_NEARLY})
    AND (least_weekends IS NULL OR (weekdays > 0 AND span > weekdays AND {_number("on_weekends")} * weekdays
        >= least_weekends * {_number("on_weekdays")} * (span - weekdays) * {_NEARLY}))
    AND (least_hours IS NULL OR NOT has_resource OR unit IS NULL OR lower(unit) NOT IN {_HOURS}
        OR {_number("amount")} >= least_hours * days * {_NEARLY})
    AND (least_no_decline IS NULL OR span < 7
        OR {_number("lately")} * span >= least_no_decline * {_number("amount")} * 7 * {_NEARLY})
    AND (without IS NULL OR (is_seen AND NOT has_beside AND (without <> 'place' OR has_place)))
    AND (least_beside_at_most IS NULL OR (is_seen AND (is_little OR is_cost_unknown)))
"""


def make_parts(engine: Engine) -> None:
    """Make the tables of parts, which are charges of one place that all the same rules select, and of their keys.

    A credit or adjustment of the same place goes with the dearest of its parts: with usage that ends, its discount
    ends too.
    """
    engine.run(
        "CREATE OR REPLACE TEMP TABLE savings_placed AS "
        f"SELECT row_number() OVER () AS part, * FROM (SELECT {_PLACE}, commitment, rules, list(key) AS keys "
        "FROM savings_keys WHERE is_usage AND len(rules) > 0 GROUP BY ALL)"
    )
    engine.run("CREATE OR REPLACE TEMP TABLE savings_part_keys AS SELECT part, unnest(keys) AS key FROM savings_placed")
    same = " AND ".join(f"p.{name.strip()} IS NOT DISTINCT FROM c.{name.strip()}" for name in _PLACE.split(","))
    engine.run(
        "CREATE OR REPLACE TEMP TABLE savings_parts AS WITH own AS (SELECT part, sum(cost) AS cost, "
        "CAST(sum(unknown) AS BIGINT) AS unknown, count(*) FILTER (unrated) AS unrated "
        "FROM savings_part_keys JOIN savings_days USING (key) GROUP BY ALL), "
        f"credits AS (SELECT {_PLACE}, sum(cost) AS cost FROM savings_keys JOIN savings_days USING (key) "
        f"WHERE is_credit GROUP BY ALL), dearest AS (SELECT {_PLACE}, arg_max(part, coalesce(own.cost, 0)) AS part "
        "FROM savings_placed JOIN own USING (part) GROUP BY ALL), less AS (SELECT p.part, sum(c.cost) AS cost "
        f"FROM credits AS c JOIN dearest AS p ON {same} GROUP BY ALL) "
        "SELECT own.part, p.commitment, own.cost + coalesce(less.cost, 0) AS cost, own.unknown, own.unrated "
        "FROM own JOIN savings_placed AS p USING (part) LEFT JOIN less USING (part)"
    )
