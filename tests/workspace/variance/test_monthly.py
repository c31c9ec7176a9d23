"""The table of every month: what finmod variance tells, kept until bills, books, rules or rates change."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.models.variance.effects import EFFECTS
from finmod.settings.project import load_project
from finmod.workspace.variance.monthly import VARIANCES, offer_variances
from tests.applied import ALLOCATION
from tests.books import Books, bill
from tests.tagged import EURO
from tests.variances import CLUSTER, SEARCH, books_of, by_the_day, report_of, told, used

D = Decimal


def asked(books: Books, of: str = "x_Effect") -> dict[str | None, Decimal]:
    """Return the sums of the table by a column."""
    with Engine() as engine:
        offer_variances(engine, load_project(books.root))
        return dict(engine.rows(f"SELECT {of}, sum(x_Amount) FROM {VARIANCES} GROUP BY 1 HAVING sum(x_Amount) <> 0"))


def kept(books: Books) -> set[str]:
    """Return the names of the files in which months are kept."""
    return {file.name for file in (books.root / ".finmod" / "reductions" / "variance").glob("*.parquet")}


def test_the_table_is_made_once_and_anew_by_other_rules_though_the_books_have_the_same_rows(
    small: Books, tmp_path: Path
) -> None:
    own = small.copy(tmp_path / "own")
    report = report_of(own)
    wanted = {effect.name: each for effect, each in zip(EFFECTS, report.total.effects, strict=True) if each}
    assert asked(own) == wanted
    first = kept(own)
    assert len(first) == 1
    assert asked(own) == wanted
    assert kept(own) == first
    own.write("allocation.yaml", f"# Kept by the platform team.\n{ALLOCATION}")
    assert own.run("apply").code == 0
    assert asked(own) == wanted
    assert len(kept(own) - first) == 1


def test_other_rows_of_the_books_make_it_anew_though_rules_and_bills_are_the_same(tmp_path: Path) -> None:
    """The cluster is shared by orders, of which others become known for August alone."""
    made = books_of(
        tmp_path / "books", used(8, "i-4", CLUSTER, "310", "1"), used(9, "i-4", CLUSTER, "600", "1"), apply=False
    )
    made.write("drivers.yaml", "orders: {unit: order, grain: month, by: [product], from: {csv: orders.csv}}\n")
    by_orders = "{by: driver, driver: orders}"
    made.write("allocation.yaml", ALLOCATION.replace("{by: fixed, shares: {search: 0.75, ads: 0.25}}", by_orders))

    def products(*orders: str) -> dict[str | None, Decimal]:
        made.write("orders.csv", "date,product,orders\n" + "".join(f"{each}\n" for each in orders))
        assert made.run("drivers", "load").code == 0
        said = made.run("apply")
        assert said.code == 0, said.err
        return asked(made, "x_Product")

    before, after = ["2026-08,search,5", "2026-08,ads,5"], ["2026-09,search,5", "2026-09,ads,15"]
    assert products(*before, *after) == {"search": -5, "ads": 295}
    assert products("2026-08,search,9", "2026-08,ads,1", *after) == {"search": -129, "ads": 419}


def test_other_rates_another_currency_and_other_bills_of_either_month_make_it_anew(tmp_path: Path) -> None:
    made = books_of(
        tmp_path / "books", used(8, "i-1", SEARCH, "31", "1", **EURO), used(9, "i-1", SEARCH, "30", "1", **EURO),
        fx="2026-08-01,EUR,USD,1\n2026-09-01,EUR,USD,1\n", apply=False,
    )  # fmt: skip
    assert asked(made, "x_Currency") == {"USD": -1}
    made.write("fx.csv", "date,from,to,rate\n2026-08-01,EUR,USD,2\n2026-09-01,EUR,USD,2\n")
    assert asked(made, "x_Currency") == {"USD": -2}
    text = (made.root / "finmod.yaml").read_text(encoding="utf-8")
    made.write("finmod.yaml", text.replace("currency: USD", "currency: EUR"))
    assert asked(made, "x_Currency") == {"EUR": -1}
    for month, quantity, wanted in ((8, "41", -11), (9, "50", 9)):
        file = made.write(f"{month}.csv", bill(used(month, "i-1", SEARCH, quantity, "1", **EURO)))
        made.load(file, "--accept", "FM1130")
        assert asked(made, "x_Currency") == {"EUR": wanted}


def test_bills_around_the_two_months_make_it_anew_since_they_tell_which_days_lack(tmp_path: Path) -> None:
    """September ends on the 20th: it is cut while it is the last month, and has a gap once October is there."""
    made = books_of(
        tmp_path / "books", *by_the_day(8, 1, 31), *by_the_day(9, 1, 20), apply=False,
    )  # fmt: skip
    first = asked(made)
    assert first == told(report_of(made).total)
    file = made.write("later.csv", bill(*by_the_day(10, 15, 31)))
    assert made.run("load", "--format", "focus", "--source", "saas", file).code == 0
    assert told(report_of(made).total) != first
    assert asked(made) != first
    with Engine() as engine:
        offer_variances(engine, load_project(made.root))
        rows = engine.rows(
            f"SELECT x_Effect, sum(x_Amount) FROM {VARIANCES} WHERE x_BillingPeriod = DATE '2026-09-01' GROUP BY 1"
        )
    assert {name: amount for name, amount in rows if amount} == told(report_of(made).total)
