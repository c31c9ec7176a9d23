"""``finmod tags``: the screen, other forms, drift, rules, and what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.books import Books, Unchanged, bill
from tests.cli.terminal import as_on_terminal
from tests.tagged import CHARGES, EURO, TAXONOMY, charge, lines, records, tagged

SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
MANY_ACCOUNTS = 18
GAP = "Gap of product: 45.00 USD without an understood tag; other rules name 40.00 USD of it, nothing names 5.00 USD."


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return the tagged project; no test changes it."""
    return Unchanged(tagged(tmp_path_factory.mktemp("tags") / "books").root)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return the tagged project with a second bill, in euros; no test changes it."""
    made = tagged(tmp_path_factory.mktemp("mixed") / "books")
    euros = (
        charge(9, "40", "e-1", '{"product":"search"}', **EURO),
        charge(9, "8", "i-3", '{"product":"serach"}', SubAccountId="2", **EURO),
        charge(9, "3", "", "", ChargeCategory="Tax", **EURO),
    )
    made.load(made.write("b.csv", bill(*euros)), "--source", "euro")
    return Unchanged(made.root)


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return a project with long ids and names, many accounts and large amounts; no test changes it."""
    made = Books(tmp_path_factory.mktemp("wide") / "books")
    charges = [
        charge(9, "1234567.89", f"/subscriptions/4a3b/resourcegroups/rg-1/providers/x.compute/virtualmachines/vm-{n}",
               f'{{"product":"a text that no dimension knows and nobody would write {n}"}}',
               SubAccountId=f"4a3b0052-0000-4000-8000-{n:012}", SubAccountName="an account with a long name")
        for n in range(MANY_ACCOUNTS)
    ]  # fmt: skip
    made.load(made.write("a.csv", bill(charge(8, "1", "i-1", "{}"), *charges)))
    made.write("taxonomy.yaml", TAXONOMY)
    return Unchanged(made.root)


def looked(books: Books) -> list[str]:
    """Return the end of the screen."""
    commands = ("keys", "repair", "infer", "todo", "--by account", "drift", "rules", "taggable")
    return ["", "Look further:", *(f"  finmod --project {books.root} tags {words}" for words in commands)]


def test_the_screen_tells_share_target_gap_and_what_is_not_counted(project: Books) -> None:
    unheard = "taxonomy.yaml:10:9: product rule 3 (when ServiceName Unheard)"
    assert lines(project) == [
        "northwind, 2026-09: tags by EffectiveCost of what can carry them",
        "dimension  understood  required  reached    change        gap     no tag   no value    respelt  resources",
        "product        64.0 %    90.0 %  no       -19.3 pt  45.00 USD  35.00 USD  10.00 USD  20.00 USD     2 of 5",
        "team           48.0 %         -           +48.0 pt  65.00 USD  65.00 USD   0.00 USD   0.00 USD     1 of 5",
        "Not counted, for it can carry no tags: 7.00 USD (tax 7.00).",
        GAP,
        "Gap of team: 65.00 USD without an understood tag; other rules name 40.00 USD of it, nothing names 25.00 USD.",
        "Since 2026-08: 3 new keys, 3 new values, 1 vanished value.",
        f"{unheard} has an answer for no charge. Correct it, or take it out. (FM2020)",
        *looked(project),
    ]


def test_the_screen_of_the_first_month_compares_with_nothing(project: Books) -> None:
    assert lines(project, "--period", "2026-08")[:4] == [
        "northwind, 2026-08: tags by EffectiveCost of what can carry them",
        "dimension  understood  required  reached  change        gap     no tag   no value   respelt  resources",
        "product        83.3 %    90.0 %  no            -  10.00 USD   0.00 USD  10.00 USD  0.00 USD     1 of 2",
        "team            0.0 %         -                -  60.00 USD  60.00 USD   0.00 USD  0.00 USD     0 of 2",
    ]
    assert not any(line.startswith("Since") for line in lines(project, "--period", "2026-08"))


