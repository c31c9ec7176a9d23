"""savings.yaml: what it takes, and what it says of everything else."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from finmod.errors import UserError
from finmod.settings.init import write_project
from finmod.settings.savings import saving_rules
from finmod.settings.savings_file import ProjectRules, read_saving_rules
from finmod.settings.schema import savings_schema, savings_schema_text, write_savings_schema
from finmod.settings.yaml import parse_yaml

WHOLE = """\
off: [cross-zone-traffic]
shares: {nonproduction-hours: 0.5, idle-addresses: 1}
rules:
  labs:
    title: Forgotten labs
    when: [{tag.lab: "*"}, {environment: lab}]
    evidence: {days: 1, months: 2, without: resource}
    beside: {SkuMeter: "*-Bytes"}
    share: 1
    how: whole
  dear: {title: Dear things, when: {ServiceName: Gold}, per: place}
"""


def read(folder: Path, text: str) -> ProjectRules:
    (folder / "savings.yaml").write_text(text)
    return read_saving_rules(folder)


def refused(folder: Path, text: str) -> str:
    with pytest.raises(UserError) as caught:
        read(folder, text)
    return str(caught.value)


def test_the_file_leaves_out_changes_and_adds(tmp_path: Path) -> None:
    rules = read(tmp_path, WHOLE).rules

    assert "cross-zone-traffic" not in rules
    assert (rules["nonproduction-hours"].rule.share, rules["nonproduction-hours"].rule.source) == (
        Decimal("0.5"), "savings.yaml",
    )  # fmt: skip
    labs = rules["labs"].rule
    assert (labs.share, labs.how, labs.evidence.months, labs.evidence.days) == (
        Decimal(1), "whole", 2, Decimal(1),
    )  # fmt: skip
    assert [[*when] for when in rules["labs"].when] == [["tag.lab"], ["environment"]]
    assert (rules["dear"].rule.share, rules["dear"].rule.how, rules["dear"].rule.per) == (None, "unknown", "place")


def test_own_rules_take_before_commitments_are_bought_for_the_rest(tmp_path: Path) -> None:
    rules = read(tmp_path, WHOLE).rules

    assert [*rules][-3:] == ["labs", "dear", "uncovered-usage"]
    assert [each.rule.order for each in rules.values()] == [*range(len(rules))]


@pytest.mark.parametrize("text", [None, "", "# nothing yet\n"])
def test_without_it_the_rules_of_finmod_hold(text: str | None, tmp_path: Path) -> None:
    found = read(tmp_path, text) if text is not None else read_saving_rules(tmp_path)

    assert (found.rules, found.own) == (saving_rules(), frozenset())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("off: [idle-adresses]", "savings.yaml:1:7: off.1 is 'idle-adresses'; expected the name of a rule of finmod"),
        ("off: [idle-adresses]", "Did you mean 'idle-addresses'?"),
        ("shares: {labs: 1}", "expected the name of a rule of finmod"),
        ("shares: {uncovered-usage: 0.5}", "is a rule whose candidates have shares of their own"),
        (
            "shares: {idle-addresses: 1.5}",
            "savings.yaml:1:26: shares.idle-addresses is 1.5; expected a number from 0 to 1",
        ),
        ("shares: {idle-addresses: half}", "shares.idle-addresses is 'half'; expected a number from 0 to 1"),
        (
            "rules: {a: {title: a, when: {SkuId: b}, share: -0.5}}",
            "rules.a.share is -0.5; expected a number from 0 to 1",
        ),
        (
            "rules: {a: {title: a, when: {SkuId: b}, evidence: {days: -3}}}",
            "rules.a.evidence.days is -3; expected a number from 0 to 1",
        ),
        (
            "rules: {a: {title: a, when: {SkuId: b}, evidence: {hours: 25}}}",
            "rules.a.evidence.hours is 25; expected a number from 0 to 24",
        ),
        ("rules: {idle-addresses: {title: a, when: {SkuId: b}}}", "is the name of a rule of finmod"),
        ("rules: {Labs: {title: a, when: {SkuId: b}}}", "expected a lower-case letter"),
        ("rules: {a: {title: a, when: {SkuIdd: b}}}", "Did you mean 'SkuId'?"),
        ("rules: {a: {title: a, when: []}}", "expected at least one condition"),
        ("rules: {a: {when: {SkuId: b}}}", "rules.a.title is missing"),
        ("rules: {a: {title: a, when: {SkuId: b}, evidence: {without: place}}}", "asks for usage beside, and the rule"),
        ("rules: {a: {title: a, when: {SkuId: b}, beside: {SkuId: c}}}", "is asked for by no evidence"),
        ("rules: {a: {title: a, when: {SkuId: b}, share: true}}", "rules.a.share is true"),
        ("rules: {a: {title: a, when: {SkuId: b}, evidence: {dayz: 1}}}", "Did you mean 'days'?"),
        ("of: []", "Did you mean 'off'?"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, words: str, tmp_path: Path) -> None:
    assert words in refused(tmp_path, text)


def test_the_schema_takes_what_the_model_takes(tmp_path: Path) -> None:
    schema = savings_schema()
    Draft202012Validator.check_schema(schema)
    check = Draft202012Validator(schema)

    assert json.loads(write_savings_schema(tmp_path).read_text()) == schema == json.loads(savings_schema_text())
    assert check.is_valid(_data(WHOLE))
    assert not check.is_valid(_data("rules: {Labs: {title: a, when: {SkuId: b}}}"))
    assert not check.is_valid(_data("rules: {a: {when: {SkuId: b}}}"))
    assert not check.is_valid(_data("shares: {idle-addresses: 2}"))


def test_a_new_project_has_one_without_rules_whose_examples_hold(tmp_path: Path) -> None:
    write_project(tmp_path / "p", "p", "USD")
    text = (tmp_path / "p" / "savings.yaml").read_text()
    first, *lines = text.splitlines()

    assert json.loads((tmp_path / "p" / first.split("=")[1]).read_text()) == savings_schema()
    assert read_saving_rules(tmp_path / "p").rules == saving_rules()
    examples = [line.removeprefix("# ") for line in lines if line.startswith(("# off", "# shares", "# rules", "#   "))]
    found = read(tmp_path, "\n".join(examples)).rules
    assert found["forgotten-labs"].rule.share == 1
    assert "cross-zone-traffic" not in found


def _data(text: str) -> object:
    """Return the file as a program that reads JSON has it."""
    found: object = json.loads(json.dumps(parse_yaml(text, "savings.yaml").root.plain(), default=float))
    return found
