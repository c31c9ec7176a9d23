"""``finmod variance``: what stands on the screen, what programs get, and the charges behind an effect."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.models.variance.effects import EFFECTS
from tests.books import Books
from tests.tagged import EURO, charge
from tests.variances import ADS, CLUSTER, SEARCH, books_of, spoiled, used

HOSTILE = '=cmd|" /C calc"!A0'


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Search uses more, ads pays more for each hour, and their cluster grows; no test changes it."""
    return books_of(
        tmp_path_factory.mktemp("variance") / "books",
        used(8, "i-1", SEARCH, "31000", "1"), used(9, "i-1", SEARCH, "60000", "1"),
        used(8, "i-2", ADS, "3100", "2", SubAccountId="5"), used(9, "i-2", ADS, "3000", "3", SubAccountId="5"),
        used(8, "i-4", CLUSTER, "31", "1", SubAccountId="6"), used(9, "i-4", CLUSTER, "60", "1", SubAccountId="6"),
        charge(9, "1200", "", "", ChargeCategory="Tax", ServiceName="Tax"),
    )  # fmt: skip


def test_what_is_shown_as_0_is_not_what_a_change_is_mainly(tmp_path: Path) -> None:
    """10 hours a day become 20 in a shorter month, and the price rises by a thousandth of a cent."""
    made = books_of(
        tmp_path / "books",
        used(8, "i-1", SEARCH, "310", "1"), used(9, "i-1", SEARCH, "600", "1.00001"),
    )  # fmt: skip
    said = made.run("variance", "2026-09", "--by", "product")
    assert "  List price" in said.out
    (line,) = (line for line in said.out.splitlines() if line.startswith("search"))
    assert line.endswith("volume +305.00, days in the month -15.00"), line


def test_the_screen_leads_from_before_to_after(books: Books) -> None:
    said = books.run("variance", "2026-09")

    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0] == "northwind: EffectiveCost 2026-09 70,260.00 USD, +33,029.00 against 2026-08, +88.7 %"
    assert [line.split()[0] for line in lines[1:-3]] == [
        "Effect", "Before", "Volume", "Days", "List", "Tax", "Change", "After",
    ]  # fmt: skip
    assert "  Tax" in said.out
    assert lines[-3].startswith("In USD; 2026-08 of ledger 1 and allocation 1, applied ")
    assert lines[-2:] == [
        "Compared are all charges of 2026-08: 37,231.00 USD, to the last digit",
        "Compared are all charges of 2026-09: 70,260.00 USD, to the last digit",
    ]


def test_cost_that_has_no_rate_is_said_not_to_be_known(tmp_path: Path) -> None:
    made = books_of(tmp_path / "books", *(used(number, "i-1", SEARCH, "30", "1", **EURO) for number in (8, 9)))
    first = made.run("variance").out.splitlines()[0]
    assert first == "northwind: EffectiveCost 2026-09 0.00 USD, as far as it is known, 0.00 against 2026-08"


def test_the_last_month_against_the_one_before_is_told_where_nothing_is_asked(books: Books) -> None:
    assert books.run("variance").out == books.run("variance", "2026-09", "--against", "2026-08").out


def test_members_stand_below_with_their_main_effects(books: Books) -> None:
    said = books.run("variance", "--by", "product", "--top", "1")

    table = said.out.split("\n\n")[1].splitlines()
    assert [line.split("  ")[0] for line in table[:4]] == ["Product", "search", "2 others", "all"]
    assert "volume +" in table[1]


def test_json_has_effects_that_sum_to_the_change_to_the_last_digit(books: Books) -> None:
    said = books.run("variance", "--by", "product", "--output", "json")

    told = json.loads(said.out)
    assert told["before"]["label"] == "2026-08"
    assert [row["product"] for row in told["rows"]] == ["search", "ads", None]
    assert [each["name"] for each in told["effects"]] == [effect.name for effect in EFFECTS]
    for row in (*told["rows"], told["total"]):
        assert sum(map(Decimal, row["effects"].values())) == Decimal(row["change"])
        assert Decimal(row["after"]) - Decimal(row["before"]) == Decimal(row["change"])
    for name, amount in told["total"]["effects"].items():
        assert sum(Decimal(row["effects"][name]) for row in told["rows"]) == Decimal(amount)
    assert all(each["holds"] for each in told["proofs"])


def test_csv_has_a_column_per_effect_and_a_row_of_everything(books: Books) -> None:
    rows = [*csv.DictReader(io.StringIO(books.run("variance", "--by", "product,service", "--output", "csv").out))]

    assert rows[-1]["is_total"] == "True"
    for name in ("before", "after", "change", *(effect.name for effect in EFFECTS)):
        assert sum(Decimal(row[name]) for row in rows[:-1]) == Decimal(rows[-1][name])


def test_markdown_is_a_comment_that_can_be_sent(books: Books) -> None:
    said = books.run("variance", "--by", "product", "--output", "markdown")

    assert said.out.startswith(
        "**northwind: EffectiveCost 2026-09 70,260.00 USD, +33,029.00 against 2026-08, +88.7 %**\n"
    )
    assert "| Effect | Amount | of before |" in said.out