def test_groups_stand_in_a_table_per_dimension_the_dearest_gap_first(project: Books) -> None:
    assert lines(project, "--by", "account") == [
        "northwind, 2026-09: tags by EffectiveCost of what can carry them",
        "",
        "product: 64.0 % of 125.00 USD is understood, 90.0 % required",
        "account  understood  can carry tags        gap  resources",
        "2             0.0 %       40.00 USD  40.00 USD     0 of 2",
        "1            94.1 %       85.00 USD   5.00 USD     2 of 3",
        "",
        "team: 48.0 % of 125.00 USD is understood",
        "account  understood  can carry tags        gap  resources",
        "2             0.0 %       40.00 USD  40.00 USD     0 of 2",
        "1            70.6 %       85.00 USD  25.00 USD     1 of 3",
        "Not counted, for it can carry no tags: 7.00 USD (tax 7.00).",
        *looked(project),
    ]


def test_a_group_without_a_name_is_called_none(project: Books) -> None:
    assert [line.split()[0] for line in lines(project, "--by", "team")[4:7]] == ["ads-web", "(none)", "search-web"]


def test_many_groups_are_cut_and_said_to_be(wide: Books) -> None:
    shown = lines(wide, "--by", "account")
    whole = re.compile(r"4a3b0052-0000-4000-8000-[0-9]{12} \(an account with a long name\) .*")
    assert sum(bool(whole.fullmatch(line)) for line in shown) == 2 * 15
    assert shown.count("... and 3 more: --output csv shows them all.") == 2
    assert len(records(wide, "--by", "account")) == 2 * MANY_ACCOUNTS


def test_the_trend_tells_share_gap_and_target_of_each_month_the_period_the_last(project: Books) -> None:
    assert lines(project, "--trend", "12") == [
        "northwind, 2026-09: tags by EffectiveCost of what can carry them",
        "",
        "product: 90.0 % required",
        "month    understood  reached  can carry tags        gap  short of required",
        "2026-08      83.3 %  no            60.00 USD  10.00 USD           4.00 USD",
        "2026-09      64.0 %  no           125.00 USD  45.00 USD          32.50 USD",
        "",
        "team",
        "month    understood  can carry tags        gap",
        "2026-08       0.0 %       60.00 USD  60.00 USD",
        "2026-09      48.0 %      125.00 USD  65.00 USD",
        *looked(project),
    ]
    assert len(lines(project, "--trend", "1")) == len(lines(project, "--trend", "12")) - 2


def test_json_has_every_measure_as_exact_text(project: Books) -> None:
    (product, team) = json.loads("\n".join(lines(project, "--output", "json")))
    assert product == {
        "billing_period": "2026-09", "dimension": "product", "group": None, "currency": "USD", "share": "0.640000",
        "required": "0.9", "meets": False, "short": "0.260000", "short_cost": "32.500000000000",
        "taggable": "125.000000000000", "understood": "80.000000000000",
        "respelt": "20.000000000000", "unrecognised": "10.000000000000", "missing": "35.000000000000",
        "gap": "45.000000000000", "gap_named_otherwise": "40.000000000000", "untaggable": "7.000000000000",
        "unsure": "0.000000000000", "named": "120.000000000000", "resources": 5, "resources_understood": 2,
        "unknown_charges": 0,
    }  # fmt: skip
    assert (team["dimension"], team["required"], team["meets"]) == ("team", None, None)


def test_every_form_has_the_same_rows(project: Books) -> None:
    for words in (
        ("--by", "account"),
        ("drift",),
        ("rules",),
        ("taggable",),
    ):
        rows = json.loads("\n".join(lines(project, *words, "--output", "json")))
        assert [list(row) for row in records(project, *words)] == [list(row) for row in rows]
        page = lines(project, *words, "--output", "markdown")
        assert len(page) == len(rows) + 2
        assert page[0] == f"| {' | '.join(rows[0])} |"


