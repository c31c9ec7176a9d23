"""pnl.yaml: every key is read, and what cannot be meant is told with its place and a remedy, all of it at once."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from finmod.errors import UserError
from finmod.settings.init import pnl_text
from finmod.settings.pnl import Pnl, PnlFile, read_pnl, share_on
from finmod.settings.schema import pnl_schema, pnl_schema_text, write_pnl_schema
from finmod.settings.yaml import parse_yaml
from tests.refusals import refusals, told

WHOLE = """
cost: BilledCost
revenue:
  - {name: Subscriptions, driver: revenue, spread: days}
  - {name: Refunds, driver: refunds, sign: -1}
cloud:
  - {name: Support plans, when: {x_Pool: support, product: [search, "a*"]}, section: opex}
  - {name: Tooling, when: {ServiceName: {not: Amazon EC2}, x_Team: null}, section: opex, variable: 0.25}
  - {name: Tooling, when: {x_Source: saas}, section: opex}
default:
  name: Cloud hosting
  section: cogs
  variable: [{is: 1, until: 2026-04-01}, {is: 0.8, since: 2026-04-01}]
other:
  - {name: Salaries, driver: salaries, section: opex, variable: 0}
budget: {Subscriptions: revenue_plan, Cloud hosting: {driver: hosting_plan, spread: days}}
cohorts: {plan: {file: customers.csv, key: id, value: plan, dimension: customer}}
"""


def read(folder: Path, text: str) -> Pnl:
    (folder / "pnl.yaml").write_text(text, encoding="utf-8")
    return read_pnl(folder)


def test_every_key_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, WHOLE)
    settings = found.settings

    assert [(each.name, each.driver, each.sign, each.spread) for each in settings.revenue] == [
        ("Subscriptions", "revenue", 1, "days"), ("Refunds", "refunds", -1, None),
    ]  # fmt: skip
    assert [each.section for each in settings.cloud] == ["opex"] * 3
    assert settings.cloud[0].when["product"].any == ("search", "a*")
    assert settings.cloud[1].when["x_Team"].absent
    assert settings.budget["Subscriptions"].driver == "revenue_plan"
    assert settings.cohorts["plan"].of == "customer"
    assert found.place("cloud", 1, "when", "ServiceName", is_key=True) == "pnl.yaml:8:28"
    assert found.place("cloud", 1, "name") == "pnl.yaml:8:12"
    assert Draft202012Validator(pnl_schema()).is_valid(_data(WHOLE))


def test_a_share_changes_with_months_and_else_follows_its_section(tmp_path: Path) -> None:
    default = read(tmp_path, WHOLE).settings.default
    assert default is not None

    assert [share_on(default.variable, "cogs", date(2026, month, 1)) for month in (3, 4)] == [1, Decimal("0.8")]
    assert [share_on((), section, date(2026, 1, 1)) for section in ("cogs", "opex")] == [1, 0]


@pytest.mark.parametrize("text", ["", "# only words\n", pnl_text()])
def test_a_file_of_comments_says_what_no_file_says(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == Pnl()
    assert Pnl().settings == PnlFile()


def test_the_example_of_the_template_is_read(tmp_path: Path) -> None:
    example = pnl_text().partition("# Example:\n")[2]

    found = read(tmp_path, "\n".join(line[2:] for line in example.splitlines())).settings

    names = [[each.name for each in lines] for lines in (found.revenue, found.cloud, found.other)]
    assert names == [["Subscriptions"], ["Support plans", "Tooling"], ["Payment fees", "Salaries"]]


def test_the_schema_is_written_for_editors(tmp_path: Path) -> None:
    path = write_pnl_schema(tmp_path)

    assert path.name == "pnl.schema.json"
    assert json.loads(path.read_text()) == pnl_schema() == json.loads(pnl_schema_text())
    Draft202012Validator.check_schema(pnl_schema())


REFUSED = refusals("""
    cost: Billed
        pnl.yaml:1:7: cost is 'Billed'; expected EffectiveCost, BilledCost, ContractedCost or ListCost.
          Did you mean 'BilledCost'? (FM1003)

    cloud: [{name: A, section: cogs, when: {tag.app: x}}]
        pnl.yaml:1:41: cloud.1.when has the key 'tag.app'; expected x_Source, ServiceName, ChargeCategory, x_Pool or a
          dimension that costs are allocated to. A statement stands on allocated cost, which has no other columns: name
          the dimension that does. (FM2302)

    cloud: [{name: A, section: cogs, when: {ServiceNam: x}}]
        pnl.yaml:1:41: cloud.1.when has the key 'ServiceNam'; expected x_Source, ServiceName, ChargeCategory, x_Pool or
          a dimension that costs are allocated to. Did you mean 'ServiceName'? (FM2302)

    default: {name: A, section: cogs, variable: 1.5}
        pnl.yaml:1:45: default.variable is 1.5; expected a share from 0 to 1. Write 0.8 for 80 %. (FM2303)

    default: {name: A, section: cogs, variable: 0.12345678}
        pnl.yaml:1:45: default.variable is 0.12345678; expected at most 6 decimals. Round it. (FM2303)

    default: {name: A, section: cogs, variable: [{is: 1}, {is: 0, since: 2026-01-01}]}
        pnl.yaml:1:55: default.variable.2 holds while another one does; expected one share for each month. Give the
          earlier one an until. (FM2303)

    default: {name: A, section: cogs, variable: [{is: 1, since: 2026-01-02}]}
        pnl.yaml:1:61: default.variable.1.since is '2026-01-02'; expected the first day of a month. Write the first day
          of the month: months have one share. (FM2305)

    revenue: [{name: A, driver: a}, {name: A, driver: b}]
        pnl.yaml:1:40: revenue.2.name is 'A' once more; expected another name: rules of cloud alone may share a line,
          within one section. Rename one of them. (FM2304)

    budget: {Subscription: plan}
    revenue: [{name: Subscriptions, driver: revenue}]
        pnl.yaml:1:10: budget.Subscription is no line of this file; expected the name of a line. Did you mean
          'Subscriptions'? (FM2306)

    other: [{name: A, driver: Bad Name, section: opex}]
        pnl.yaml:1:27: other.1.driver is 'Bad Name'; expected the name of a driver of drivers.yaml. Write it as that
          file has it. (FM1006)
""")


@pytest.mark.parametrize(("text", "expected"), REFUSED)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, text: str, expected: list[str]) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, text)
    assert [told(problem) for problem in caught.value.problems] == expected


def _data(text: str) -> object:
    return json.loads(json.dumps(parse_yaml(text, "f").root.plain(), default=float))
