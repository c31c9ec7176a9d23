"""Query: SQL over the public tables, at any state of the ledger.

Owns which tables a statement sees and that it can read nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from finmod.engines.duckdb import Engine, EngineError, glob_escape, literal
from finmod.errors import Problem, UserError, near, printable
from finmod.ledger.applied import Run, at_ledger, at_time, files_of, log_files, runs
from finmod.ledger.closes import version_of
from finmod.ledger.delta import damaged
from finmod.ledger.drivers import driver_files, driver_state
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reporting import WANTED, Reporting
from finmod.ledger.tables import ALLOCATION_TABLES, CHARGES, LOADS, PINNED_TABLES
from finmod.marts.allocated import VIEWS as ALLOCATED
from finmod.marts.asked import asked, names_table
from finmod.marts.catalogue import TABLES, view_sql
from finmod.marts.changes import make_variance
from finmod.marts.invoices import make_invoices
from finmod.marts.metrics import make_metrics
from finmod.marts.names import NAMED, bill_columns
from finmod.marts.savings import make_savings
from finmod.settings.project import Project
from finmod.taxonomy.checks import OWN
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.naming import Naming
from finmod.taxonomy.reading import has_taxonomy, read_taxonomy
from finmod.workspace.fx import reporting
from finmod.workspace.metrics.measures import Measures
from finmod.workspace.metrics.monthly import metrics_monthly
from finmod.workspace.names import name_all
from finmod.workspace.savings.monthly import SAVINGS, savings_monthly
from finmod.workspace.variance.monthly import VARIANCES, offer_variances

METRICS = "metrics_monthly"
_OF_RUNS = frozenset({*ALLOCATED, METRICS})
"""Tables that stand on an applied allocation."""
_MADE = frozenset({METRICS, SAVINGS, VARIANCES})
"""Tables that take a moment to be made."""
# A SHOW statement names no table and lists them all; comments may stand before it.
_SHOW = re.compile(r"(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*SHOW\b", re.IGNORECASE | re.DOTALL)
_DESCRIBED = re.compile(rf"\s*(DESCRIBE|DESC|SHOW)\s+({'|'.join(NAMED)})\s*;?\s*", re.IGNORECASE)
_KIND = re.compile(r"\A[A-Z][A-Za-z ]* Error: ")
# DuckDB shows the line and puts a mark below the place.
_MARKED = re.compile(r"^LINE (?P<line>[0-9]+): (?P<text>[^\n]*)\n(?P<mark> *\^)", re.MULTILINE)
_REMEDIES = {
    "this is MULTI": "PIVOT needs the values that become columns: PIVOT ... ON column IN ('a', 'b') USING "
    "sum(BilledCost).",
    "must appear in the GROUP BY clause": "End the statement with GROUP BY ALL, or take one value: any_value(column).",
    "Conversion Error": "Correct the value; TRY_CAST(value AS type) gives NULL for one that is none of the type.",
    "No function matches": "Give the function the type that it takes: CAST(column AS type).",
}
"""What DuckDB says -> what to do."""
_KEYWORDS = ("SELECT", "FROM", "WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "DESCRIBE", "SHOW", "PIVOT")


@dataclass(frozen=True)
class Result:
    """The rows of a query.

    Attributes:
        columns: Column names, in order; no two are the same.
        rows: Values: str, int, float, Decimal, bool, date, time, datetime (UTC, without a zone), UUID, None, and list
            or dict of them; of other SQL types, such as INTERVAL and BLOB, the text.
        types: SQL type of each column; empty where nobody ran a statement.
    """

    columns: list[str]
    rows: list[tuple[Any, ...]]
    types: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Beside:
    """What has versions of its own beside the ledger's.

    Attributes:
        run: The applied allocation that stood; None for none, and where no table of allocations is named.
        drivers: Files of the drivers.
    """

    run: Run | None
    drivers: tuple[Path, ...]


def query(project: Project, sql: str, *, as_of: int | datetime | date | None = None) -> Result:
    """Run SQL over the public tables.

    Args:
        project: Whose ledger.
        sql: One statement; it may read the public tables and nothing else: no file, no network.
        as_of: Ledger version, instant (UTC), or first day of a month that is looked at as it was closed; None for now.

    Raises:
        UserError: The statement is wrong, or there was no such state or close.
    """
    if not _is_text(sql):
        raise UserError(_wrong("the statement is not UTF-8"))
    ledger = Ledger(project.store)
    with Engine(temp_folder=project.store / "spill") as engine:
        named = _named(engine, sql)
        is_close = isinstance(as_of, date) and not isinstance(as_of, datetime)
        if isinstance(as_of, date) and not isinstance(as_of, datetime):
            as_of = version_of(engine, ledger, as_of)
        snapshot = ledger.at(engine, as_of)
        run = _standing(engine, ledger, as_of, is_close=is_close) if _OF_RUNS & set(named) else None
        # Most statements use no exchange rate and no name, and do not wait for them.
        unread = Reporting(project.currency) if "fx_rates" not in named else None
        try:
            if "invoices" in named:
                make_invoices(engine, ledger, snapshot, project.invoices)
            books = Measures(engine, project, ledger, snapshot, run)
            _make_tables(books, named, None if as_of is None else snapshot.loaded_at, is_listed=bool(_SHOW.match(sql)))
            naming = _naming(engine, project, ledger, snapshot, sql, named)
            money = unread or reporting(engine, project, ledger, snapshot)
            drivers = _driver_files(engine, ledger, snapshot, named, is_newest=as_of is None)
            beside = _Beside(run, tuple(drivers))
            _make_views(engine, ledger, snapshot, named, money, naming, beside)
        except EngineError as error:
            raise UserError(damaged(str(error))) from error
        _allow(engine, ledger, snapshot, beside)
        engine.run("SET enable_external_access = false")
        engine.run("SET lock_configuration = true")
        while True:
            try:
                columns, types, rows = engine.typed_table(sql)
                return Result(columns, rows, tuple(types))
            except EngineError as error:
                words = str(error)
                if unread is None or WANTED not in words:
                    raise UserError(_wrong(words, _dimension_columns(project, named, run))) from error
                unread = None
                money = reporting(engine, project, ledger, snapshot)
                _make_views(engine, ledger, snapshot, named, money, naming, beside)


def _make_tables(books: Measures, named: Collection[str], at: datetime | None, *, is_listed: bool) -> None:
    """Make the tables that are no views, of those that a statement names."""
    if METRICS in named:
        _make_metrics(books, at, is_listed=is_listed)
    if SAVINGS in named:
        _make_savings(books, is_listed=is_listed)
    if VARIANCES in named:
        if is_listed:
            make_variance(books.engine, (), {}, books.project.currency)
        else:
            offer_variances(books.engine, books.project)


def _make_metrics(books: Measures, at: datetime | None, *, is_listed: bool) -> None:
    """Make the table of metrics, by the drivers as they were at an instant; as they are where it is None.

    SHOW tells no more of it than that it is there, whatever the files of the project say.
    """
    if is_listed:
        make_metrics(books.engine, (), ())
        return
    books.drivers_version = driver_state(books.engine, books.ledger, at=at).version if at else None
    made = metrics_monthly(books) if books.snapshot.version >= 0 else ((), ())
    books.forget()
    make_metrics(books.engine, *made)


def _make_savings(books: Measures, *, is_listed: bool) -> None:
    """Make the table of savings; SHOW tells no more of it than that it is there.

    An engine of its own finds them: what they are found in is no public table.
    """
    if is_listed or books.snapshot.version < 0:
        make_savings(books.engine, (), ())
        return
    with Engine(temp_folder=books.project.store / "spill") as own:
        made = savings_monthly(Measures(own, books.project, books.ledger, books.snapshot, books.run))
    make_savings(books.engine, *made)


def _standing(engine: Engine, ledger: Ledger, as_of: int | date | None, *, is_close: bool) -> Run | None:
    """Return the applied allocation that stood; of a close the one that stood when the month was closed."""
    known = runs(engine, ledger)
    if isinstance(as_of, datetime):
        return at_time(known, as_of)
    if isinstance(as_of, int):
        return at_ledger(known, as_of - 1 if is_close else as_of)
    return known[-1] if known else None


def _named(engine: Engine, sql: str) -> list[str]:
    """Return the public tables that a statement may name."""
    every = _SHOW.match(sql)
    found = [item.name for item in TABLES if every or re.search(rf"\b{item.name}\b", sql, re.IGNORECASE)]
    # The other tables are made in no time: for them a word in a text is as good as a name.
    return [name for name in found if name not in _MADE or every or names_table(engine, sql, name)]


def _make_views(  # noqa: PLR0913, PLR0917 -- what views are made of
    engine: Engine,
    ledger: Ledger,
    snapshot: Snapshot,
    names: list[str],
    money: Reporting,
    naming: Naming | None,
    beside: _Beside,
) -> None:
    for name in names:
        if name not in {"invoices", *_MADE}:
            rows = view_sql(name, ledger, snapshot, money, naming, run=beside.run, drivers=beside.drivers)
            engine.run(f"CREATE OR REPLACE VIEW {name} AS {rows}")


def _driver_files(
    engine: Engine, ledger: Ledger, snapshot: Snapshot, names: list[str], *, is_newest: bool
) -> list[Path]:
    """Return the files of the drivers as they were when a state of the ledger was the newest."""
    if "drivers" not in names:
        return []
    at = None if is_newest else snapshot.loaded_at
    return driver_files(ledger, driver_state(engine, ledger, at=at))


def _naming(  # noqa: PLR0913, PLR0917 -- what names are made of
    engine: Engine, project: Project, ledger: Ledger, snapshot: Snapshot, sql: str, names: list[str]
) -> Naming | None:
    """Return the names where a statement can see them; to name every charge key takes a moment.

    Raises:
        UserError: taxonomy.yaml has problems, and the statement may ask for what it says.
    """
    if not {*NAMED, "charge_names"} & set(names) or not has_taxonomy(project.root):
        return None
    # SHOW makes every table, charge_names among them, and tells no more of most than that they are there.
    facts = "charge_names" in names
    if facts and not _SHOW.match(sql):
        return name_all(engine, project, ledger, snapshot)
    wanted = asked(engine, sql)
    if wanted.every and _DESCRIBED.fullmatch(sql):
        with suppress(UserError):  # of a taxonomy that cannot be read the table has the other columns all the same
            return name_all(engine, project, ledger, snapshot, facts=facts)
        return None
    columns = {name for name in wanted.columns if name.startswith("x_")} - OWN
    if wanted.every or (columns and columns & _columns_of(read_taxonomy(project.root), ledger, snapshot)):
        return name_all(engine, project, ledger, snapshot, facts=facts)
    return None


def _columns_of(taxonomy: Taxonomy, ledger: Ledger, snapshot: Snapshot) -> set[str]:
    """Return the columns, in small letters, that are there or called so for a dimension's sake."""
    renamed = bill_columns(taxonomy, ledger.columns(CHARGES, snapshot)).values()
    return {name.lower() for name in (*renamed, *(each.column for each in taxonomy.dimensions.values()))}


