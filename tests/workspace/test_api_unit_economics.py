"""Unit economics from Python: the answers of the command, and arguments that are refused in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

import finmod as fm
from finmod.errors import UserError
from finmod.workspace.api import Workspace
from finmod.workspace.api_unit_economics import UnitEconomics
from finmod.workspace.frame import Frame
from tests.books import Books
from tests.unit_economics import PNL, unit_economics_once

METRIC = "cost_per_order"


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    made = unit_economics_once(tmp_path_factory)
    (made.root / "pnl.yaml").write_text(PNL, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def workspace(books: Books) -> Workspace:
    return fm.open(books.root)


@pytest.fixture(scope="module")
def units(workspace: Workspace) -> UnitEconomics:
    return workspace.unit_economics(
        METRIC, by="product", variable=(0.5, 0.7), fee="2.9%", other=100, steps=[(5_000_000, 1000)]
    )


def as_told(frame: Frame) -> list[dict[str, Any]]:
    """Return the rows as the command writes them in JSON: decimals as text."""
    told = json.loads(json.dumps([*frame], default=lambda value: f"{value:f}"))
    return [{name: _plain(value) for name, value in row.items()} for row in told]


def _plain(value: object) -> object:
    try:
        return Decimal(value) if isinstance(value, str) else value
    except ArithmeticError:
        return value


ASKED = ("--by", "product", "--variable", "0.5..0.7")
LATER = ("--other", "100", "--step", "5000000:1000")
PRICED = ("--fee", "0.029")


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda units: units.split(), ("split", *ASKED)),
        (
            lambda units: units.project(
                2, growth=(0.1, 0.3), curve="logistic", saturation=9_000_000, scale=0.1, price_change=["-5%", -0.02],
                inflation="3%", grain="month",
            ),
            ("project", *ASKED, *LATER, "--years", "2", "--growth", "10%..30%", "--curve", "logistic", "--saturation",
             "9000000", "--scale", "0.1", "--price-change", "-5%,-2%", "--inflation", "3%", "--grain", "month"),
        ),
        (lambda units: units.project(volumes=[700_000, "800000"]),
         ("project", *ASKED, *LATER, "--volumes", "700000,800000")),
        (lambda units: units.break_even(profit=10), ("break-even", *ASKED, *LATER, *PRICED, "--profit", "10")),
        (lambda units: units.break_even(together=True), ("break-even", *ASKED, *LATER, *PRICED, "--together")),
        (lambda units: units.sensitivity("margin", part=0.05),
         ("sensitivity", *ASKED, *LATER, *PRICED, "--figure", "margin", "--range", "5%")),
        (lambda units: units.price_floor(margin=Decimal("0.3"), volumes=[10**5, 10.5]),
         ("price-floor", *ASKED, *LATER, *PRICED, "--margin", "30%", "--volumes", "100000,10.5")),
    ],
)  # fmt: skip
def test_answers_are_those_of_the_command(
    books: Books, units: UnitEconomics, ask: Callable[[UnitEconomics], Frame], words: tuple[str, ...]
) -> None:
    said = books.run("unit-economics", METRIC, *words, "--output", "json")
    assert said.code == 0, said.err
    told = [{name: _plain(value) for name, value in row.items()} for row in json.loads(said.out)]

    assert told
    assert as_told(ask(units)) == told


def test_cohorts_are_those_of_the_command(books: Books, workspace: Workspace) -> None:
    said = books.run("unit-economics", METRIC, "cohorts", "--cohort", "plan", "--revenue", "earned", "--output", "json")
    told = [{name: _plain(value) for name, value in row.items()} for row in json.loads(said.out)]

    assert told
    assert as_told(workspace.cohorts(METRIC, cohort="plan", revenue="earned")) == told


def test_what_is_taken_for_granted_and_what_is_odd_stand_beside_the_rows(units: UnitEconomics) -> None:
    growth, other = units.project(growth=(0.1, 0.3)).notes
    assert growth == "constant growth of 20 % a year (10 % to 30 %), as given"
    assert other.startswith("Other cost of 100 USD a month is in what is ahead alone")
    for priced in (units.break_even(), units.price_floor(), units.sensitivity("margin")):
        assert priced.notes == ("Price is revenue by units, from revenue.",)
    assert "FM2366" in {finding.code for finding in units.project(volumes=[1]).findings}
    assert repr(units) == "<unit economics of cost_per_order: ads, search>"


def test_findings_are_of_the_cost_that_the_metric_is_made_of(workspace: Workspace) -> None:
    found = workspace.unit_economics("cost_per_user").split().findings

    assert {(each.code, each.measure) for each in found} >= {("FM2340", "EffectiveCost")}
    assert {each.measure for each in workspace.cohorts(METRIC, revenue="earned").findings} == {"EffectiveCost"}


def test_every_row_names_its_currency(units: UnitEconomics, workspace: Workspace) -> None:
    answers = (units.split(), units.project(1), units.break_even(), units.sensitivity(), units.price_floor())
    for found in (*answers, workspace.cohorts(METRIC, revenue="earned")):
        assert {*found.column("currency")} == {"USD"}
        assert found.columns[-1] == "currency"


def test_one_step_may_be_text(workspace: Workspace) -> None:
    one, listed = (
        workspace.unit_economics(METRIC, variable=0.5, steps=steps).price_floor(volumes=[9_000_000])
        for steps in ("5000000:1000", [(5_000_000, 1000)])
    )
    assert [*one] == [*listed]


def test_columns_have_their_types_whatever_rows_there_are(units: UnitEconomics) -> None:
    kinds = units.project(1).arrow().schema
    assert [str(kinds.field(name).type) for name in ("period", "months", "average_cost_lower")] == [
        "string", "int64", "decimal128(38, 12)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"metric": None}, "metric is None; expected the name of a metric"),
        ({"metric": "cost_per_ordr"}, "Did you mean 'cost_per_order'?"),
        ({"by": 3}, "by is 3; expected a dimension"),
        ({"only": "adds"}, "only is adds, which has no units"),
        ({"only": []}, "only is []; expected names of products, or None for all of them"),
        ({"only": "ads", "by": None}, "only is ads, and all products are asked for together"),
        ({"steps": None}, "steps is None; expected a list of units and cost"),
        ({"revenue": 3}, "revenue is 3; expected a driver of money"),
        ({"revenue": "revenu"}, "revenue is revenu"),
        ({"price": 0}, "price is 0; expected a number above 0"),
        ({"price": True}, "price is True; expected a number above 0"),
        ({"price": float("nan")}, "price is nan; expected a number above 0"),
        ({"price": 1e300}, "price is 1e+300; expected a number above 0"),
        ({"variable": (0.7, 0.5)}, "variable is (0.7, 0.5); expected a part from 0 to 1"),
        ({"variable": (0.1, None)}, "variable is (0.1, None); expected a part from 0 to 1"),
        ({"variable": "2"}, "variable is '2'; expected a part from 0 to 1, such as 0.6 or 60%, or an interval of it"),
        ({"other": -1}, "other is -1; expected an amount from 0"),
        ({"steps": [5]}, "steps is 5; expected units above 0 and cost, both a month"),
        ({"capacity": (0, 5)}, "capacity is 0; expected a number above 0"),
        ({"fee": 1}, "fee is 1; expected a part from 0 to below 1"),
        ({"fee": None}, "fee is None; expected a part"),
        ({"seed": -1}, "seed is -1; expected a whole number from 0 to 4294967295"),
    ],
)
def test_an_argument_of_a_question_that_it_does_not_take_is_named(
    workspace: Workspace, wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError) as refused:
        workspace.unit_economics(**{"metric": METRIC, "by": "product", "variable": 0.5, **wrong})
    assert message in str(refused.value)
    assert "--" not in str(refused.value).replace("--list", "")


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda units: units.project(0), "years is 0; expected a whole number from 1 to 30"),
        (lambda units: units.project(growth=-1), "growth is -1; expected a rate a year above -1"),
        (lambda units: units.project(curve="s"), "curve is 's'; expected constant, linear or logistic"),
        (lambda units: units.project(curve="linear"), "A linear curve needs the growth that it has now"),
        (lambda units: units.project(saturation=9), "A logistic curve has a saturation, and no other has"),
        (lambda units: units.project(growth=0.1, curve="logistic", saturation=5), "saturation is 5"),
        (lambda units: units.project(volumes=[1], growth=1), "volumes says every month"),
        (lambda units: units.project(scale=0.1, experience=0.9), "scale and experience say the same in two ways"),
        (lambda units: units.project(grain="day"), "grain is 'day'; expected year or month"),
        (lambda units: units.break_even(profit=-1), "profit is -1; expected an amount from 0"),
        (lambda units: units.break_even(together="no"), "together is 'no'; expected True or False"),
        (lambda units: units.sensitivity(part=0), "part is 0; expected a part above 0"),
        (lambda units: units.sensitivity("cost"), "figure is 'cost'; expected unit_cost"),
        (lambda units: units.sensitivity(part=2), "part is 2; expected a part"),
        (lambda units: units.sensitivity(margin=0.98), "fee and margin together take the whole price"),
        (lambda units: units.price_floor(margin=0.98), "fee and margin together take the whole price"),
        (lambda units: units.price_floor(volumes=[0]), "volumes is 0; expected a number above 0"),
    ],
)
def test_an_argument_of_an_answer_that_it_does_not_take_is_named(
    units: UnitEconomics, ask: Callable[[UnitEconomics], Frame], message: str
) -> None:
    with pytest.raises(UserError) as refused:
        ask(units)
    assert message in str(refused.value)
    assert "--" not in str(refused.value)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"of": None}, "of is None; expected a dimension"),
        ({"cohort": "plans"}, "cohort is plans"),
        ({"revenue": "earnt"}, "revenue is earnt"),
    ],
)
def test_an_argument_of_cohorts_that_they_do_not_take_is_named(
    workspace: Workspace, wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError) as refused:
        workspace.cohorts(METRIC, **wrong)
    assert message in str(refused.value)
    assert "--" not in str(refused.value)