def test_text_of_bills_is_no_formula_and_no_markup(tmp_path_factory: pytest.TempPathFactory) -> None:
    made = books_of(
        tmp_path_factory.mktemp("hostile") / "books",
        used(8, HOSTILE, SEARCH, "31", "1", ServiceName="<b>*x*</b>"),
        used(9, HOSTILE, SEARCH, "60", "1", ServiceName="<b>*x*</b>"),
        apply=False,
    )
    table = made.run("variance", "--by", "service,resource", "--output", "csv").out
    assert f"'{HOSTILE}".replace('"', '""') in table
    page = made.run("variance", "--by", "service", "--output", "markdown").out
    assert r"&lt;b>\*x\*&lt;/b>" in page


def test_what_lacks_is_called_what_it_lacks(books: Books) -> None:
    said = books.run("variance", "--by", "resource", "--output", "markdown").out
    assert "| (no resource) | 0 | 1,200 |" in said
    assert "unallocated" not in said
    assert "| (unallocated) | 0 | 1,200 |" in books.run("variance", "--by", "product", "--output", "markdown").out


def test_long_names_of_resources_are_told_by_their_end(tmp_path: Path) -> None:
    names = [f"//compute.example/projects/{'x' * 40}/instances/vm-{at}" for at in (1, 2)]
    charges = [used(month, name, SEARCH, f"{month}", "1") for month in (8, 9) for name in names]
    made = books_of(tmp_path / "books", *charges, apply=False)
    said = made.run("variance", "--by", "resource").out
    assert "…instances/vm-1 " in said
    assert "…instances/vm-2 " in said


def test_what_was_given_back_has_no_share_and_is_not_new(tmp_path: Path) -> None:
    """Credits of 100 before: 60 of cost now is no share of that, and 40 more credits are no growth."""
    made = books_of(
        tmp_path / "books", charge(8, "-100", "i-1", SEARCH, ChargeCategory="Credit"),
        charge(9, "-140", "i-1", SEARCH, ChargeCategory="Credit"), used(9, "i-2", ADS, "60", "1"), apply=False,
    )  # fmt: skip
    lines = made.run("variance", "--by", "resource").out.splitlines()
    assert lines[0] == "northwind: EffectiveCost 2026-09 -80.00 USD, +20.00 against 2026-08"
    assert [line.split()[-1] for line in lines if line.startswith(("  Credits", "Change"))] == ["-", "-"]
    rates = {line.split()[0]: line.split()[4] for line in lines if line.startswith("i-")}
    assert rates == {"i-1": "-", "i-2": "new"}


def test_of_nearly_nothing_no_share_is_told_that_nobody_can_read(tmp_path: Path) -> None:
    made = books_of(
        tmp_path / "books", used(8, "i-1", SEARCH, "1", "0.0001"), used(9, "i-1", SEARCH, "1", "90"),
        used(8, "i-2", ADS, "1", "100"), used(9, "i-2", ADS, "1", "110"), apply=False,
    )  # fmt: skip
    lines = made.run("variance", "--by", "resource").out.splitlines()
    rates = {line.split()[0]: " ".join(line.split()[4:7]) for line in lines if line.startswith("i-")}
    assert rates["i-1"] == "> 1,000 %"
    assert rates["i-2"].startswith("+10.0 %")


def test_a_variance_that_is_not_the_books_says_so_and_fails(books: Books, tmp_path: Path) -> None:
    """An allocation that gives more than the charges are: nobody sends such a table unseen."""
    made = spoiled(books, tmp_path / "own")
    said = made.run("variance", "--by", "product")

    assert said.code == 1
    (line,) = [line for line in said.out.splitlines() if line.startswith("NOT PROVEN")]
    assert line.endswith("USD, and the ledger has of 2026-09: 70,260.00 USD")
    assert said.err.startswith("what was compared is not the ledger's total; expected the very sum of all charges")
    said = made.run("variance", "--output", "json")
    assert said.code == 1
    assert [each["holds"] for each in json.loads(said.out)["proofs"]] == [True, True, False]
    for words in (("--effect", "volume"), ("--causes",)):
        said = made.run("variance", *words)
        assert said.code == 1, words
        assert "error FM2510" in said.out
        assert said.err.startswith("what was compared is not the ledger's total")
    told = made.run("variance", "--effect", "volume", "--output", "csv")
    assert (told.code, told.err.startswith("error FM2510")) == (1, True)
    told = made.run("variance", "--effect", "volume", "--output", "json")
    assert [each["code"] for each in json.loads(told.out)["findings"]] == ["FM2510"]


@pytest.mark.parametrize(("words", "message"), [
    (("--effect", "volum"), "--effect is 'volum'; expected volume, mix, days, list_price"),
    (("--effect", "volume", "--of", "produkt=x"), "--of names 'produkt', by which charges cannot be chosen"),
    (("--by", "produkt"), "--by names 'produkt', which cost cannot be told by"),
    (("--of", "product=x"), "--of needs --effect."),
    (("2026-13",), "2026-13"),
    (("--by", ","), "--by names nothing: write a dimension, or a word such as --by service."),
    (("--by", "product", "--by", " , "), "--by names nothing"),
    (("--top", "3"), "--top needs --by, --effect or --causes"),
    (("--by", "product", "--top", "1", "--output", "json"), "--top is of tables for people: --output json has a row"),
    (("--by", "product", "--top", "1", "--output", "csv"), "--top is of tables for people: --output csv has a row"),
    (("--against", "budgets"), "--against is 'budgets'"),
])  # fmt: skip
def test_what_is_no_question_is_refused_in_words(books: Books, words: tuple[str, ...], message: str) -> None:
    said = books.run("variance", *words)

    assert said.code in {1, 2}
    assert message in said.err
    assert "Traceback" not in said.err
