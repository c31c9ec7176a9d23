"""Rules of a project's own, in the list."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.errors import UserError
from tests.bills_by_day import More, charged, found, told, used

LAB: More = {"Tags": '{"lab":"genome"}', "PricingCategory": "Dynamic"}
RULES = """\
off: [previous-generation-machines]
shares: {idle-addresses: 0.25}
rules:
  labs: {title: Labs, when: {tag.lab: "*"}, evidence: {days: 1}, share: 0.5, how: whole, remedy: End it.}
  gold: {title: Gold, when: {SkuMeter: gold}}
"""


def test_own_rules_find_and_those_that_are_off_do_not(tmp_path: Path) -> None:
    charges = [
        *used("BoxUsage:m4.large", "i-1", "2", **LAB),
        *used("BoxUsage:m4.large", "i-2", "2", PricingCategory="Dynamic"),
        *used("BoxUsage:m4.large", "i-3", "2", days=range(2, 31), **LAB), *used("gold", "g-1"),
        *used("PublicIPv4:IdleAddress", "eip-1"),
    ]  # fmt: skip
    report = found(charged(tmp_path, charges, savings_yaml=RULES))

    assert {each.candidate.rule.name for each in report.savings} == {"labs", "gold", "idle-addresses"}
    assert told(report, "labs") == [("i-1", "30.00", "30.00")]
    assert told(report, "gold") == [("g-1", None, None)]
    assert told(report, "idle-addresses") == [("eip-1", "7.50", "7.50")]


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ("{}", ["even", "wavy"]),
        ("{steady: 0.9}", ["even"]),
        ("{steady: 0.5}", ["even", "wavy"]),
        ("{no_decline: 1}", ["even"]),
        ("{hours: 13}", ["even"]),
        ("{months: 1}", []),
    ],
)
def test_evidence_of_a_rule_is_demanded(evidence: str, expected: list[str], tmp_path: Path) -> None:
    rule = f"rules: {{a: {{title: a, when: {{SkuMeter: lab}}, evidence: {evidence}, share: 1}}}}\n"
    even = used("lab", "even", "2")
    wavy = [
        *used("lab", "wavy", days=range(1, 16), quantity="16"),
        *used("lab", "wavy", days=range(16, 31), quantity="8"),
    ]

    report = found(charged(tmp_path, even, wavy, savings_yaml=rule))

    assert [what for what, *_ in told(report, "a")] == expected


def test_a_change_of_the_file_is_seen_at_once(tmp_path: Path) -> None:
    books = charged(tmp_path, used("BoxUsage:m4.large", "i-1", "2", **LAB))
    assert told(found(books), "labs") == []

    books.write("savings.yaml", RULES)
    assert told(found(books), "labs") == [("i-1", "30.00", "30.00")]

    books.write("savings.yaml", RULES.replace("share: 0.5", "share: 0.1"))
    assert told(found(books), "labs") == [("i-1", "6.00", "6.00")]


def test_the_list_of_rules_and_the_table_have_them(tmp_path: Path) -> None:
    books = charged(tmp_path, used("BoxUsage:m4.large", "i-1", "2", **LAB), savings_yaml=RULES)

    shown = books.run("savings", "--list").out
    assert "labs " in shown
    assert "previous-generation-machines" not in shown
    assert "labs" in {row["x_Rule"] for row in books.query("SELECT x_Rule FROM savings_monthly")}


def test_a_pattern_that_cannot_be_used_is_told_with_its_place(tmp_path: Path) -> None:
    books = charged(tmp_path, used("gold", "g-1"), savings_yaml="rules: {a: {title: a, when: {SkuMeter: '/(a/'}}}\n")

    with pytest.raises(UserError) as caught:
        found(books)

    assert str(caught.value).startswith("savings.yaml:1:12: the pattern of rule a cannot be used:")
    assert "FM2565" in str(caught.value)
