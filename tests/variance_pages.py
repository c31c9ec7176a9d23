"""Pages about a variance, made by hand: the figures that a test needs, and names that mean harm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from finmod.models.variance.effects import EFFECTS
from finmod.models.variance.page import (
    Budget,
    Cause,
    Causes,
    Figure,
    Invoices,
    Member,
    Members,
    Quality,
    Saving,
    Savings,
    UnitCost,
    VariancePage,
)
from finmod.models.variance.report import Change, Proof, State, VarianceReport
from finmod.terms.findings import Finding, codes
from finmod.terms.metrics import Measure, Metric

D = Decimal
SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
NOW = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
HOSTILE = ("<script>alert(1)</script>", '=HYPERLINK("http://a.example")', "](http://a.example) @all", "a\u202egpj.exe")
"""Names of products: markup, a formula, a link and a mention, a mark that turns the text behind it."""


def change(
    before: str | int, after: str | int | Decimal, member: tuple[str | None, ...] = (), **effects: str | int | Decimal
) -> Change:
    """Return a change; what its effects lack of it is volume."""
    told = {name: D(amount) for name, amount in effects.items()}
    rest = D(after) - D(before) - sum(told.values(), D(0))
    told["volume"] = told.get("volume", D(0)) + rest
    return Change(member, D(before), D(after), tuple(told.get(each.name, D(0)) for each in EFFECTS))


def report_of(total: Change, *, before: date = SEPTEMBER, found: Sequence[str] = ()) -> VarianceReport:
    """Return the variance of October against another month."""
    states = tuple(State(f"{month:%Y-%m}", month, 7, 1, NOW) for month in (before, OCTOBER))
    proofs = tuple(Proof(at, "USD", amount, amount) for at, amount in enumerate((total.before, total.after)))
    findings = tuple(Finding(code=each, message=f"{each} is so", severity=codes()[each].severity) for each in found)
    return VarianceReport("northwind", "USD", states[0], states[1], (), (), total, proofs, findings)


def report_told(before: str | int, after: str | int, **effects: str | int) -> VarianceReport:
    """Return the variance of October against September with these effects, the rest of the change as volume."""
    return report_of(change(before, after, (), **effects))


def words(said: Sequence[str | Figure]) -> str:
    """Return a sentence with its figures as they are, ratios as percentages."""
    return "".join(each if isinstance(each, str) else _figure(each) for each in said)


def _figure(figure: Figure) -> str:
    if figure.value is None:
        return "?"
    return f"{figure.value * 100:.1f} %" if "percent" in figure.kind else f"{figure.value.normalize():,f}"


PRODUCTS = (
    change("60000.25", "70000.5", ("search",), list_price="2000.25", days="1000"),
    change("50", "9050.125", (HOSTILE[0],), new_resources="9000"),
    change("20000", "19000", (HOSTILE[1],), ended_resources="-1000"),
    change("0", "300", (HOSTILE[2],), new_services="300"),
    change("300", "0", (HOSTILE[3],), ended_services="-300"),
    change("4000", "4100.000000000001", (None,), tax="100"),
)
"""Members of a page: they sum to its total."""


def whole(changes: Sequence[Change]) -> Change:
    """Return changes as one."""
    effects = tuple(sum(column, D(0)) for column in zip(*(each.effects for each in changes), strict=True))
    return Change(
        (), sum((each.before for each in changes), D(0)), sum((each.after for each in changes), D(0)), effects
    )


def unit(
    name: str = "Cost per order",
    now: str | None = "0.0384205",
    before: str | None = "0.0406",
    *,
    is_share: bool = False,
) -> UnitCost:
    """Return a unit cost in USD per order, or a share."""
    metric = Metric(
        name="m", label=name, numerator=(Measure(kind="cost", name="EffectiveCost", unit="USD"),),
        denominator=(Measure(kind="driver", name="orders", unit="order"),), unit="" if is_share else "USD per order",
        currency=None if is_share else "USD", format="percent" if is_share else "money", better="lower",
        additivity="ratio",
    )  # fmt: skip
    figures = tuple(D(each) if each is not None else None for each in (before, now))
    return UnitCost(metric, figures[1], figures[0], (D("0.05"), *figures))


def page_told(*, found: Sequence[str] = (), more: bool = True) -> VariancePage:
    """Return a page with everything that a page can have; without causes and savings where ``more`` is False."""
    total = whole(PRODUCTS)
    members = tuple(Member(each, (D(1), each.before, each.after)) for each in PRODUCTS)
    page = VariancePage(
        report=report_of(total, found=found),
        months=(date(2026, 8, 1), SEPTEMBER, OCTOBER),
        costs=(None, total.before, total.after),
        members=(Members("product", members),),
        units=(unit(), unit("Cloud cost", "0.152", "0.157", is_share=True), unit(HOSTILE[0], None)),
        quality=Quality(
            sums=(24, 24), invoices=Invoices(3, 3, 0), findings=(0, 2, 5), let_pass=1, loaded_at=NOW,
            closed=(("2026-09", NOW), ("2026-10", None)),
        ),
    )  # fmt: skip
    return with_more(page) if more else page


def savings_of(amounts: Sequence[int | None], shown: int, *, found: Sequence[Finding] = ()) -> Savings:
    """Return savings of so many rows, half of each amount cash; ``found`` is what must be known of them."""
    known = [D(each) for each in amounts if each is not None]
    rows = tuple(
        Saving("Idle disk", f"disk-{at}", None, _part(each, 1), _part(each, 2), "the whole charge", "S")
        for at, each in enumerate(amounts[:shown])
    )
    whole = sum(known, D(0)) if known else None
    half = None if whole is None else whole / 2
    return Savings(rows, len(amounts), whole, half, len(amounts) - len(known), tuple(found))


def _part(amount: int | None, of: int) -> Decimal | None:
    return None if amount is None else D(amount) / of


def with_more(page: VariancePage) -> VariancePage:
    """Return a page with causes and savings."""
    total = page.report.total.change
    evidence = (("resources: i-1 ", Figure(D("9000.125"), "signed")), (HOSTILE[2],))
    cause = Cause(f"account {HOSTILE[0]}: new", D("9000.125"), D("0.5"), evidence)
    savings = (
        Saving("Idle disk", HOSTILE[1], "search-team", D("120.5"), D("100"), "the whole charge goes away", "S"),
        Saving("Idle address", HOSTILE[0], None, None, None, "a bill cannot tell it", "S", HOSTILE[2]),
    )
    return replace(
        page,
        causes=Causes(
            (cause,),
            D("500"),
            total - D("9600.25"),
            ((f"2026-10-11: {HOSTILE[0]}",),),
            12,
            D("100.125"),
        ),
        savings=Savings(savings, 4, D("200.75"), D("150"), 1),
        budget=budget_told(page),
    )


def budget_told(page: VariancePage) -> Budget:
    """Return the page's month beside a budget: search was planned cheaper, of the others nobody knows a plan."""
    search, *others = (each.change for each in page.members[0].rows)
    planned = change("65000", search.after, search.member, volume=0, beyond_plan=search.after - D("65000"))
    changes = [planned]
    for each in others:
        made = change("0", each.after, each.member, volume=0, not_planned=each.after)
        changes.append(replace(made, has_plan=False))
    report = page.report
    state = State("budget of 2026-10", OCTOBER, 7)
    whole_report = replace(report, before=state, total=whole(changes), findings=())
    return Budget(whole_report, Members("product", tuple(Member(each) for each in changes)))
