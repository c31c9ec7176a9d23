"""Azure's cost details side by side: whether actual and amortized make one bill, and whether they tie.

Owns what no single file can show. Months of which one half alone is there, and which the user accepts, are left in a
variable of the engine, where the mapping of ``azure.py`` asks for them: then the half's own rows are the charges.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import Problem, UserError, counted, printable
from finmod.normalize.azure import ALONE_MONTHS, EMPTY, TAGS, TITLES
from finmod.normalize.azure_charges import BOUGHT, COVERED, KNOWN, TYPE, UNUSED
from finmod.normalize.booking import FilePeriods
from finmod.normalize.convert import Conversion
from finmod.normalize.diagnose import why_unreadable
from finmod.normalize.mapping import render
from finmod.sources.azure_exports import manifest_of
from finmod.terms.findings import Finding

_ROLES = {title: role for role, title in TITLES.items()}
_CENT = Decimal("0.005")
_SOME = 5
_NAMES = {"actual": "actual", "amortized": "amortized", "": "single"}


@dataclass(frozen=True)
class _Part:
    """What one file has of one month in one currency.

    Attributes:
        conversion: The file.
        role: ``actual``, ``amortized`` or "".
        month: First day of the month.
        currency: BillingCurrency; None where it is not said.
        rows: Number of rows.
        first: The first row, as x_Row.
        cost: Sum of the file's cost; None where every one is unknown.
        billed: Sum of BilledCost over the rows that are charges in a whole pair.
        bought: Purchases and refunds of commitments.
        covered: Rows of covered usage.
        amortized: Those among them with a cost.
        unused: Rows of what commitments left unused.
        row: The first row, as x_Row, that shows a commitment.
        untagged: Rows whose tags are no JSON.
        untagged_row: The first of them.
        unknown: Charge types that are not documented.
        unknown_rows: Rows of them.
        unknown_row: The first of them.
    """

    conversion: Conversion
    role: str
    month: date
    currency: str | None
    rows: int
    first: int
    cost: Decimal | None
    billed: Decimal | None
    bought: int
    covered: int
    amortized: int
    unused: int
    row: int | None
    untagged: int
    untagged_row: int | None
    unknown: list[str | None] | None
    unknown_rows: int
    unknown_row: int | None

    @property
    def file(self) -> str:
        return self.conversion.staged.file.name

    @property
    def committed(self) -> int:
        return self.bought + self.covered + self.unused

    @property
    def told(self) -> str:
        """Which half the rows tell; "" where they do not."""
        return "amortized" if self.unused or self.amortized else "actual" if self.bought else ""


def together(engine: Engine, files: Sequence[tuple[Conversion, FilePeriods]]) -> list[Finding]:
    """Return what is odd about the files of a load, each half of a pair beside its twin.

    Args:
        engine: Where they are read.
        files: Each file with those of its billing periods that are looked at.

    Raises:
        UserError: FM1124, a half lacks a column that tells commitments; FM1257, a month lacks one of its halves;
            FM1127, its halves are in different currencies; FM1259, a half holds what the other one should.
    """
    conversions = [conversion for conversion, _ in files]
    lacking = [problem for item in conversions if (problem := _lacking(item)) is not None]
    if lacking:
        raise UserError(*lacking)
    parts = [part for item, booked in files for part in _parts(engine, item) if part.month in booked.periods]
    mixed = [*_against_manifests(conversions), *_swapped(parts)]
    if mixed:
        raise UserError(*dict.fromkeys(mixed))
    lonely, months = _without_twin(parts)
    lonely += _in_other_currencies(parts)
    refused = [problem for problem in lonely if problem.code not in conversions[0].reading.accept]
    if refused:
        raise UserError(*refused)
    days = ", ".join(f"DATE '{month}'" for month in sorted(months))
    engine.run(f"SET VARIABLE {ALONE_MONTHS} = [{days}]::DATE[]")
    accepted = [_accepted(problem, parts) for problem in lonely]
    whole = [part for part in parts if part.month not in months]
    return [*accepted, *_ties(whole), *_left_out(whole), *_unknown(parts), *_untagged(parts)]


_COUNTED = (
    "count(*) FILTER (WHERE bought), count(*) FILTER (WHERE covered), count(*) FILTER (WHERE covered AND cost <> 0), "
    "count(*) FILTER (WHERE unused), min(r) FILTER (WHERE bought OR covered OR unused), "
    "count(*) FILTER (WHERE untagged), min(r) FILTER (WHERE untagged), "
    "list(DISTINCT type ORDER BY type) FILTER (WHERE unknown), count(*) FILTER (WHERE unknown), "
    "min(r) FILTER (WHERE unknown)"
)
_KEPT = {"actual": "bought", "amortized": "NOT bought", "": "true"}


def _parts(engine: Engine, conversion: Conversion) -> Iterator[_Part]:
    """Yield what a file has per month and currency; a cell that cannot be read is told as everywhere."""
    role, tests = _ROLES[conversion.mapping.title], _tests(conversion)
    empty = tests.pop("empty")
    picked = {
        "month": f"CAST(date_trunc('month', {conversion.expression('BillingPeriodStart')}) AS DATE)",
        "currency": conversion.expression("BillingCurrency"),
        "billed": conversion.expression("BilledCost"),
        "r": "file_row_number + 1",
        **tests,
    }
    inner = ", ".join(f"{sql} AS {name}" for name, sql in picked.items())
    sql = (
        f"SELECT month, currency, count(*), min(r), sum(cost), sum(billed) FILTER (WHERE {_KEPT[role]}), {_COUNTED} "
        f"FROM (SELECT {inner} FROM {conversion.relation} WHERE NOT ({empty})) GROUP BY ALL ORDER BY month, currency"
    )
    try:
        found = engine.rows(sql)
    except EngineError as error:
        raise why_unreadable(engine, [conversion], error) from error
    for row in found:
        yield _Part(conversion, role, *row)


def _tests(conversion: Conversion) -> dict[str, str]:
    """Return what is asked of each row: name -> SQL."""
    values = conversion.values
    tolerant = "BilledCost" in conversion.reading.unreadable_as_null
    signs = {"$": values.text, "#": lambda name: values.decimal(name, tolerant=tolerant), "@": values.timestamp}
    charge_type = "$charge_type" if "charge_type" in values else "'Usage'"
    asked = {
        "bought": BOUGHT,
        "covered": COVERED,
        "unused": UNUSED,
        "unknown": f"coalesce({TYPE} NOT IN ({', '.join(map(repr, KNOWN))}), true)",
        "untagged": f"NOT json_valid({TAGS})",
        "type": "$charge_type",
        "cost": "#cost",
        "empty": EMPTY,
    }
    return {name: render(sql.replace("$charge_type", charge_type), signs) for name, sql in asked.items()}


def _lacking(conversion: Conversion) -> Problem | None:
    """Return the problem of a half whose columns cannot tell the rows of commitments apart.

    A half of pay-as-you-go has neither them nor the columns; one of before savings plans names reservations alone.
    """
    there = conversion.values
    named = [name for name in ("pricing_model", "reservation_id", "benefit_id") if name in there]
    missing = ["ChargeType"] if named and "charge_type" not in there else []
    if "pricing_model" not in there and (
        "benefit_id" in there or (named != ["reservation_id"] and "charge_type" in there)
    ):
        missing.append("PricingModel")
    if not missing or not _ROLES[conversion.mapping.title]:
        return None
    return Problem(
        code="FM1124",
        found=f"the file has no column {' and no column '.join(missing)}",
        expected="ChargeType and PricingModel in both halves: they tell purchases of commitments and what these cover",
        where=conversion.staged.header_place,
        remedy="Export both halves with all columns.",
    )


def _against_manifests(conversions: Sequence[Conversion]) -> Iterator[Problem]:
    """Yield files whose manifest says that they are the other half, or that two halves stand in one place."""
    said: dict[str, str] = {}
    manifests = [(item, _ROLES[item.mapping.title], manifest_of(item.staged.file.path)) for item in conversions]
    right = {role for _, role, manifest in manifests if manifest and manifest.role == role}
    for conversion, role, manifest in manifests:
        if manifest is None or not manifest.role:
            continue
        if role and manifest.role != role:
            yield Problem(
                code="FM1259",
                found=f"the file stands under {role}, and its manifest says {printable(manifest.kind, 30)}",
                expected=f"an export of {role} cost",
                where=conversion.staged.file.name,
                remedy=_to_mend(role, stray=role in right),
            )
        if not role:
            said.setdefault(manifest.role, conversion.staged.file.name)
    if len(said) > 1:
        yield Problem(
            code="FM1259",
            found="actual and amortized cost are given as one: every charge would count twice",
            expected="the two halves under actual and amortized",
            where=", ".join(said[role] for role in sorted(said)),
            remedy="Name them apart: --actual A --amortized B, or actual: and amortized: in finmod.yaml.",
        )


def _swapped(parts: Sequence[_Part]) -> Iterator[Problem]:
    """Yield what rows tell of halves that stand in each other's place."""
    halves = {role: [part for part in parts if part.role == role] for role in ("actual", "amortized")}
    for part in halves["actual"]:
        if part.told == "amortized":
            what = f"{counted(part.unused, 'row')} of unused commitments" if part.unused else (
                f"{counted(part.amortized, 'row')} of covered usage with a cost"
            )  # fmt: skip
            yield _mixed(part, f"{what}, which amortized cost alone has", halves["actual"])
    for part in halves["amortized"]:
        twins = [twin for twin in halves["actual"] if twin.month == part.month]
        bought = f"{counted(part.bought, 'purchase')} of commitments"
        if part.bought and twins and not any(twin.bought for twin in twins):
            yield _mixed(part, f"{bought}, and its twin has none", ())
        elif part.told == "actual" and part.covered:
            yield _mixed(part, f"{bought} and covered usage at 0", halves["amortized"])


