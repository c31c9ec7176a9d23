"""The list: at effective cost, none of it twice, the largest first, with owner and names."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.workspace.savings.savings import Wanted
from tests.bills_by_day import SEPTEMBER, More, charged, codes_of, found, told, used
from tests.books import Books

DEV: More = {"Tags": '{"environment":"dev","product":"search"}'}
USED: More = {"PricingCategory": "Committed", "CommitmentDiscountStatus": "Used", "CommitmentDiscountId": "ri-1",
        "BilledCost": "0"}  # fmt: skip
IDLE = "PublicIPv4:IdleAddress"
TAXONOMY = """\
dimensions:
  product: {values: {search: {owner: ann}, ads: {}}, from: [{tag: product}]}
  team: {values: {web: {owner: bob}, apps: {}}, from: [{tag: team}]}
"""


def test_what_a_commitment_covers_frees_capacity_and_no_cash(tmp_path: Path) -> None:
    covered = used("BoxUsage:m5.large", "i-1", "3", days=range(1, 29), **DEV, **USED)
    rest = used("BoxUsage:m5.large", "i-1", "4", days=range(29, 31), **DEV)

    report = found(charged(tmp_path, covered, rest))

    (saving,) = [each for each in report.savings if each.candidate.rule.name == "nonproduction-hours"]
    share = Decimal("0.642857142857")
    assert (saving.cash, dict(saving.freed)) == (8 * share, {"ri-1": 84 * share})
    assert (saving.amount, saving.committed) == (92 * share, 84 * share)
    assert report.total.cash < report.total.amount


def test_unused_commitments_are_paid_for_nothing_and_are_no_cash(tmp_path: Path) -> None:
    fee: More = {"CommitmentDiscountId": "ri-1", "CommitmentDiscountStatus": "Unused", "PricingCategory": "Committed",
           "CommitmentDiscountName": "Our RI"}  # fmt: skip
    bought = used("", "", "0", days=[1], ChargeCategory="Purchase", ChargeFrequency="One-Time",
                  CommitmentDiscountId="ri-1", ChargePeriodEnd="2027-09-01T00:00:00Z")  # fmt: skip

    report = found(charged(tmp_path, used("Unused", "", "2", days=range(1, 11), **fee), bought))

    (saving,) = report.savings
    assert (saving.candidate.about.group.resource, saving.amount, saving.cash) == ("Our RI", Decimal(20), Decimal(0))
    assert saving.freed == (("ri-1", Decimal(20)),)
    assert saving.candidate.about.ends == {"ri-1": date(2027, 8, 31)}
    assert (report.total.usage, report.total.commitment, report.total.cash) == (Decimal(0), Decimal(20), Decimal(0))


def test_no_charge_is_saved_twice(tmp_path: Path) -> None:
    """A machine of an old kind in non-production: what is off at night cannot be saved by a cheaper kind too."""
    report = found(charged(tmp_path, used("BoxUsage:m4.large", "i-1", "10", **DEV)))

    amounts = {each.candidate.rule.name: each.amount for each in report.savings if each.amount is not None}
    first = 300 * Decimal("0.642857142857")
    assert amounts == {
        "nonproduction-hours": first,
        "previous-generation-machines": ((300 - first) * Decimal("0.04")).quantize(Decimal("1E-12"), "ROUND_DOWN"),
    }
    assert [each.is_reduced for each in report.savings if each.amount is not None] == [False, True]


def test_what_a_rule_saves_whole_no_other_saves(tmp_path: Path) -> None:
    volumes = used("EBS:VolumeUsage.gp2", "vol-1", unit="GB-Months")
    elsewhere = [*used("EBS:VolumeUsage.gp2", "vol-2", unit="GB-Months", SubAccountId="2"),
                 *used("BoxUsage:m5.large", "i-1", SubAccountId="2")]  # fmt: skip

    report = found(charged(tmp_path, volumes, elsewhere))

    assert told(report, "volumes-without-machines") == [("vol-1", "30.00", "30.00")]
    assert told(report, "previous-generation-volumes") == [("vol-2", "6.00", "6.00")]


def test_credits_of_the_same_resource_go_with_it(tmp_path: Path) -> None:
    credit = used(IDLE, "eip-1", "-0.04", days=range(1, 11), ChargeCategory="Credit", PricingCategory="")
    other = used(IDLE, "eip-9", "-5", days=[1], ChargeCategory="Credit", PricingCategory="")

    report = found(charged(tmp_path, used(IDLE, "eip-1", "0.12"), credit, other))

    assert told(report, "idle-addresses") == [("eip-1", "3.20", "3.20")]


def test_what_is_free_after_credits_is_no_candidate(tmp_path: Path) -> None:
    credit = used(IDLE, "eip-1", "-0.12", ChargeCategory="Credit", PricingCategory="")

    assert found(charged(tmp_path, used(IDLE, "eip-1", "0.12"), credit)).savings == ()


def test_corrections_are_not_looked_at(tmp_path: Path) -> None:
    assert found(charged(tmp_path, used(IDLE, "eip-1", "0.12", ChargeClass="Correction"))).savings == ()


def test_an_unknown_cost_gives_no_amount(tmp_path: Path) -> None:
    report = found(charged(tmp_path, used(IDLE, "eip-1", "0.12", days=range(1, 30)),
                           used(IDLE, "eip-1", "0.12", days=[30], EffectiveCost="")))  # fmt: skip

    assert told(report, "idle-addresses") == [("eip-1", None, None)]
    assert [each.message for each in report.findings if each.code == "FM2554"] == [
        "the effective cost of 1 charge is unknown: 1 candidate has no amount"
    ]


def test_other_currencies_are_told_in_the_reporting_currency(tmp_path: Path) -> None:
    charges = used(IDLE, "eip-1", "1", BillingCurrency="EUR")
    books = charged(tmp_path, charges, fx_csv="date,from,to,rate\n2026-08-31,EUR,USD,1.5\n")
    (tmp_path / "finmod.yaml").write_text("name: northwind\ncurrency: USD\nfx: {path: fx.csv, days: 31}\n")

    report = found(books)

    assert (report.currency, told(report, "idle-addresses")) == ("USD", [("eip-1", "45.00", "45.00")])


def test_without_an_exchange_rate_there_is_no_amount(tmp_path: Path) -> None:
    report = found(charged(tmp_path, used(IDLE, "eip-1", "1", BillingCurrency="EUR")))

    assert told(report, "idle-addresses") == [("eip-1", None, None)]
    assert "FM2555" in codes_of(report)


def test_the_largest_stands_first_and_the_unknown_last(tmp_path: Path) -> None:
    report = found(charged(tmp_path, used(IDLE, "eip-1", "1"), used(IDLE, "eip-2", "3"),
                           used("DataTransfer-Regional-Bytes", "i-1", "50", unit="GB")))  # fmt: skip

    assert [each.candidate.about.group.resource for each in report.savings] == ["eip-2", "eip-1", None]
    assert report.total.unknown == 1
    assert report.total.amount == 120


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Idle addresses of three teams in two months."""
    charges = [
        *used(IDLE, "eip-1", "1", Tags='{"product":"search","team":"web"}'),
        *used(IDLE, "eip-2", "2", Tags='{"product":"ads","team":"web"}', SubAccountId="2"),
        *used(IDLE, "eip-3", "3", Tags='{"team":"apps"}'),
        *used(IDLE, "eip-4", "4"),
        *used(IDLE, "eip-1", "5", month=SEPTEMBER.replace(month=8)),
    ]
    return charged(tmp_path_factory.mktemp("savings") / "books", charges, taxonomy=TAXONOMY)