def _dimension_columns(project: Project, names: list[str], run: Run | None) -> list[str]:
    """Return the columns that hold the names of dimensions, where a statement names a table that has them."""
    if run is not None:
        return list(run.dimensions.values())
    if not has_taxonomy(project.root) or not set(NAMED) & set(names):
        return []
    with suppress(UserError):
        return [dimension.column for dimension in read_taxonomy(project.root).dimensions.values()]
    return []


def _is_text(sql: str) -> bool:
    """Return whether a statement can be written as UTF-8: a shell of another encoding leaves half characters."""
    return sql.encode(errors="replace").decode() == sql


def _allow(engine: Engine, ledger: Ledger, snapshot: Snapshot, beside: _Beside) -> None:
    """Let the views read their files, and a statement nothing: files of another state would count charges twice."""
    files = [str(file) for table in (*PINNED_TABLES, LOADS) for file in ledger.files(table, snapshot)]
    files += map(str, beside.drivers)
    if beside.run is not None:
        files += [str(file) for table in ALLOCATION_TABLES for file in files_of(ledger, table, beside.run)]
        files += map(str, log_files(ledger))
    spellings = ", ".join(literal(name) for file in files for name in {file, glob_escape(file)})
    engine.run(f"SET allowed_paths = [{spellings}]")


