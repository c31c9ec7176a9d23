"""A page of what moves fits into a comment on a pull request, whatever moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import pairwise

import pytest

from finmod.allocation.differences import Result, Total
from finmod.allocation.moves import Move
from finmod.cli.moves import fitted, page_of_moves, screen_of_findings
from finmod.terms.findings import Finding
from finmod.workspace.moves import Cause, Compared

GITHUB = 65_536


def compared(count: int, width: int) -> Compared:
    """Return as many moves, values and findings, with names and rules of that many characters."""
    names = [f"p-{number}-{'ü' * width}" for number in range(count + 1)]
    return Compared(
        measure="EffectiveCost",
        dimensions=("product",),
        labels={},
        booked={},
        causes=(
            Cause(
                "rules",
                tuple(
                    Move(date(2026, 9, 1), "USD", ("k8s", "k8s"), (giver,), (taker,), Decimal(place + 1),
                         "allocation.yaml:3:4", "x" * width)
                    for place, (giver, taker) in enumerate(pairwise(names))
                ),
            ),
        ),
        totals=(Total("USD", Decimal(1), Decimal(1)),),
        results=tuple(Result("USD", name, Decimal(1), Decimal(0)) for name in names),
        findings=(Finding(code="FM2141", severity="error", message="y" * width),) * count,
    )  # fmt: skip


@pytest.mark.parametrize(("count", "width"), [(5, 5), (300, 40), (300, 500), (300, 2000)])
def test_a_page_fits_into_a_comment(count: int, width: int) -> None:
    page = fitted(partial(page_of_moves, compared(count, width)))
    assert len(page.encode()) < GITHUB
    assert page.count("<details>") - page.count("</details>") == 0
    assert ("--output csv lists all." in page) is (count > 5)


def test_what_does_not_fit_at_all_is_cut_at_the_end_of_a_line() -> None:
    page = fitted(lambda _: ["é" * 1000] * 100)
    assert len(page.encode()) < GITHUB
    assert page.splitlines()[-1] == "The rest has no room in a comment: --output csv lists all."
    assert set(map(len, page.splitlines()[:-2])) == {1000}


def test_an_error_is_told_with_the_cost_it_is_about_and_once_with_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    missed = Finding(
        code="FM2141", severity="error", message="a", amount=Decimal(7), currency="USD", measure="ListCost"
    )
    screen_of_findings(None, (missed, replace(missed, message="b", amount=None), replace(missed, severity="info")))
    first, second, remedy = capsys.readouterr().out.splitlines()
    assert (first, second) == ("error FM2141 a (ListCost 7.00 USD)", "error FM2141 b")
    assert remedy.startswith("  Load the driver's values of these days")