def _mixed(part: _Part, found: str, beside: Sequence[_Part]) -> Problem:
    return Problem(
        code="FM1259",
        found=f"the file stands under {part.role} and has {found}",
        expected=f"an export of {part.role} cost",
        where=f"{part.file}, row {part.row:,}" if part.row else part.file,
        remedy=_to_mend(part.role, stray=any(it.told == part.role and it.month == part.month for it in beside)),
    )


def _to_mend(role: str, *, stray: bool) -> str:
    other = "amortized" if role == "actual" else "actual"
    return f"Take it out of {role}: it is {other} cost." if stray else "Exchange the paths of actual and amortized."


def _without_twin(parts: Sequence[_Part]) -> tuple[list[Problem], frozenset[date]]:
    """Return what is wrong about months that lack a half, and those months."""
    months = {role: {part.month for part in parts if part.role == role} for role in _NAMES}
    problems, lonely = [], set[date]()
    for role, other in (("actual", "amortized"), ("amortized", "actual")):
        lacking = months[role] - months[other]
        if lacking:
            files = dict.fromkeys(part.file for part in parts if part.role == role and part.month in lacking)
            problems.append(_no_twin(f"the {role} cost of {_months(lacking)} has no {other} twin", other, list(files)))
            lonely |= lacking
    single = [part for part in parts if not part.role and part.committed]
    if single:
        first = single[0]
        rows = sum(part.committed for part in single)
        found = f"{counted(rows, 'row')} of reservations or savings plans in a file that stands alone"
        problems.append(_no_twin(found, "other", [f"{first.file}, row {first.row:,}"]))
    return problems, frozenset(lonely)


