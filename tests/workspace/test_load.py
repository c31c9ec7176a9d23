"""What a load touches: only what is new, all of it or nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from finmod.ledger.ledger import Ledger
from tests.books import DROP, Books, bill, finmod, month


def load(books: Books, *options: str) -> str:
    return books.load(books.root / "exports", *options).out


def put(books: Books, name: str, *charges: dict[str, str]) -> None:
    books.write(f"exports/{name}", bill(*charges))


DECLARED = "name: n\ncurrency: USD\nsources:\n  saas: {format: focus, path: exports}\n"


def codes_of(books: Books, code: str) -> list[str]:
    return [
        row["x_Message"] for row in books.query(f"SELECT x_Message FROM findings WHERE x_Code = '{code}' ORDER BY 1")
    ]


def test_the_same_files_are_not_loaded_twice(books: Books) -> None:
    put(books, "a.csv", month(7, "1"))
    load(books)
    before = books.trace()
    assert "nothing to load, the ledger has its file already (ledger version 1)" in load(books)
    (said,) = json.loads(load(books, "--output", "json"))
    assert (said["source"], said["what"], said["files"], said["charges"]) == ("saas", "unchanged", 1, None)
    assert books.trace() == before


def test_a_changed_file_replaces_its_period_and_keeps_the_others(books: Books) -> None:
    put(books, "a.csv", month(7, "1"))
    put(books, "b.csv", month(8, "2"))
    load(books)
    put(books, "a.csv", month(7, "10"), month(7, "20"))
    load(books)
    assert books.totals() == {"saas 2026-07": "2 30.000000000000", "saas 2026-08": "1 2.000000000000"}


def test_unchanged_files_of_a_changed_period_stay_in_it(books: Books) -> None:
    put(books, "a.csv", month(7, "1"))
    put(books, "b.csv", month(7, "2"), month(8, "20"))
    put(books, "c.csv", month(8, "300"))
    load(books)
    put(books, "a.csv", month(7, "5"))
    load(books)
    assert books.totals() == {"saas 2026-07": "2 7.000000000000", "saas 2026-08": "2 320.000000000000"}


def test_a_file_of_several_periods_and_a_period_of_several_files(books: Books) -> None:
    put(books, "a.csv", month(7, "1"), month(8, "2"), month(9, "4"))
    put(books, "b.csv", month(8, "8"))
    load(books)
    assert books.totals() == {
        "saas 2026-07": "1 1.000000000000",
        "saas 2026-08": "2 10.000000000000",
        "saas 2026-09": "1 4.000000000000",
    }
    files = books.query("SELECT DISTINCT x_File FROM charges WHERE x_BillingPeriod = '2026-08-01' ORDER BY 1")
    assert [Path(row["x_File"]).name for row in files] == ["a.csv", "b.csv"]


def test_charges_that_a_file_moves_to_another_period_count_once(books: Books) -> None:
    put(books, "a.csv", month(7, "1"))
    put(books, "b.csv", month(7, "2"))
    load(books)
    put(books, "a.csv", month(8, "1"))
    load(books)
    assert books.totals() == {"saas 2026-07": "1 2.000000000000", "saas 2026-08": "1 1.000000000000"}
    assert codes_of(books, "FM1201") == [
        "The file brought charges of 2026-07 before and has none now; its charges left the period."
    ]


def test_a_period_that_its_only_file_left_is_empty_and_told(books: Books) -> None:
    put(books, "a.csv", month(7, "1"))
    load(books, *DROP)
    put(books, "a.csv", month(8, "1"))
    assert "emptied" in load(books, *DROP)
    assert books.totals() == {"saas 2026-08": "1 1.000000000000"}
    assert len(codes_of(books, "FM1201")) == 1
    assert "nothing to load" in load(books, *DROP)
    assert books.run("check", "--proof", "--output", "json").out.count('"holds": true') == 4
    assert [row["billing_period"] for row in json.loads(books.run("status", "--output", "json").out)] == ["2026-08"]
    put(books, "a.csv", month(7, "3"))
    load(books, *DROP)
    assert books.totals() == {"saas 2026-07": "1 3.000000000000"}


def test_a_file_that_is_gone_keeps_its_charges_until_its_period_is_loaded_again(books: Books) -> None:
    books.write("finmod.yaml", DECLARED)
    put(books, "a.csv", month(7, "1"))
    put(books, "b.csv", month(7, "2"))
    assert books.run("load").code == 0
    (books.root / "exports/a.csv").unlink()
    assert "nothing to load" in books.run("load").out
    put(books, "b.csv", month(7, "3"))
    said = books.run("load")
    assert said.code == 0, said.err
    assert books.totals() == {"saas 2026-07": "1 3.000000000000"}
    assert codes_of(books, "FM1201") == [
        "The file brought charges of 2026-07 before and is no longer there; its charges left the period."
    ]


def test_a_load_by_path_refuses_to_drop_the_charges_of_a_file_that_it_does_not_name(books: Books) -> None:
    put(books, "a.csv", month(7, "1"))
    put(books, "b.csv", month(7, "2"), month(8, "4"))
    load(books)
    message = books.refused(books.write("c.csv", bill(month(7, "30"))))
    for name in ("a", "b"):
        assert (
            f"exports/{name}.csv: the ledger has charges of the file in saas 2026-07, and this load would "
            "drop them; expected every file of a billing period, for as long as its charges shall stay."
        ) in message
    assert "keep them apart with --source NAME, or drop the old one with --accept FM1130." in message
    assert "FM1130, docs" in message
    assert "2026-08" not in message
    assert books.totals() == {"saas 2026-07": "2 3.000000000000", "saas 2026-08": "1 4.000000000000"}
    books.load(books.root / "c.csv", *DROP)
    assert books.totals() == {"saas 2026-07": "1 30.000000000000", "saas 2026-08": "1 4.000000000000"}
    assert len(codes_of(books, "FM1201")) == 2


@pytest.mark.parametrize("declared", [False, True])
def test_a_bill_that_the_next_month_overwrote_is_refused_even_of_a_declared_source(
    books: Books, *, declared: bool
) -> None:
    if declared:
        books.write("finmod.yaml", DECLARED)
    asked = () if declared else ("--format", "focus", "--source", "saas", books.root / "exports")
    put(books, "a.csv", month(7, "1"))
    assert books.run("load", *asked).code == 0
    put(books, "a.csv", month(8, "2"))
    before = books.trace()
    said = books.run("load", *asked)
    assert said.code == 1
    assert said.err.startswith("exports/a.csv: the ledger has charges of the file in saas 2026-07, and this load")
    assert "(FM1130, " in said.err
    assert ("or drop them: finmod --project " in said.err) == declared
    assert "--again" not in said.err
    assert books.trace() == before
    assert books.staged() == []
    assert books.totals() == {"saas 2026-07": "1 1.000000000000"}
    if declared:
        books.write("finmod.yaml", DECLARED.replace("exports}", "exports, accept: [FM1130]}"))
        asked = ()
    else:
        asked = (*asked, *DROP)
    assert books.run("load", *asked).code == 0
    assert books.totals() == {"saas 2026-08": "1 2.000000000000"}


def test_a_file_that_was_one_too_many_leaves_when_the_others_are_read_again(books: Books) -> None:
    books.write("finmod.yaml", DECLARED)
    put(books, "a.csv", month(7, "1"))
    put(books, "copy.csv", month(7, "1.0"))
    assert books.run("load").code == 0
    (books.root / "exports/copy.csv").unlink()
    assert "nothing to load" in books.run("load").out
    said = books.run("load", "saas", "--again")
    assert (said.code, said.err) == (0, "")
    assert books.totals() == {"saas 2026-07": "1 1.000000000000"}
    assert "nothing to load" in books.run("load").out


def test_reading_again_takes_out_a_month_whose_only_file_is_gone_once_that_is_accepted(books: Books) -> None:
    books.write("finmod.yaml", DECLARED)
    put(books, "july.csv", month(7, "1"))
    put(books, "august.csv", month(8, "2"))
    assert books.run("load").code == 0
    (books.root / "exports/july.csv").unlink()
    assert "nothing to load" in books.run("load").out
    before = books.trace()

    refused = books.run("load", "saas", "--again")

    assert refused.code == 1
    (remedy,) = re.findall(r"or drop them: finmod --project \S+ (load .*) \(always: ", refused.err)
    assert books.trace() == before
    assert "emptied" in books.run(*remedy.split()).out
    assert books.totals() == {"saas 2026-08": "1 2.000000000000"}


def test_a_late_charge_does_not_take_a_month_whose_bill_was_put_away(books: Books) -> None:
    books.write("finmod.yaml", DECLARED)
    put(books, "jul.csv", *(month(7, "100") for _ in range(5)))
    put(books, "aug.csv", month(8, "2"))
    assert books.run("load").code == 0
    (books.root / "exports/jul.csv").unlink()
    put(books, "aug.csv", month(8, "2"), month(7, "1"))
    said = books.run("load")
    assert said.code == 1
    assert said.err.startswith("exports/jul.csv: the ledger has charges of the file in saas 2026-07, and this")
    assert books.totals() == {"saas 2026-07": "5 500.000000000000", "saas 2026-08": "1 2.000000000000"}
    assert books.run("load", *DROP).code == 0
    assert books.totals() == {"saas 2026-07": "1 1.000000000000", "saas 2026-08": "1 2.000000000000"}


def test_a_renamed_file_loads_nothing_and_is_never_told_as_gone(books: Books) -> None:
    put(books, "a.csv", month(7, "1"))
    put(books, "b.csv", month(7, "2"))
    load(books)
    (books.root / "exports/a.csv").rename(books.root / "exports/z.csv")
    assert "nothing to load" in load(books)
    put(books, "b.csv", month(7, "3"))
    load(books)
    assert books.totals() == {"saas 2026-07": "2 4.000000000000"}
    assert codes_of(books, "FM1201") == []


def test_a_file_that_takes_the_name_of_an_older_one_takes_its_place(books: Books) -> None:
    """Its bytes are known under the name that it had before: what its new name brought before must go."""
    books.write("finmod.yaml", DECLARED)
    put(books, "a.csv", month(7, "1"), month(7, "2"))
    put(books, "new.csv", month(7, "1"), month(7, "2"), month(7, "3"))
    assert books.run("load").code == 0
    (books.root / "exports/new.csv").replace(books.root / "exports/a.csv")
    assert books.run("load").code == 0
    assert books.totals() == {"saas 2026-07": "3 6.000000000000"}
    before = books.trace()
    assert "nothing to load" in books.run("load").out
    assert books.trace() == before


def test_files_that_change_names_load_nothing(books: Books) -> None:
    books.write("finmod.yaml", DECLARED)
    put(books, "a.csv", month(7, "1"))
    put(books, "b.csv", month(7, "2"))
    assert books.run("load").code == 0
    paths = [books.root / "exports" / name for name in ("a.csv", "b.csv", "c.csv")]
    for one, other in ((0, 2), (1, 0), (2, 1)):
        paths[one].replace(paths[other])
    assert "nothing to load" in books.run("load").out


@pytest.mark.parametrize("closed", [False, True])
def test_an_overwritten_file_is_read_once(books: Books, closed: bool) -> None:  # noqa: FBT001 -- a case of the test
    books.write("finmod.yaml", DECLARED)
    put(books, "a.csv", month(7, "1"), month(7, "2"))
    put(books, "b.csv", month(8, "1"))
    assert books.run("load").code == 0
    if closed:
        assert books.run("close", "2026-07").code == 0
    put(books, "a.csv", month(7, "1"), month(7, "4"))
    assert books.run("load").code == 0
    before = books.trace()
    assert "nothing to load" in books.run("load").out
    assert books.trace() == before


def test_another_way_of_reading_loads_again(books: Books) -> None:
    put(books, "a.csv", month(7, "1"))
    load(books)
    load(books, "--set", "RegionId=eu")
    assert books.query("SELECT RegionId AS r FROM charges") == [{"r": "eu"}]
    assert "nothing to load" in load(books, "--set", "RegionId=eu")


def test_a_date_order_loads_again(books: Books) -> None:
    slashes = dict.fromkeys(("BillingPeriodStart", "ChargePeriodStart"), "9/1/2026")
    slashes |= {"BillingPeriodEnd": "10/1/2026", "ChargePeriodEnd": "9/2/2026"}
    put(books, "a.csv", slashes)
    assert "--date-order mdy" in books.refused(books.root / "exports")
    load(books, "--date-order", "mdy")
    assert books.totals() == {"saas 2026-09": "1 1.500000000000"}


def test_a_load_is_one_version_however_many_periods_it_brings(books: Books) -> None:
    put(books, "a.csv", month(7, "1"), month(8, "2"), month(9, "4"))
    load(books)
    assert books.query("SELECT DISTINCT x_LedgerVersion AS v FROM loads") == [{"v": 1}]


def test_one_broken_file_leaves_everything_as_it_was(books: Books) -> None:
    put(books, "a.csv", month(7, "1"))
    load(books)
    put(books, "b.csv", month(8, "x"))
    put(books, "c.csv", month(9, "y"))
    said = books.refused(books.root / "exports")
    assert "b.csv" in said
    assert "c.csv" in said
    assert books.totals() == {"saas 2026-07": "1 1.000000000000"}


def test_currencies_stay_apart(books: Books) -> None:
    put(books, "a.csv", month(7, "1"), month(7, "5", BillingCurrency="EUR", BillingAccountId="a2"))
    said = load(books)
    assert "1.00 USD" in said
    assert "5.00 EUR" in said
    assert [row["BillingCurrency"] for row in books.query("SELECT BillingCurrency FROM loads ORDER BY 1")] == [
        "EUR",
        "USD",
    ]


def test_charges_and_findings_are_counted_per_currency_and_what_was_accepted_is_a_finding(books: Books) -> None:
    put(books, "a.csv", month(7, "1"), month(7, "2"), month(7, "5", BillingCurrency="EUR"))
    said = json.loads(load(books, "--accept", "FM1127", "--output", "json"))
    assert sorted((row["currency"], row["charges"]) for row in said) == [("EUR", 1), ("USD", 2)]
    (accepted,) = codes_of(books, "FM1127")
    assert accepted == "Accepted: one billing account is billed in USD and EUR in 2026-07."


def test_staging_is_empty_after_every_load(books: Books) -> None:
    put(books, "a.csv", month(7, "1"))
    load(books)
    assert books.staged() == []
    assert Ledger(books.root / ".finmod").staging.exists()


THREE = "name: n\ncurrency: USD\nsources:\n" + "".join(f"  {name}: {{format: focus, path: {name}}}\n" for name in "abc")


def test_a_refused_source_keeps_no_other_from_being_loaded(books: Books) -> None:
    books.write("finmod.yaml", THREE)
    books.write("a/a.csv", bill(month(7, "x")))
    books.write("b/b.csv", bill(month(7, "2")))
    said = finmod("--project", books.root, "load")
    assert said.code == 1
    assert "b       2026-07" in said.out
    assert [line.partition(":")[0] for line in said.err.splitlines() if not line.startswith(" ")] == [
        "a/a.csv, row 1",
        "finmod.yaml, source c",
    ]
    assert books.totals() == {"b 2026-07": "1 2.000000000000"}


def test_a_problem_names_the_source_where_its_path_does_not(books: Books) -> None:
    books.write("finmod.yaml", THREE.replace("  c:", "  chat:"))
    books.write("a/a.csv", bill(month(7)))
    books.write("b/b.csv", bill(month(7)))
    books.write("c/c.csv", bill(month(7, "x")))
    assert finmod("--project", books.root, "load").err.startswith("c/c.csv, row 1 (source chat): ")
    assert finmod("--project", books.root, "load", "chat").err.startswith("c/c.csv, row 1: ")


def test_amounts_that_are_all_unknown_have_no_sum_and_are_proven_all_the_same(books: Books) -> None:
    books.write("finmod.yaml", DECLARED)
    put(books, "a.csv", month(7, ""), month(7, ""), month(8, ""), month(8, "3"))
    said = finmod("--project", books.root, "load")
    assert [line.split()[4] for line in said.out.splitlines() if "2026-0" in line] == ["-", "3.00"]
    assert books.query("SELECT DISTINCT BilledCost AS b, x_ControlTotal AS c FROM loads ORDER BY ALL") == [
        {"b": "3.000000000000", "c": "3"},
        {"b": None, "c": None},
    ]
    assert "FM1402" not in finmod("--project", books.root, "check").out