def test_the_owner_is_that_of_the_product_then_of_the_team_then_the_team(books: Books) -> None:
    owners = {each.candidate.about.group.resource: each.candidate.about.group.owner for each in found(books).savings}

    assert owners == {"eip-1": "ann", "eip-2": "bob", "eip-3": "apps", "eip-4": None}


def test_the_books_tell_since_when(books: Books) -> None:
    since = {each.candidate.about.group.resource: each.candidate.about.group.since for each in found(books).savings}

    assert since["eip-1"] == date(2026, 8, 1)
    assert since["eip-2"] == SEPTEMBER


def test_an_earlier_month_is_told_as_it_was(books: Books) -> None:
    assert told(found(books, Wanted(month=date(2026, 8, 1))), "idle-addresses") == [("eip-1", "150.00", "150.00")]


def test_an_owner_a_least_and_a_number_choose(books: Books) -> None:
    assert told(found(books, Wanted(owner="ANN")), "idle-addresses") == [("eip-1", "30.00", "30.00")]
    least = found(books, Wanted(least=Decimal(90)))
    assert [each.candidate.about.group.resource for each in least.savings] == ["eip-4", "eip-3"]
    top = found(books, Wanted(top=1))
    assert ([each.candidate.about.group.resource for each in top.savings], top.total.amount) == (
        ["eip-4"],
        Decimal(300),
    )


@pytest.mark.parametrize(
    ("by", "members"),
    [
        ("owner", [(None, "120"), ("apps", "90"), ("bob", "60"), ("ann", "30")]),
        ("team", [(None, "120"), ("apps", "90"), ("web", "90")]),
        ("account", [("1", "240"), ("2", "60")]),
        ("kind", [("usage", "300")]),
    ],
)
def test_sums_by_a_word_or_dimension_are_those_of_the_list(
    books: Books, by: str, members: list[tuple[str | None, str]]
) -> None:
    assert [(name, f"{each.amount:.0f}") for name, each in found(books, Wanted(by=by)).groups] == members


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Wanted(rules=("idle-adresses",)), "there is no rule of savings 'idle-adresses'; expected the name of a rule"),
        (Wanted(rules=("idle-adresses",)), "Did you mean 'idle-addresses'? See the rules with: finmod savings --list."),
        (Wanted(by="ownr"), "Did you mean 'owner'?"),
        (
            Wanted(by="cost"),
            "expected rule, kind, owner, source, account, region, service, effort, risk, product or team",
        ),
        (Wanted(owner="an"), "nobody called 'an' answers for a potential saving of the month"),
        (Wanted(month=date(2026, 7, 1)), "there are no charges of 2026-07"),
    ],
)
def test_a_wrong_name_is_refused_and_the_near_one_told(books: Books, wanted: Wanted, words: str) -> None:
    with pytest.raises(UserError) as caught:
        found(books, wanted)

    assert words in str(caught.value)


def test_an_empty_ledger_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="the ledger is empty"):
        found(Books(tmp_path))
