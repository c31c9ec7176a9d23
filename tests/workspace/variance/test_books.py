"""Effects by target: what targets have is what the books of both months give them, in any currency."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from finmod.marts.variance import OF_PLACE
from finmod.models.variance.cells import Units
from finmod.models.variance.effects import EFFECTS
from finmod.models.variance.report import VarianceReport
from finmod.terms.money import in_money
from finmod.workspace.variance.books import Facts, unallocated
from finmod.workspace.variance.variance import Made
from tests.applied import ALLOCATION
from tests.books import Books
from tests.tagged import EURO
from tests.variances import CLUSTER, SEARCH, books_of, member, report_of, told, used

D = Decimal
Key = tuple[str | None, ...]


def by(facts: Facts, units: Units, *columns: str) -> dict[Key, Decimal]:
    """Return the sums of units by some columns, without those of nothing."""
    places = [facts.columns.index(name) for name in columns]
    found: dict[Key, int] = {}
    for texts, each in zip(facts.texts, units.tolist(), strict=True):
        key = tuple(texts[at] for at in places)
        found[key] = found.get(key, 0) + int(each)
    return {key: in_money(each) for key, each in found.items() if each}


def test_each_target_has_of_each_pool_what_the_books_give(small: Books, made: Made) -> None:
    rows = small.query(
        "SELECT CAST(x_BillingPeriod AS VARCHAR) AS m, x_Product AS p, x_Pool AS o, ServiceName AS s, "
        "sum(EffectiveCost) AS cost FROM allocated_daily GROUP BY ALL"
    )
    for month, units in (("2026-08-01", made.facts.before), ("2026-09-01", made.facts.after)):
        books = {(row["p"], row["o"], row["s"]): D(row["cost"]) for row in rows if row["m"] == month}
        assert by(made.facts, units, "product", "pool", "ServiceName") == books
        assert len(books) == (4 if month == "2026-08-01" else 5)


def test_effects_of_targets_sum_to_those_of_cells_and_to_each_change(made: Made) -> None:
    facts = made.facts
    assert facts.effects.sum(axis=0).tolist() == made.bridge.effects.sum(axis=0).tolist()
    assert np.array_equal(facts.effects.sum(axis=1), facts.after - facts.before)


def test_without_an_allocation_places_have_the_effects_of_their_cells(made: Made) -> None:
    """A pool is no place then: what is in it stands under its service."""
    facts = unallocated(made.compared, made.bridge.effects[made.compared.held.of])
    assert facts.columns == OF_PLACE
    assert by(facts, facts.before, "ServiceName") == {("Storage",): D(722)}
    assert by(facts, facts.after, "ServiceName", "ChargeCategory") == {
        ("Storage", "Usage"): D(1290),
        ("Tax", "Tax"): D(12),
    }


THREE, OTHER = "{search: 0.41, ads: 0.27, shop: 0.32}", "{search: 0.29, ads: 0.38, shop: 0.33}"
LATE = {"ChargePeriodStart": "2026-08-20T00:00:00Z", "ChargePeriodEnd": "2026-08-21T00:00:00Z", "ServiceName": "Other"}


def ruled(shares: str, pool: str = "cluster") -> str:
    return ALLOCATION.replace("{search: 0.75, ads: 0.25}", shares).replace("name: cluster", f"name: {pool}")


@pytest.fixture(scope="module")
def euros(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """August, closed, had 40 EUR of the cluster at 1.1 and 20.000000000007 EUR at 1.3; three products share it."""
    made = books_of(
        tmp_path_factory.mktemp("variance-books") / "books",
        used(8, "i-1", SEARCH, "31", "1", **EURO), used(9, "i-1", SEARCH, "30", "1", **EURO),
        used(8, "i-4", CLUSTER, "40", "1", **EURO), used(9, "i-4", CLUSTER, "40", "1", **EURO),
        used(8, "i-5", CLUSTER, "20.000000000007", "1", **EURO, **LATE),
        fx="2026-08-01,EUR,USD,1.1\n2026-08-15,EUR,USD,1.3\n2026-09-01,EUR,USD,1.2\n", apply=False,
    )  # fmt: skip
    made.write("allocation.yaml", ruled(THREE))
    assert made.run("apply").code == 0
    assert made.run("close", "2026-08").code == 0
    return made


def ties(report: VarianceReport) -> bool:
    """Return whether proofs hold, and members sum to everything, effect by effect."""
    every = (*((each.before, each.after, *each.effects) for each in report.rows),)
    total = (report.total.before, report.total.after, *report.total.effects)
    assert len(total) == 2 + len(EFFECTS)
    return all(each.holds for each in report.proofs) and tuple(map(sum, zip(*every, strict=True))) == total


def test_amounts_of_other_currencies_are_told_at_the_rate_of_what_they_are_a_part_of(euros: Books) -> None:
    report = report_of(euros, "product")
    assert ties(report)
    assert abs(member(report, "shop").before - D("0.32") * (40 * D("1.1") + D("20.000000000007") * D("1.3"))) < D(
        "2e-12"
    )
    assert member(report, "search").after == D("1.2") * (30 + D("0.41") * 40)


@pytest.fixture(scope="module")
def renamed(euros: Books) -> Books:
    """The same, its pool called otherwise and shared otherwise since."""
    made = euros.copy(euros.root.parent / "renamed")
    made.write("allocation.yaml", ruled(OTHER, "grid"))
    assert made.run("apply").code == 0
    return made


AUGUST_MOVES, BOOKED = D("0.11") * (40 * D("1.1") + 20 * D("1.3")), D("0.11") * 60 * D("1.2")
"""What ads has more of August by other rules, at the rates of August, and as it is booked in September."""


@pytest.mark.parametrize(
    ("period", "against", "moves"),
    [("2026-09", "previous", AUGUST_MOVES + BOOKED), ("2026-08", "close", AUGUST_MOVES)],
)
def test_rules_that_change_after_a_close_move_cost_of_other_currencies_and_make_none(
    renamed: Books, period: str, against: str, moves: Decimal
) -> None:
    """Nothing of a pool is counted twice under its two names, and nothing is lost to rounding."""
    report = report_of(renamed, "product", period=period, against=against)
    assert ties(report)
    assert sum(told(each).get("allocation_rules", D(0)) for each in report.rows) == 0
    assert round(told(member(report, "ads"))["allocation_rules"], 6) == moves