def _in_other_currencies(parts: Sequence[_Part]) -> Iterator[Problem]:
    """Yield a problem per file and month with a currency that the other half lacks: what it bills would be lost.

    Purchases of commitments are passed over: the actual half alone has them.
    """
    billed: dict[tuple[str, date], set[str]] = {}
    for part in parts:
        billed.setdefault((part.role, part.month), set()).add(part.currency or "none")
    for part in parts:
        other = {"actual": "amortized", "amortized": "actual"}.get(part.role, "")
        there = billed.get((other, part.month), set())
        if there and part.rows > part.bought and (part.currency or "none") not in there:
            yield Problem(
                code="FM1127",
                found=f"the {part.role} cost of {part.month:%Y-%m} is in {printable(part.currency or 'none', 20)}, the "
                f"{other} cost in {' and '.join(printable(each, 20) for each in sorted(there))}",
                expected="the same currencies in both halves of a month",
                where=f"{part.file}, row {part.first:,}",
                remedy="Export both halves for the same scope. If the bill is right: --accept FM1127, or accept: "
                "[FM1127] in finmod.yaml.",
            )


def _no_twin(found: str, lacking: str, places: Sequence[str]) -> Problem:
    more = f" and {len(places) - _SOME} more" if len(places) > _SOME else ""
    return Problem(
        code="FM1257",
        found=found,
        expected="actual and amortized cost of the same billing periods: what was billed, and what it was used for",
        where=", ".join(places[:_SOME]) + more,
        remedy=f"Export the {lacking} half too and name both: --actual A --amortized B, or actual: and amortized: in "
        "finmod.yaml. To load one half all the same: --accept FM1257.",
    )


