"""Rules over charge keys, beside the same rules as CASE WHEN; and a changed taxonomy on a large month.

Owns the invented taxonomies and keys. Times are of this process: reading the project, the rules and all that
``finmod tags`` tells are in them, the start of Python is not.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from finmod.engines.duckdb import Engine, literal
from finmod.settings.project import load_project
from finmod.taxonomy.definition import Dimension
from finmod.taxonomy.naming import name_keys
from finmod.taxonomy.patterns import is_pattern, regex
from finmod.taxonomy.reading import read_taxonomy
from finmod.taxonomy.segments import Segments
from finmod.workspace.tags import tag_report

_KEYS = """
SELECT 0 AS segment, NULL::VARCHAR AS AllocatedTags, 'aws' AS x_Source,
    CASE WHEN i % 3 > 0
        THEN '{{"product": "p' || (i % 41) || '", "team": "t' || (i % 70) || '", "Name": "n' || i || '"}}' END AS Tags,
    printf('%012d', i % 200) AS SubAccountId, 'Service ' || (i % 80) AS ServiceName,
    CASE i % 5 WHEN 0 THEN printf('p%02d-web-prod-%d', i % 60, i) WHEN 1 THEN 'x' || (i % 40) || '-' || i
        WHEN 2 THEN 'y' || (i % 40) || '-' || i ELSE 'something-else-' || i END AS ResourceName,
    'arn:aws:ec2:eu:' || (i % 100) || ':instance/team' || (i % 30) || '-' || i AS ResourceId
FROM range({keys}) AS r(i)
"""
"""Every key has tags, a name and an id of its own, which is the worst case: no text is met twice."""


def rules_text(*, products: int = 40, conditions: int = 30, teams: int = 30, accounts: int = 20) -> str:
    """Return a taxonomy of two dimensions with a pattern, account or condition per rule."""
    values = ", ".join(f'p{at:02d}: {{aliases: [p{at}, "p{at}-*"]}}' for at in range(products))
    names = ", ".join(f'"p{at:02d}-*-prod-*": p{at:02d}' for at in range(products))
    of_accounts = ", ".join(f'"{at:012d}": p{at % products:02d}' for at in range(accounts))
    when = "\n".join(
        f"      - when: {{ServiceName: 'Service {at}*', ResourceName: ['x{at}-*', '/^y{at}-[0-9]+.*$/']}}\n"
        f"        is: p{at % products:02d}"
        for at in range(conditions)
    )
    members = ", ".join(f"t{at}" for at in range(70))
    ids = ", ".join(f'"/arn:.*:{at}:.*team{at}-.*/": t{at}' for at in range(teams))
    return (
        f"dimensions:\n  product:\n    required: 0.95\n    values: {{{values}}}\n    from:\n"
        "      - tag: [product, app]\n"
        f"      - name: {{{names}}}\n      - account: {{{of_accounts}}}\n{when}\n"
        f"  team:\n    required: 0.9\n    values: [{members}]\n    from:\n      - tag: team\n      - id: {{{ids}}}\n"
    )


def rules_against_case(keys: int, times: int) -> Iterator[str]:
    """Yield a line: seconds of 120 rules over so many charge keys, and of the same rules as two CASE WHEN."""
    with tempfile.TemporaryDirectory() as folder, Engine() as engine:
        Path(folder, "taxonomy.yaml").write_text(rules_text(), encoding="utf-8")
        taxonomy = read_taxonomy(Path(folder))
        rules = sum(max(len(rule.entries or ()), 1) for each in taxonomy.dimensions.values() for rule in each.rules)
        engine.run(f"CREATE TEMP TABLE keys AS {_KEYS.format(keys=keys)}")
        engine.run("SET enable_progress_bar = false")
        named = ", ".join(f"{case_sql(taxonomy.dimensions[name])} AS {name}" for name in ("product", "team"))
        case = f"CREATE OR REPLACE TEMP TABLE named AS SELECT *, {named} FROM keys"
        pairs = []
        for _ in range(times):
            start = time.perf_counter()
            name_keys(engine, taxonomy, Segments(), "keys")
            middle = time.perf_counter()
            engine.run(case)
            pairs.append((middle - start, time.perf_counter() - middle))
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    yield (
        f"{rules} rules over {keys:,} charge keys {ours:6.2f} s (goal 3), as CASE WHEN over the same keys "
        f"{theirs:6.2f} s: {theirs / ours:.1f}x"
    )


def case_sql(dimension: Dimension) -> str:
    """Return the rules of a dimension as everybody writes them: one condition behind another, on each row."""
    parts = []
    for rule in dimension.rules:
        for key in rule.keys:
            text = f"json_extract_string(Tags, {literal(f'$.{key}')})"
            parts.append(f"WHEN {text} IS NOT NULL THEN {text}")
        column = {"name": "ResourceName"}.get(rule.column or "", rule.column)
        for entry in rule.entries or ():
            test = (
                f"regexp_full_match({column}, {literal(regex(entry.key))}, 'i')"
                if is_pattern(entry.key)
                else f"{column} = {literal(entry.key)}"
            )
            parts.append(f"WHEN {test} THEN {literal(entry.targets[0].text)}")
        if rule.when:
            tests = (
                "("
                + " OR ".join(f"regexp_full_match({each.subject}, {literal(regex(text))}, 'i')" for text in each.any)
                + ")"
                for each in rule.when
            )
            parts.append(f"WHEN {' AND '.join(tests)} THEN {literal(rule.value or '')}")
    return f"CASE {' '.join(parts)} END"


def changed_taxonomy(project: Path, times: int) -> Iterator[str]:
    """Yield a line: seconds until ``finmod tags`` shows a month after its taxonomy was changed, in process."""
    opened = load_project(project)
    taxonomy = project / "taxonomy.yaml"
    found = []
    try:
        for at in range(times + 1):
            text = rules_text().replace("aliases: [p0,", f"aliases: [p0, changed{at},")
            taxonomy.write_text(text, encoding="utf-8")
            start = time.perf_counter()
            report = tag_report(opened)
            found.append(time.perf_counter() - start)
    finally:
        taxonomy.unlink(missing_ok=True)
    product = next(each for each in report.of_month if each.dimension == "product")
    yield (
        f"finmod tags after a change of 120 rules, {project.name} {statistics.median(found[1:]):6.2f} s in process "
        f"(goal 1); {product.resources:,} resources"
    )