def test_by_and_trend_tell_groups_and_months_in_other_forms(project: Books) -> None:
    groups = records(project, "--by", "account")
    assert {(row["dimension"], row["group"]): row["gap"] for row in groups if row["dimension"] == "product"} == {
        ("product", "1"): "5.000000000000", ("product", "2"): "40.000000000000",
    }  # fmt: skip
    months = records(project, "--trend", "2")
    assert {row["billing_period"] for row in months} == {"2026-08", "2026-09"}


@pytest.mark.parametrize("by", ["account", "service", "supplier", "source", "region", "product", "team", "department"])
def test_every_word_tells_groups_that_add_up_to_all(by: str, project: Books) -> None:
    (whole,) = (row for row in records(project) if row["dimension"] == "product")
    parts = [row for row in records(project, "--by", by) if row["dimension"] == "product"]
    for name in ("taggable", "understood", "gap", "named", "untaggable"):
        assert sum(float(row[name]) for row in parts) == float(whole[name]), name


def test_check_exits_with_1_where_a_target_is_missed(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    missed = "Missed: product has 64.0 % of 90.0 % required, 26.0 points or 32.50 USD short."
    said = books.run("tags", "--check")
    assert (said.code, said.err, said.out.splitlines().count(missed)) == (1, "", 1)
    assert missed not in lines(books)
    other = books.run("tags", "--check", "--output", "json")
    assert (other.code, other.err) == (1, f"{missed}\n")
    shorts = [(row["dimension"], row["meets"], row["short"], row["short_cost"]) for row in json.loads(other.out)]
    assert shorts == [("product", False, "0.260000", "32.500000000000"), ("team", None, None, None)]
    books.write("taxonomy.yaml", TAXONOMY.replace("required: 0.9", "required: 0.64"))
    assert books.run("tags", "--check").code == 0
    assert books.run("tags", "--check", "--period", "2026-08").code == 0


def test_a_share_is_never_rounded_up_to_all(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books", TAXONOMY)
    tags = '{"product":"search","team":"search-web"}'
    costs = (charge(9, "1000000", "i-8", tags, SubAccountId="7"), charge(9, "9", "i-9", "", SubAccountId="7"))
    books.load(books.write("b.csv", bill(*costs)), "--source", "other")
    # One dimension reaches its target, of the other nothing is demanded.
    assert [line.split()[1:3] for line in lines(books)[2:4]] == [["99.9", "%"], ["99.9", "%"]]
    groups = [line.split() for line in lines(books, "--by", "account") if line.startswith("7 ")]
    assert [(line[1], *line[5:7]) for line in groups] == [("99.9", "9.00", "USD")] * 2


def test_a_share_is_never_rounded_up_to_what_is_demanded(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books", TAXONOMY.replace("required: 0.9", "required: 0.6404"))
    assert lines(books)[2].split()[:6] == ["product", "64.0", "%", "64.04", "%", "no"]
    # 80 of 125.09 is 63.96 %.
    books.load(books.write("b.csv", bill(charge(9, "0.09", "i-7", ""))), "--source", "other")
    books.write("taxonomy.yaml", TAXONOMY.replace("required: 0.9", "required: 0.64"))
    assert lines(books)[2].split()[:6] == ["product", "63.9", "%", "64.0", "%", "no"]


def test_amounts_of_two_currencies_stand_apart(mixed: Books) -> None:
    shown = lines(mixed)
    assert [line.split() for line in shown[2:6]] == [
        ["product", "83.3", "%", "90.0", "%", "no", "-", "8.00", "EUR", "0.00", "EUR", "8.00", "EUR", "0.00", "EUR",
         "1", "of", "2"],
        ["product", "64.0", "%", "90.0", "%", "no", "-19.3", "pt", "45.00", "USD", "35.00", "USD", "10.00", "USD",
         "20.00", "USD", "2", "of", "5"],
        ["team", "0.0", "%", "-", "-", "48.00", "EUR", "48.00", "EUR", "0.00", "EUR", "0.00", "EUR", "0", "of", "2"],
        ["team", "48.0", "%", "-", "+48.0", "pt", "65.00", "USD", "65.00", "USD", "0.00", "USD", "0.00", "USD", "1",
         "of", "5"],
    ]  # fmt: skip
    assert shown[6:12] == [
        "Not counted, for it can carry no tags: 3.00 EUR (tax 3.00).",
        "Not counted, for it can carry no tags: 7.00 USD (tax 7.00).",
        "Gap of product: 8.00 EUR without an understood tag; other rules name 8.00 EUR of it, nothing names 0.00 EUR.",
        GAP,
        "Gap of team: 48.00 EUR without an understood tag; other rules name 8.00 EUR of it, nothing names 40.00 EUR.",
        "Gap of team: 65.00 USD without an understood tag; other rules name 40.00 USD of it, nothing names 25.00 USD.",
    ]


def test_groups_months_changes_and_rules_of_two_currencies_stand_apart(mixed: Books) -> None:
    titles = [line for line in lines(mixed, "--by", "account") if "is understood" in line]
    assert titles == [
        "product: 83.3 % of 48.00 EUR is understood, 90.0 % required",
        "product: 64.0 % of 125.00 USD is understood, 90.0 % required",
        "team: 0.0 % of 48.00 EUR is understood",
        "team: 48.0 % of 125.00 USD is understood",
    ]
    trend = lines(mixed, "--trend", "2")
    assert [line for line in trend if ("required" in line and ":" in line) or line.startswith("2026")][:5] == [
        "product, USD: 90.0 % required",
        "2026-08      83.3 %  no            60.00 USD  10.00 USD           4.00 USD",
        "2026-09      64.0 %  no           125.00 USD  45.00 USD          32.50 USD",
        "product, EUR: 90.0 % required",
        "2026-09      83.3 %  no            48.00 EUR  8.00 EUR           3.20 EUR",
    ]
    assert [(row["effective_cost"], row["currency"]) for row in records(mixed, "drift") if row["name"] == "serach"] == [
        ("10.000000000000", "USD"), ("8.000000000000", "EUR"),
    ]  # fmt: skip
    # A text that is new in two currencies is one new text.
    assert "Since 2026-08: 3 new keys, 3 new values, 1 vanished value." in lines(mixed)
    # A rule has a row per currency, and one line on the screen.
    rules = [(row["rule"], row["answers"], row["names"], row["effective_cost"], row["currency"])
             for row in records(mixed, "rules", "--dimension", "product")]  # fmt: skip
    assert rules == [
        ("1", "1", "1", "40.000000000000", "EUR"), ("1", "2", "2", "80.000000000000", "USD"),
        ("2", "1", "1", "8.000000000000", "EUR"), ("2", "2", "2", "40.000000000000", "USD"), ("3", "0", "0", "", ""),
    ]  # fmt: skip
    shown = "\n".join(lines(mixed, "rules"))
    assert re.search(r"^1 +tag product, app +3 +3 +40\.00 EUR, 80\.00 USD +taxonomy", shown, re.MULTILINE)


def test_charges_of_unknown_cost_and_what_nobody_knows_of_are_told(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    odd = charge(9, "", "i-8", "{}", BilledCost="2", ServiceName="Unheard")
    unheard = charge(9, "5", "r-1", "{}", ServiceProviderName="Google Cloud", ServiceName="Weird Service")
    books.load(books.write("b.csv", bill(odd, unheard)), "--source", "other")
    shown = lines(books)
    at = shown.index("Counted, though nobody knows whether it can carry tags: 5.00 USD.")
    assert shown[at + 1] == "In no amount here, for their EffectiveCost is unknown: 1 charge."
    assert records(books)[0]["unknown_charges"] == "1"
    groups = [" ".join(line.split()) for line in lines(books, "--by", "service")]
    assert groups.count("Unheard - - - 0 of 1") == 2
    rules = [" ".join(line.split()) for line in lines(books, "rules", "--dimension", "product")]
    assert "3 when ServiceName Unheard 1 1 - taxonomy.yaml:10:9" in rules


def test_a_resource_that_gave_back_more_than_it_cost_is_in_no_share(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    credit = charge(9, "-60", "i-9", "", SubAccountId="3")
    books.load(books.write("b.csv", bill(credit)), "--source", "other")
    said = lines(books)
    assert said[2].split()[:4] == ["product", "64.0", "%", "90.0"]
    assert "Not counted, for it can carry no tags: -53.00 USD (negative cost -60.00, tax 7.00)." in said


def test_a_month_that_has_true_ups_alone_can_be_asked_for_and_is_not_the_last(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    assert books.run("close", "2026-09").code == 0
    more = charge(9, "61", "i-1", '{"product":"search","team":"search-web"}')
    books.load(books.write("a.csv", bill(*CHARGES[:2], more, *CHARGES[3:])))
    assert lines(books)[0].startswith("northwind, 2026-09: ")
    assert lines(books, "--period", "2026-10")[2].split()[:3] == ["product", "100.0", "%"]
    assert [row["taggable"] for row in records(books, "--period", "2026-10")] == ["1.000000000000"] * 2


def test_a_taxonomy_that_reads_no_tag_says_so(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books", "dimensions: {product: {values: [a], from: [{account: {'1': a}}]}}\n")
    said = [
        "northwind, 2026-09: tags by EffectiveCost of what can carry them",
        "No dimension of taxonomy.yaml is read from a tag. Add a rule, such as 'tag: [product]', to one.",
    ]
    assert lines(books) == lines(books, "--by", "account") == lines(books, "--trend", "2") == said
    assert lines(books, "--output", "json") == ["[]"]
    assert books.run("tags", "--check").code == 0


def test_a_target_missed_by_a_hair_says_by_how_much(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books", TAXONOMY.replace("required: 0.9", "required: 0.6404"))
    missed = "Missed: product has 64.0 % of 64.04 % required, 0.0400 points or 0.05 USD short."
    assert missed in books.run("tags", "--check").out


def test_a_miss_names_the_tag_where_it_is_called_otherwise_and_a_trend_has_a_dash_for_a_month_without_spend(
    tmp_path: Path,
) -> None:
    text = TAXONOMY.replace("tag: [product, app]", "tag: [app, product]")
    books = tagged(tmp_path / "books", text)
    missed = "Missed: product (tag app) has 64.0 % of 90.0 % required, 26.0 points or 32.50 USD short."
    assert missed in books.run("tags", "--check").out
    tax = charge(7, "7", "", "", ChargeCategory="Tax")
    books.load(books.write("b.csv", bill(tax)), "--source", "other")
    trend = [" ".join(line.split()) for line in lines(books, "--trend", "3")]
    assert [line for line in trend if line.startswith("2026-07")] == [
        "2026-07 - 0.00 USD 0.00 USD -",
        "2026-07 - 0.00 USD 0.00 USD",
    ]


@pytest.mark.parametrize("columns", [60, 100])
def test_no_screen_is_wider_than_its_terminal_or_breaks_an_amount(columns: int, wide: Books) -> None:
    for words in (
        (),
        ("--by", "account"),
        ("--trend", "12"),
        ("drift",),
        ("rules",),
        ("taggable",),
        ("repair",),
        ("todo",),
    ):
        _, shown = as_on_terminal(["--project", wide.root, "tags", *words], columns=columns)
        out = [line.rstrip() for line in SEQUENCE.sub("", shown).splitlines()]
        commands = [line for line in out if " --project " in line]
        assert max(len(line) for line in out if line not in commands) <= columns, words
        assert not any(re.search(r"[0-9]\.[0-9]{2}$", line) for line in out), words
        assert not any(line.strip() in {"USD", "%"} for line in out), words


def test_every_help_fits_its_terminal_and_names_its_options() -> None:
    for command in ("", "drift", "rules", "taggable", "init", "repair", "infer", "todo", "export"):
        code, shown = as_on_terminal(["tags", *command.split(), "--help"], columns=80)
        assert code == 0
        assert max(map(len, SEQUENCE.sub("", shown).splitlines())) <= 80
        assert "RANGE" not in shown