def tables() -> Result:
    """Return the public tables with grain, unit and owner."""
    return Result(
        ["table", "answers", "grain", "unit", "owner"],
        [(item.name, item.answers, item.grain, item.unit, item.owner) for item in TABLES],
    )


def _wrong(words: str, columns: Sequence[str] = ()) -> Problem:
    """Return the problem that DuckDB tells.

    Args:
        words: What it says.
        columns: Columns that it does not know of: those of dimensions, which are made where a statement asks for them.
    """
    what = printable(words.split("\n\n", 1)[0].split("\n", 1)[0], 500).rstrip("!.")
    found = f"the query cannot run: {_KIND.sub('', what)}{_position(words)}"
    return Problem(code="FM1601", found=found, remedy=_remedy(words, columns))


def _position(words: str) -> str:
    r"""Return where DuckDB marks its error, as the end of a sentence: its line and, where it can be told, the column.

    >>> _position("Parser Error: syntax error\n\nLINE 2: a,, b\n          ^")
    ', in line 2 at column 3'
    """
    found = _MARKED.search(words)
    if found is None:
        return ""
    line, text = found["line"], found["text"]
    # The mark stands by the width of what is shown, not by characters, and a long line is shown from its middle.
    is_whole = text.isascii() and text.isprintable() and not text.startswith("...")
    column = len(found["mark"]) - len(f"LINE {line}: ")
    return f", in line {line} at column {column}" if is_whole and column > 0 else f", in line {line}"


