"""``finmod plan``, ``apply`` and ``diff``: what they print in each form."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from tests.applied import ALLOCATION, HALVES, TAXONOMY, shared
from tests.books import Books

MOVES = "This change moves 10.00 USD a month from Search engine to Ads (2 months from 2026-08 to 2026-09, on average)."


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Books:
    books = shared(tmp_path_factory.mktemp("applied") / "books")
    assert books.run("apply", "--author", "ada", "--note", "first").code == 0
    return books


@pytest.fixture
def changed(applied: Books, tmp_path: Path) -> Books:
    """Return the project after its rules were applied and changed."""
    books = applied.copy(tmp_path / "changed")
    books.write("allocation.yaml", HALVES)
    return books


def said(books: Books, *words: str, code: int = 0) -> list[str]:
    """Return the lines that a command prints, times and hashes replaced."""
    found = books.run(*words)
    assert (found.code, found.err) == (code, "")
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "TIME", found.out).replace(str(books.root), "DIR")
    return re.sub(r"\b[0-9a-f]{12}\b", "HASH", text).splitlines()


def test_the_first_plan_shows_the_result_and_what_to_do(tmp_path: Path) -> None:
    books = shared(tmp_path / "p")
    assert said(books, "plan", "--detailed-exitcode", code=2) == [
        "Rules HASH on ledger version 1, 2 months from 2026-08 to 2026-09.",
        "",
        "product        EffectiveCost",
        "Search engine     190.67 USD",
        "Ads                85.33 USD",
        "Unallocated        20.00 USD",
        "",
        "Total EffectiveCost 296.00 USD.",
        "Nothing was applied yet: all of it is new.",
        "Make it the books' version with: finmod --project DIR apply",
    ]


def test_a_plan_without_changes_says_so(applied: Books) -> None:
    out = said(applied, "plan", "--detailed-exitcode")
    assert out[0].endswith("beside version 1, applied TIME UTC by ada, the same rules, on ledger version 1.")
    assert out[1:] == [
        "",
        "No change: applying it would move nothing.",
        "Total EffectiveCost 296.00 USD, before and after: unchanged, to the last digit.",
    ]


def test_a_plan_says_what_moves_by_rule(changed: Books) -> None:
    assert said(changed, "plan", "--detailed-exitcode", code=2)[2:] == [
        MOVES,
        "",
        "from           to     a month     in all  months  pool     rule              where",
        "Search engine  Ads  10.00 USD  20.00 USD  2       cluster  fixed in 2 parts  allocation.yaml:3:47",
        "",
        "product            before       after      change",
        "Search engine  190.67 USD  170.67 USD  -20.00 USD",
        "Ads             85.33 USD  105.33 USD  +20.00 USD",
        "",
        "Total EffectiveCost 296.00 USD, before and after: unchanged, to the last digit.",
        "Make it the books' version with: finmod --project DIR apply",
    ]


def test_details_are_told_by_month(changed: Books) -> None:
    rows = said(changed, "plan", "--detail")[5:7]
    assert [row.split()[7] for row in rows] == ["2026-08", "2026-09"]


def test_one_month_is_told_as_such(changed: Books) -> None:
    out = said(changed, "plan", "--period", "2026-09")
    assert out[2] == "This change moves 10.00 USD in 2026-09 from Search engine to Ads."


def test_json_has_every_move_with_exact_amounts(changed: Books) -> None:
    rows = json.loads(changed.run("plan", "--output", "json").out)
    assert [row["what"] for row in rows] == ["total", "total of cause", "move", "move", "value", "value", "value"]
    assert {name: value for name, value in rows[2].items() if value is not None} == {
        "what": "move", "cause": "rules", "billing_period": "2026-08", "currency": "USD", "measure": "EffectiveCost",
        "from": {"product": "search"}, "to": {"product": "ads"}, "amount": "10.000000000000", "from_pool": "cluster",
        "pool": "cluster", "rule_text": "fixed in 2 parts", "rule": "allocation.yaml:3:47",
    }  # fmt: skip
    assert rows[0]["difference"] == "0.000000000000"
    assert rows[4]["value"] == "search"


def test_csv_has_the_same_rows(changed: Books) -> None:
    rows = list(csv.DictReader(io.StringIO(changed.run("plan", "--output", "csv").out)))
    assert (rows[2]["from"], rows[2]["amount"]) == ('{"product": "search"}', "10.000000000000")


def test_markdown_is_a_comment_that_can_be_found_again(changed: Books) -> None:
    assert said(changed, "plan", "--output", "markdown") == [
        "<!-- finmod-plan: northwind -->",
        "## finmod plan: northwind",
        "",
        f"**{MOVES}**",
        "",
        "| from | to | a month | in all | months | pool | rule | where |",
        "| --- | --- | ---: | ---: | --- | --- | --- | --- |",
        "| Search engine | Ads | 10.00 USD | 20.00 USD | 2 | cluster | fixed in 2 parts | allocation.yaml:3:47 |",
        "",
        "- Total EffectiveCost 296.00 USD, before and after: unchanged, to the last digit.",
        "",
        "<details><summary>EffectiveCost by product</summary>",
        "",
        "| product | before | after | change |",
        "| --- | ---: | ---: | ---: |",
        "| Search engine | 190.67 USD | 170.67 USD | -20.00 USD |",
        "| Ads | 85.33 USD | 105.33 USD | +20.00 USD |",
        "| Unallocated | 20.00 USD | 20.00 USD | - |",
        "",
        "</details>",
        "",
        "<details><summary>What the rules move, by month: 2 moves</summary>",
        "",
        "| from | to | a month | in all | months | pool | rule | where |",
        "| --- | --- | ---: | ---: | --- | --- | --- | --- |",
        "| Search engine | Ads | 10.00 USD | 10.00 USD | 2026-08 | cluster | fixed in 2 parts | allocation.yaml:3:47 |",
        "| Search engine | Ads | 10.00 USD | 10.00 USD | 2026-09 | cluster | fixed in 2 parts | allocation.yaml:3:47 |",
        "",
        "</details>",
        "",
        (
            "Rules HASH on ledger version 1, 2 months from 2026-08 to 2026-09, beside version 1, applied TIME UTC by "
            "ada, rules HASH, on ledger version 1."
        ),
    ]


def test_hostile_names_are_text_everywhere(applied: Books, tmp_path: Path) -> None:
    books = applied.copy(tmp_path / "hostile")
    books.write("finmod.yaml", "name: 'a --> <b>'\ncurrency: USD\n")
    label = "[red]|<img src=x>`*"
    books.write("taxonomy.yaml", TAXONOMY.replace("ads: {}", f'ads: {{label: "{label}"}}'))
    books.write("allocation.yaml", HALVES)
    page = books.run("plan", "--output", "markdown")
    assert page.code == 0
    assert page.out.splitlines()[0].count("-->") == 1
    assert "<img" not in page.out
    assert "\x1b" not in page.out + books.run("plan").out + books.run("plan", "--output", "json").out


def test_a_move_within_a_product_says_so(applied: Books, tmp_path: Path) -> None:
    books = applied.copy(tmp_path / "teams")
    team = "  team:\n    values: {web: {}, api: {}}\n    from:\n      - {dimension: product, map: {search: web}}\n"
    books.write("taxonomy.yaml", TAXONOMY + team)
    books.write("allocation.yaml", ALLOCATION.replace("[product]", "[product, team]"))
    assert books.run("apply").code == 0
    books.write("taxonomy.yaml", TAXONOMY + team.replace(": web", ": api"))
    out = said(books, "plan")
    assert out[2] == (
        "This change moves 65.33 USD a month from Search engine / Web to Search engine / Api within its product "
        "(2 months from 2026-08 to 2026-09, on average)."
    )


def test_a_change_of_pools_alone_moves_nobody_s_cost(applied: Books, tmp_path: Path) -> None:
    books = applied.copy(tmp_path / "pools")
    books.write("allocation.yaml", ALLOCATION.replace("name: cluster", "name: k8s"))
    out = said(books, "plan", "--detailed-exitcode", code=2)
    assert out[2] == "This change moves cost from pool to pool alone: nobody pays more or less."


def test_less_than_a_cent_is_told_as_such(applied: Books, tmp_path: Path) -> None:
    books = applied.copy(tmp_path / "dust")
    books.write("allocation.yaml", ALLOCATION.replace("search: 0.75, ads: 0.25", "search: 0.75001, ads: 0.24999"))
    out = said(books, "plan", "--detailed-exitcode", code=2)
    assert out[2:4] == [
        "This change moves less than a cent.",
        "Total EffectiveCost 296.00 USD, before and after: unchanged, to the last digit.",
    ]
    rows = json.loads(books.run("plan", "--output", "json").out)
    assert [row["amount"] for row in rows if row["what"] == "move"] == ["0.000400000000"] * 2


def test_differences_of_less_than_a_cent_are_counted_beside_those_that_are_listed(
    applied: Books, tmp_path: Path
) -> None:
    books = applied.copy(tmp_path / "dust")
    books.write(
        "allocation.yaml",
        ALLOCATION.replace("search: 0.75, ads: 0.25", "search: 0.65, ads: 0.34999, shop: 0.00001"),
    )
    out = said(books, "plan", "--detailed-exitcode", code=2)
    assert out[2:8] == [
        "This change moves 4.00 USD a month from Search engine to Ads (2 months from 2026-08 to 2026-09, on average).",
        "",
        "from           to    a month    in all  months  pool     rule              where",
        "Search engine  Ads  4.00 USD  8.00 USD  2       cluster  fixed in 3 parts  allocation.yaml:3:47",
        "And 1 difference of less than a cent.",
        "",
    ]
    page = said(books, "plan", "--output", "markdown")
    assert "And 1 difference of less than a cent." in page
    assert not [line for line in page if "Shop" in line and "cluster" in line]


def test_what_is_less_than_a_cent_a_month_is_told_in_all(applied: Books, tmp_path: Path) -> None:
    books = applied.copy(tmp_path / "cents")
    books.write("allocation.yaml", ALLOCATION.replace("search: 0.75, ads: 0.25", "search: 0.7501, ads: 0.2499"))
    assert said(books, "plan")[2] == (
        "This change moves 0.01 USD in all from Ads to Search engine (2 months from 2026-08 to 2026-09)."
    )


def test_what_moves_in_closed_months_is_told(changed: Books) -> None:
    changed.run("close", "2026-08")
    sentence = "2026-08 is closed: what moves in it is booked in 2026-09, where it sums to 0."
    assert sentence in said(changed, "plan")
    assert f"- {sentence}" in said(changed, "plan", "--output", "markdown")
    assert sentence in said(changed, "apply", "--author", "ada")


def test_new_charges_have_a_sentence_of_their_own(changed: Books, tmp_path: Path) -> None:
    del tmp_path
    from tests.applied import CHARGES  # noqa: PLC0415 -- beside its use
    from tests.books import bill  # noqa: PLC0415 -- as above
    from tests.tagged import charge  # noqa: PLC0415 -- as above

    changed.load(changed.write("a.csv", bill(*CHARGES, charge(9, "9", "i-7", '{"product":"shop"}'))))
    out = said(changed, "plan")
    assert out[2].startswith("New and restated charges move 9.00 USD in 2026-09 to Shop; and 2 smaller amounts")
    assert any(line.startswith("This change moves 10.00 USD a month from Search engine to Ads") for line in out)
    assert "Total EffectiveCost 296.00 USD before, 305.00 USD after: +9.00 USD." in out


def test_apply_says_what_was_made(changed: Books) -> None:
    assert said(changed, "apply", "--author", "bob") == [
        "Applied as version 2 by bob: rules HASH on ledger version 1, new rows in 2 months from 2026-08 to 2026-09.",
        "In all this moves 10.00 USD a month from Search engine to Ads (2 months from 2026-08 to 2026-09, on average).",
        "Total EffectiveCost 296.00 USD, before and after: unchanged, to the last digit.",
        "The proof that nothing was lost: finmod --project DIR check",
    ]
    assert said(changed, "apply") == [
        "Nothing to apply: version 2, applied TIME UTC by bob, has the same rules on the same charges.",
        "Total EffectiveCost 296.00 USD, before and after: unchanged, to the last digit.",
    ]


def test_apply_has_every_form(changed: Books) -> None:
    (row,) = json.loads(changed.run("apply", "--author", "bob", "--note", "why", "--output", "json").out)
    assert len(row.pop("rule_hash")) == 64
    assert row.pop("applied_at").endswith("Z")
    assert row == {
        "version": 2, "is_new": True, "author": "bob", "note": "why", "ledger_version": 1, "drivers_version": None,
        "changed_months": ["2026-08", "2026-09"], "currency": "USD", "billed_cost": "296.000000000000",
        "effective_cost": "296.000000000000", "list_cost": None, "contracted_cost": None,
    }  # fmt: skip
    page = said(changed, "apply", "--output", "markdown")
    assert page[0] == "# Allocation of northwind"
    assert page[2].startswith("Nothing to apply: version 2")


def test_diff_shows_two_versions(changed: Books) -> None:
    changed.run("apply", "--author", "bob")
    out = said(changed, "diff", "1", "2")
    assert out[0] == "From version 1 to version 2, as applied, 2 months from 2026-08 to 2026-09."
    assert out[2].startswith("This change moves 10.00 USD a month from Search engine to Ads")
    assert said(changed, "diff", "2", "2")[2] == "This change moves nothing."
    assert said(changed, "diff", "1", "working", "--output", "markdown")[2] == (
        "From version 1 to the working tree, both rules on ledger version 1, 2 months from 2026-08 to 2026-09."
    )
    assert len(json.loads(changed.run("diff", "1", "2", "--output", "json").out)) == 7


def test_history_lists_versions(changed: Books) -> None:
    changed.run("apply", "--author", "bob")
    out = said(changed, "history")
    made = "applied TIME UTC by {}: rules HASH on ledger version 1, new rows in 2 months from 2026-08 to 2026-09"
    assert out[-2:] == [
        f"Allocation version 1 {made.format('ada')} (first).",
        f"Allocation version 2 {made.format('bob')}.",
    ]
    rows = json.loads(changed.run("history", "2026-09", "--output", "json").out)
    assert [(row["event"], row["version"], row["author"], row["reason"]) for row in rows] == [
        ("apply", 1, "ada", "first"), ("apply", 2, "bob", None),
    ]  # fmt: skip
    assert any(
        line.startswith("Allocation version 2 applied") for line in said(changed, "history", "--output", "markdown")
    )


def test_init_writes_an_allocation_to_start_from(loaded: Books) -> None:
    loaded.write("taxonomy.yaml", TAXONOMY)
    out = said(loaded, "plan", "--init")
    assert out == [
        "Wrote DIR/allocation.yaml. Say in it which cost is shared and how, then run: finmod --project DIR plan"
    ]
    assert said(loaded, "plan")[-1].endswith("apply")
    again = loaded.run("plan", "--init")
    assert (again.code, "is there already" in again.err) == (1, True)


def test_a_level_that_is_cut_otherwise_is_a_change_that_moves_no_targets_cost(applied: Books, tmp_path: Path) -> None:
    books = applied.copy(tmp_path / "levels")
    books.write(
        "allocation.yaml",
        f"{ALLOCATION}levels:\n  - {{name: customer, within: [product], share: {{by: driver, driver: calls}}}}\n",
    )
    books.write("drivers.yaml", "calls: {unit: call, grain: month, by: [product, customer], from: {csv: calls.csv}}\n")
    books.write("calls.csv", "date,product,customer,calls\n2026-09,search,acme,3\n2026-09,search,globex,1\n")
    out = said(books, "plan", "--detailed-exitcode", code=2)
    assert "Below the targets level customer is cut otherwise: no target's cost moves by it." in out
    assert out[-1] == "Make it the books' version with: finmod --project DIR apply"
