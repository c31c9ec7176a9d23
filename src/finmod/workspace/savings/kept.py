"""Savings of a month, kept beside the ledger: found once, and read until a bill, a rule or a name changes.

Owns what they depend on and their text. To remove the folder ``reductions`` of a store loses nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from decimal import Decimal
from typing import Any, Final

from finmod import __version__
from finmod.engines.duckdb import Engine, EngineError
from finmod.ledger.reductions import is_kept, kept
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, CLOSE_RATES, CLOSES, TRUE_UPS
from finmod.models.savings import Candidate, Part, Saving
from finmod.settings.savings import Selected, text_of_rules
from finmod.settings.savings_file import ProjectRules
from finmod.terms.findings import Finding
from finmod.workspace.marks import file_marks, rate_marks
from finmod.workspace.metrics.measures import Measures
from finmod.workspace.savings.candidates import About
from finmod.workspace.savings.evidence import files_of
from finmod.workspace.savings.found import Group, Shown

_NAME: Final = "savings"
_SHAPE: Final = "4"
"""Changes where the savings of the same bills would be others, or told otherwise."""

_SHOWN: Final = tuple(each.name for each in fields(Shown))
_GROUP: Final = tuple(each.name for each in fields(Group) if each.name not in {"rule", "shown", "parts"})
_COUNTS: Final = frozenset({"days", "span", "weekdays", "unknown", "unrated", "unit"})

Listed = Saving[About]
Found = tuple[tuple[Listed, ...], tuple[Finding, ...]]


def kept_savings(books: Measures, month: date, rules: ProjectRules, find: Callable[[], Found]) -> Found:
    """Return the savings of a month and what was odd about them, as they are kept; found where they are not.

    Args:
        books: The project's books.
        month: First day of the billing period.
        rules: All that hold: savings are found by all of them together.
        find: Finds them.
    """
    made: list[Found] = []

    def make() -> str:
        savings, findings = find()
        made.append((savings, findings))
        bodies = [*(("saving", _saving(each)) for each in savings), *(("finding", asdict(each)) for each in findings)]
        _write(books.engine, [(kind, json.dumps(body, default=str)) for kind, body in bodies])
        return "SELECT * FROM savings_kept"

    sql = kept(books.engine, books.project.store, _NAME, _mark(books, month, rules), make)
    if made:
        return made[0]
    try:
        rows = books.engine.rows(f"SELECT kind, body FROM {sql} ORDER BY place")
    except EngineError:  # somebody else's file, or a damaged one: the bills tell it again
        return find()
    bodies = [(kind, json.loads(body)) for kind, body in rows]
    return (
        tuple(_read(body, rules.rules) for kind, body in bodies if kind == "saving"),
        tuple(_finding(body) for kind, body in bodies if kind == "finding"),
    )


def are_kept(books: Measures, month: date, rules: ProjectRules) -> bool:
    """Return whether the savings of a month are kept, so that nothing is looked for."""
    return is_kept(books.project.store, _NAME, _mark(books, month, rules))


def _write(engine: Engine, rows: Sequence[tuple[str, str]]) -> None:
    engine.run("CREATE OR REPLACE TEMP TABLE savings_kept (place BIGINT, kind VARCHAR, body VARCHAR)")
    if rows:
        kinds, bodies = ([*column] for column in zip(*rows, strict=True))
        engine.run(
            "INSERT INTO savings_kept SELECT unnest(?::BIGINT[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[])",
            [[*range(len(rows))], kinds, bodies],
        )


def _mark(books: Measures, month: date, rules: ProjectRules) -> list[str]:
    """Return all that the savings of a month depend on: bills until then, rules, names, exchange rates."""
    ledger, snapshot, project = books.ledger, books.snapshot, books.project
    bills = [
        file for table in (CHARGE_DAYS, CHARGE_KEYS) for file in files_of(books, table, first=date.min, last=month)
    ]
    closes = [file for table in (CLOSES, CLOSE_RATES, TRUE_UPS) for file in ledger.files(table, snapshot)]
    return [
        _SHAPE, __version__, f"{month}", *rate_marks(project), books.rules.hash if books.rules else "",
        text_of_rules(), hashlib.sha256(rules.text).hexdigest(), *file_marks([*bills, *closes]),
    ]  # fmt: skip


def _saving(saving: Listed) -> dict[str, Any]:
    candidate = saving.candidate
    group = candidate.about.group
    own = {name: getattr(group, name) for name in _GROUP} | {"members": dict(group.members)}
    shown = {name: getattr(group.shown, name) for name in _SHOWN}
    return {
        "rule": candidate.rule.name, "group": own, "shown": shown,
        "parts": [(part.number, part.cost, part.commitment) for part in candidate.parts], "share": candidate.share,
        "how": candidate.how, "tie": candidate.tie, "evidence": candidate.about.evidence,
        "basis": candidate.about.basis, "ends": dict(candidate.about.ends), "amount": saving.amount,
        "cash": saving.cash, "freed": saving.freed, "is_reduced": saving.is_reduced,
    }  # fmt: skip


def _read(body: Mapping[str, Any], rules: Mapping[str, Selected]) -> Listed:
    rule, own = rules[body["rule"]].rule, body["group"]
    parts = tuple(Part(number, _decimal(cost), commitment) for number, cost, commitment in body["parts"])
    shown: dict[str, Any] = {
        name: value if name in _COUNTS else _decimal(value) for name, value in body["shown"].items()
    }
    since = date.fromisoformat(own["since"]) if own["since"] else None
    group = Group(**{**own, "rule": rule, "since": since, "shown": Shown(**shown), "parts": parts})
    ends = {name: date.fromisoformat(day) for name, day in body["ends"].items()}
    about = About(group, body["evidence"], body["basis"], ends)
    candidate = Candidate(rule, about, parts, _decimal(body["share"]), body["how"], body["tie"])
    freed = tuple((commitment, Decimal(amount)) for commitment, amount in body["freed"])
    return Saving(candidate, _decimal(body["amount"]), _decimal(body["cash"]), freed, body["is_reduced"])


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _finding(body: Mapping[str, Any]) -> Finding:
    return Finding(**{**body, "amount": _decimal(body["amount"])})
