"""metrics.yaml: what it takes, and what it says of everything else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from finmod.errors import UserError
from finmod.settings.drivers import read_drivers
from finmod.settings.metric_reading import built_in_metrics, chosen_metric, read_metrics
from finmod.settings.schema import metrics_schema, metrics_schema_text, write_metrics_schema
from finmod.settings.yaml import parse_yaml
from finmod.terms.metrics import Metric, in_words, shared_demands

DRIVERS = """\
orders: {unit: order, grain: day, by: [product], from: {csv: o.csv}}
users: {unit: user, grain: day, by: [product, team], from: {csv: u.csv}}
revenue: {unit: EUR, grain: month, by: [product], from: {csv: r.csv}}
"""


def read(folder: Path, text: str) -> dict[str, Metric]:
    (folder / "drivers.yaml").write_text(DRIVERS)
    (folder / "metrics.yaml").write_text(text)
    return read_metrics(folder, "USD", read_drivers(folder))


def test_the_contracts_example_is_a_metric(tmp_path: Path) -> None:
    text = "cost_per_order: {cost: EffectiveCost, where: {product: checkout}, per: orders, better: lower, label: Cost}"
    found = read(tmp_path, text)["cost_per_order"]
    assert (found.label, found.unit, found.currency, found.format, found.better) == (
        "Cost", "USD per order", "USD", "money", "lower",
    )  # fmt: skip
    assert (found.additivity, found.by, found.built_in) == ("ratio", ("product",), False)
    assert in_words(found) == "EffectiveCost where product is checkout / orders"


def test_demands_that_all_terms_have_are_shared(tmp_path: Path) -> None:
    first, second = "{product: ads, x_Pool: net}", "{product: ads}"
    text = f"a: {{numerator: [{{cost: ListCost, where: {first}}}, {{cost: ListCost, where: {second}}}]}}"
    found = read(tmp_path, text)["a"].numerator
    assert [each.subject for each in shared_demands(found[:1])] == ["product", "x_Pool"]
    # Places of two terms differ: a condition that stands twice is one all the same.
    assert [each.subject for each in shared_demands(found)] == ["product"]
    assert shared_demands(()) == ()


def test_money_of_a_driver_is_in_the_reporting_currency(tmp_path: Path) -> None:
    text = "m: {numerator: [{driver: revenue}, {cost: EffectiveCost, minus: true}], per: revenue}"
    found = read(tmp_path, text)["m"]
    assert (found.unit, found.format, found.numerator[1].sign) == ("", "percent", -1)


def test_a_level_is_no_sum_over_time(tmp_path: Path) -> None:
    found = read(tmp_path, "u: {driver: users, over_time: average}\no: {driver: orders}")
    assert (found["u"].additivity, found["o"].additivity) == ("semi-additive", "additive")


def test_a_driver_is_told_in_another_size(tmp_path: Path) -> None:
    assert read(tmp_path, "k: {cost: EffectiveCost, per: {driver: orders, in: 1000 orders}}")["k"].unit == (
        "USD per 1000 orders"
    )


def test_a_metric_that_comes_with_finmod_may_be_said_anew(tmp_path: Path) -> None:
    assert built_in_metrics("USD")["cloud_cost"].numerator[0].name == "EffectiveCost"
    found = read(tmp_path, "cloud_cost: {cost: BilledCost}")
    assert (found["cloud_cost"].numerator[0].name, found["cloud_cost"].built_in) == ("BilledCost", False)


def test_every_metric_that_comes_with_finmod_says_what_it_is() -> None:
    for each in built_in_metrics("EUR").values():
        assert (bool(each.description), bool(each.source), each.place) == (True, True, "")
        assert each.currency in {"EUR", None}
        assert in_words(each)
    rates = [name for name in built_in_metrics("USD") if name.startswith("effective_savings_rate")]
    assert len(rates) == 4
    assert len({built_in_metrics("USD")[name].label for name in rates}) == 4


def test_a_file_of_comments_has_no_metric(tmp_path: Path) -> None:
    assert read(tmp_path, "# nothing yet\n").keys() == built_in_metrics("USD").keys()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "a: {cost: EffectiveCost, per: ordrs}",
            (
                "metrics.yaml:1:31: a.per is 'ordrs'; expected a driver of drivers.yaml: orders, users or revenue. "
                "Did you mean 'orders'? (FM2401"
            ),
        ),
        ("a: {cost: Effective}", "metrics.yaml:1:11: a.cost is 'Effective'; expected EffectiveCost, BilledCost"),
        ("a: {per: orders}", "metrics.yaml:1:4: a says nothing that is summed; expected cost, quantity,"),
        ("a: {cost: ListCost, driver: orders}", "a.driver stands beside cost; expected cost alone"),
        ("a: {quantity: PricingQuantity}", "a has no unit; expected in beside quantity. Add in: and the unit"),
        ("a: {cost: ListCost, over_time: last}", "a.over_time stands beside cost; expected over_time beside driver"),
        ("a: {cost: ListCost, of: charges, part: direct}", "a.part is 'direct'; expected part beside of: allocated"),
        ("a: {cost: ListCost, known: [EffectiveCost]}", "expected known beside of: charges. Add of: charges, or take"),
        (
            "a: {cost: ListCost, numerator: [{driver: orders}]}",
            "a.cost stands beside numerator; expected numerator alone. Move cost into the list.",
        ),
        (
            "a: {numerator: [{driver: orders}, {driver: users}]}",
            "a.numerator adds up order and user; expected terms that count the same. Make two metrics of it",
        ),
        (
            "a: {cost: ListCost, per: orders, unit: USD per user}",
            (
                "metrics.yaml:1:40: a.unit is 'USD per user'; expected 'USD per order', which both sides make. "
                "Correct the unit, or the driver that it is divided by; or leave unit out. (FM2403"
            ),
        ),
        (
            "a: {cost: ListCost, per: orders, additivity: additive}",
            (
                "a.additivity is 'additive'; expected 'ratio': it has a denominator: its figures are never added up, "
                "its two sides are. Correct it, or leave it out. (FM2404"
            ),
        ),
        ("a: {cost: ListCost, currency: EUR}", "a.currency is 'EUR'; expected USD, the reporting currency of"),
        ("a: {driver: orders, currency: USD}", "a.currency is 'USD'; expected no currency."),
        ("a: {cost: ListCost, per: {driver: orders, in: GB}}", "a.per.in is 'GB'; expected what orders counts: order."),
        ("A: {cost: ListCost}", "the file has the key 'A'; expected a lower-case letter, then"),
        ("a: {cost: ListCost, per: 3}", "a.per is 3; expected the name of a driver, a mapping or a list of them."),
        ("a: {cost: ListCost, by: [Product]}", "expected the name of a dimension of taxonomy.yaml."),
        (
            "a: {cost: ListCost, where: {tag.team: x}}",
            (
                "metrics.yaml:1:29: a.where has the key 'tag.team'; expected a dimension, a column such as "
                "ServiceName, or a word such as service. Tags are told by the dimension of taxonomy.yaml that reads "
                "them. (FM2406"
            ),
        ),
        (
            "a: {cost: ListCost, per: {driver: orders, where: {prodct: x}}}",
            (
                "metrics.yaml:1:59: a.per.where.prodct is nothing that the driver orders is told by; expected a "
                "dimension of orders: product. Did you mean 'product'? (FM2406"
            ),
        ),
        ("a: {driver: revenue, in: GB}", "a.in is 'GB'; expected no in beside money. Take in out: money is told in"),
        (
            "a: {cost: ListCost, per: {driver: orders, over_time: avg}}",
            "a.per.over_time is 'avg'; expected sum, average or last. Did you mean 'average'?",
        ),
        ("a: {cost: ListCost, per: {drivr: orders}}", "a.per.drivr is no key of this file; expected cost, quantity,"),
        ("a: {cost: ListCost, per: [{drivr: orders}]}", "a.per.1.drivr is no key of this file; expected cost,"),
        ("a: {cost: ListCost, where: {}}", "a.where is an empty mapping; expected at least one condition."),
        ("a: {driver: Orders}", "a.driver is 'Orders'; expected the name of a driver of drivers.yaml."),
    ],
)  # fmt: skip
def test_what_it_does_not_take_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UserError) as refused:
        read(tmp_path, text)
    assert said in " ".join(str(refused.value).split())


def test_no_such_metric_names_the_near_one() -> None:
    with pytest.raises(UserError) as refused:
        chosen_metric(built_in_metrics("USD"), "cloud_cots")
    assert "there is no metric 'cloud_cots'" in str(refused.value)
    assert "Did you mean 'cloud_cost'? See them with: finmod metric --list." in str(refused.value)


def data(text: str) -> Any:  # noqa: ANN401 -- any YAML
    return json.loads(json.dumps(parse_yaml(text, "metrics.yaml").root.plain(), default=float))


def test_the_schema_takes_what_the_models_take(tmp_path: Path) -> None:
    schema = metrics_schema()
    Draft202012Validator.check_schema(schema)
    assert json.loads(write_metrics_schema(tmp_path).read_text()) == schema == json.loads(metrics_schema_text())
    check = Draft202012Validator(schema)
    for text in (
        "a: {cost: EffectiveCost, where: {product: [checkout, ads], x_Pool: null}, per: orders, better: lower}",
        "a: {numerator: [{driver: revenue}, {cost: EffectiveCost, minus: true}], per: [revenue, {driver: orders}]}",
        "a: {quantity: PricingQuantity, in: GB, where: {PricingUnit: {not: GiB}}}",
        "a: {tags: understood, per: {tags: taggable}}",
    ):
        assert check.is_valid(data(text)), text
    for text in (
        "a: {per: orders}", "a: {cost: Cost}", "a: {cost: ListCost, driver: x}", "A: {cost: ListCost}",
        "a: {quantity: PricingQuantity}", "a: {cost: ListCost, numerator: [{driver: x}]}", "a: {cost: ListCost, x: 1}",
    ):  # fmt: skip
        assert not check.is_valid(data(text)), text