def _remedy(words: str, columns: Sequence[str]) -> str:
    fixed = next((remedy for sign, remedy in _REMEDIES.items() if sign in words), None)
    if fixed:
        return fixed
    if words.startswith("Parser Error"):
        unread = re.search(r'at or near "([a-zA-Z]{3,})"', words)
        close = near(unread.group(1), _KEYWORDS) if unread and unread.group(1).upper() not in _KEYWORDS else None
        return _with_hint(
            close,
            "Correct the statement there or right before it: text stands in 'single quotes', a name in "
            '"double quotes".',
        )
    missing = re.search(r"(Table|Function) with name (\S+) does not exist", words)
    if missing and missing.group(1) == "Function":
        meant = re.search(r'Did you mean "([^"]+)"', words)
        return _with_hint(meant.group(1) if meant else None, "The functions are those of DuckDB.")
    if missing is None and "column" in words.lower():
        asked = re.search(r'column (?:named )?"([^"]+)"', words)
        known = [*re.findall(r'"([^"]+)"', words.partition("Candidate")[2]), *columns]
        close = near(asked.group(1), known) if asked else None
        return _with_hint(close, "See the columns of a table with: finmod query 'DESCRIBE charges'.")
    close = near(missing.group(2), [item.name for item in TABLES]) if missing else None
    return _with_hint(close, "See the tables with: finmod query --list.")


def _with_hint(close: str | None, remedy: str) -> str:
    return f"Did you mean {close}? {remedy}" if close else remedy