def _months(months: set[date]) -> str:
    names = [f"{month:%Y-%m}" for month in sorted(months)]
    return ", ".join(names[:_SOME]) + (f" and {len(names) - _SOME} more" if len(names) > _SOME else "")


def _accepted(problem: Problem, parts: Sequence[_Part]) -> Finding:
    """Return what an accepted lack of a half, or of a currency in it, means for the numbers."""
    if problem.code != "FM1257":
        return Finding(
            code=problem.code, severity="warning", message=f"Accepted: {problem.found}.", where=problem.where
        )
    shows = [part for part in parts if part.role == "amortized" or part.unused or part.amortized]
    without_purchases = "no actual twin" in problem.found or ("alone" in problem.found and shows)
    meaning = (
        "BilledCost lacks the purchases of commitments"
        if without_purchases
        else "EffectiveCost of what commitments cover is unknown"
    )
    return Finding(
        code="FM1257",
        severity="error" if without_purchases else "warning",
        message=f"Accepted: {problem.found}. {meaning}.",
        where=problem.where,
    )


def _ties(parts: Sequence[_Part]) -> Iterator[Finding]:
    """Yield months whose BilledCost is not the cost of the actual half."""
    for month, currency in sorted({(part.month, part.currency or "") for part in parts if part.role}):
        here = [part for part in parts if part.role and (part.month, part.currency or "") == (month, currency)]
        actual = [part for part in here if part.role == "actual"]
        wanted = sum((part.cost or Decimal(0) for part in actual), Decimal(0))
        made = sum((part.billed or Decimal(0) for part in here), Decimal(0))
        if made != wanted:
            yield Finding(
                code="FM1260",
                severity="error" if abs(made - wanted) >= _CENT else "info",
                message=f"BilledCost of the pair is {made.normalize():f} {currency}, the actual half is "
                f"{wanted.normalize():f}: {(made - wanted).normalize():+f}.",
                billing_period=f"{month:%Y-%m}",
                column="BilledCost",
                rows=sum(part.rows for part in actual),
                amount=made - wanted,
                currency=currency or None,
                where=", ".join(dict.fromkeys(part.file for part in here)),
            )


def _left_out(parts: Sequence[_Part]) -> Iterator[Finding]:
    for part in parts:
        if part.role == "amortized" and part.bought:
            yield Finding(
                code="FM1290",
                severity="info",
                message=f"Left out of the amortized half, because the actual half has them: "
                f"{counted(part.bought, 'purchase')} of commitments.",
                billing_period=f"{part.month:%Y-%m}",
                rows=part.bought,
                where=part.file,
            )


def _unknown(parts: Sequence[_Part]) -> Iterator[Finding]:
    """Yield charge types that Microsoft does not document; the rows of a half that its twin stands for say nothing."""
    for part in parts:
        if part.unknown_rows and part.role != "actual":
            kinds = ", ".join(f"'{printable(kind, 40)}'" if kind else "none" for kind in (part.unknown or [])[:_SOME])
            yield Finding(
                code="FM1258",
                severity="warning",
                message=f"Kept as Adjustment: {counted(part.unknown_rows, 'charge')} of unknown charge type {kinds}.",
                billing_period=f"{part.month:%Y-%m}",
                column="ChargeCategory",
                rows=part.unknown_rows,
                where=f"{part.file}, row {part.unknown_row:,}",
            )


def _untagged(parts: Sequence[_Part]) -> Iterator[Finding]:
    for part in parts:
        if part.untagged and part.role != "actual":
            yield Finding(
                code="FM1261",
                severity="warning",
                message=f"Tags that are no JSON stand in x_Tags alone: {counted(part.untagged, 'charge')}.",
                billing_period=f"{part.month:%Y-%m}",
                column="Tags",
                rows=part.untagged,
                where=f"{part.file}, row {part.untagged_row:,}",
            )
