"""What the commands print, in each form."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from tests.books import Books, bill, finmod, month


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown"])
@pytest.mark.parametrize("command", ["status", "check", "query SELECT 1 AS one"])
def test_every_command_with_output_has_every_form(loaded: Books, command: str, form: str) -> None:
    name, _, sql = command.partition(" ")
    said = loaded.run(name, *([sql] if sql else []), "--output", form)
    assert said.err == ""
    assert said.code == (1 if name == "check" else 0)
    if form == "json":
        assert isinstance(json.loads(said.out), list)
    if form == "markdown":
        assert said.out.startswith("| ")


def test_init_and_export_say_what_they_wrote_for_programs(tmp_path: Path) -> None:
    made = json.loads(finmod("init", tmp_path / "shop", "--currency", "EUR", "--output", "json").out)
    assert made == [{"file": str(tmp_path / "shop" / "finmod.yaml"), "name": "shop", "currency": "EUR"}]
    books = Books(tmp_path / "shop")
    books.load(books.write("a.csv", bill(month(7))))
    target = tmp_path / "f.csv"
    said = json.loads(books.run("export", "focus", "--to", target, "--output", "json").out)
    assert said == [{"file": str(target), "focus_version": "1.4", "charges": 1}]


def test_init_then_load_by_path_then_status(tmp_path: Path) -> None:
    assert "Wrote" in finmod("init", tmp_path / "shop", "--currency", "EUR").out
    books = Books(tmp_path / "shop")
    books.write("a.csv", bill(month(7, "1.25")))
    said = books.run("load", books.root / "a.csv")
    assert (said.code, said.err) == (0, "")
    assert "focus" in said.out
    assert "1.25 USD" in said.out
    status = books.run("status").out
    assert "shop: ledger version 1, 1 charge in 1 billing period" in status


def test_status_of_an_empty_ledger_names_what_was_never_loaded(books: Books) -> None:
    books.write("finmod.yaml", "name: n\ncurrency: USD\nsources:\n  aws: {format: focus, path: a.csv}\n")
    said = books.run("status").out
    assert said.splitlines() == [
        "n: the ledger is empty",
        f"aws: never loaded; run: finmod --project {books.root} load aws",
    ]


def test_check_proves_every_total(loaded: Books) -> None:
    said = loaded.run("check")
    assert "4 of 4 totals are the same in files, charges and daily cube, to the last digit." in said.out
    assert "BilledCost 1.50 USD; rounding to 12 places moved it by 0." in said.out
    proof = json.loads(loaded.run("check", "--proof", "--output", "json").out)
    assert [(row["charges"], row["holds"]) for row in proof] == [(1, True)] * 4


def test_check_shows_what_is_wrong_with_amounts_place_and_remedy(books: Books) -> None:
    settings = "name: n\ncurrency: USD\ninvoices: invoices.csv\ncheck:\n  fail_on: warning\n"
    books.write("finmod.yaml", settings)
    books.write("invoices.csv", "issuer,invoice_id,billing_period,currency,amount\nx,i1,2026-09,USD,2\n")
    books.load(books.write("a.csv", bill({"InvoiceId": "i1"}, *({"InvoiceId": f"[red]{n}"} for n in range(5)))))
    said = books.run("check")
    assert (said.code, said.err) == (1, "")
    out = " ".join(said.out.split())
    assert "error FM1405 InvoiceId saas 2026-09: The invoice is 2.00 USD, its charges are 1.50" in out
    assert "Load the bill again when it is final; then ask the issuer." in out
    assert out.count("the list of invoices does not have it.") == 3
    assert "and 2 more" in out
    assert "Not every listed invoice equals its charges" in out
    assert said.out.endswith("RED: something must be done.\n")


def test_check_says_that_invoices_tie(books: Books) -> None:
    books.write("finmod.yaml", "name: n\ncurrency: USD\ninvoices: invoices.csv\n")
    books.write("invoices.csv", "issuer,invoice_id,billing_period,currency,amount\nx,i1,2026-09,USD,1.5\n")
    books.load(books.write("a.csv", bill({"InvoiceId": "i1"})))
    assert "Every listed invoice of a loaded month equals its charges, to the last digit." in books.run("check").out
    books.write("finmod.yaml", "name: n\ncurrency: USD\n")
    assert "invoice of a loaded" not in books.run("check").out


def test_load_ends_with_its_total_and_what_to_do_next(books: Books) -> None:
    two = bill(month(7, "1000"), month(8, "0.5", BillingCurrency="EUR", BillingAccountId="b"))
    said = books.load(books.write("a.csv", two)).out.splitlines()
    assert said[0].split() == ["source", "period", "files", "charges", "BilledCost", "what", "findings"]
    assert said[-2] == "Loaded 2 charges in 2 billing periods, 1,000.00 USD, 0.50 EUR BilledCost"
    assert said[-1].endswith(f"the proof that nothing was lost: finmod --project {books.root} check")


def test_a_month_of_several_sources_is_one_month(books: Books) -> None:
    sources = "  aws: {format: focus, path: a.csv}\n  oci: {format: focus, path: b.csv}\n"
    books.write("finmod.yaml", f"name: n\ncurrency: USD\nsources:\n{sources}")
    books.write("a.csv", bill(month(7), month(8)))
    books.write("b.csv", bill(month(7, "2", BillingAccountId="b")))
    assert "Loaded 3 charges in 2 billing periods of 2 sources, 5.00 USD BilledCost" in books.run("load").out
    assert "n: ledger version 2, 3 charges in 2 billing periods of 2 sources, " in books.run("status").out


def test_load_tells_true_ups_apart_from_charges(books: Books) -> None:
    path = books.write("a.csv", bill(month(6, "1"), month(7, "5"), month(8, "7")))
    books.load(path)
    books.run("close", "2026-07")
    said = books.load(books.write("a.csv", bill(month(6, "1"), month(7, "3"), month(7, "4"), month(8, "8")))).out
    assert said.splitlines()[-3:-1] == [
        "Loaded 1 charge in 1 billing period, 8.00 USD BilledCost",
        "Booked 1 true-up for 2026-07 in 2026-08, 2.00 USD BilledCost",
    ]
    said = books.load(books.write("a.csv", bill(month(6, "2"), month(7, "1"), month(8, "8")))).out
    assert "\nBooked 2 true-ups for 2026-06, 2026-07 in 2026-08, -5.00 USD BilledCost\n" in said


def test_load_and_status_count_the_same_findings(books: Books) -> None:
    given = bill({"SkuId": ""}, {"BilledCost": "-1"})
    loaded = books.run("load", "--format", "focus", "--source", "saas", books.write("a.csv", given), "--output", "json")
    kept = books.query("SELECT count(*) AS n FROM findings WHERE x_Severity <> 'info'")
    assert kept[0]["n"] > 0
    assert json.loads(loaded.out)[0]["findings"] == kept[0]["n"]
    assert json.loads(books.run("status", "--output", "json").out)[0]["findings"] == kept[0]["n"]


def test_what_rounding_did_to_a_total_has_its_own_sign(books: Books) -> None:
    books.load(books.write("a.csv", bill(month(7, "1.0000000000006"))))
    assert "rounding to 12 places moved it by 0.0000000000004." in books.run("check").out


def test_findings_of_a_currency_stand_with_it_in_load_and_status(books: Books) -> None:
    given = bill(month(7, "1"), month(7, "-2", BillingCurrency="EUR", BillingAccountId="b", SkuId=""))
    loaded = books.run("load", "--format", "focus", "--source", "saas", books.write("a.csv", given), "--output", "json")
    counts = {row["currency"]: row["findings"] for row in json.loads(loaded.out)}
    assert len(set(counts.values())) == 2
    assert {
        row["currency"]: row["findings"] for row in json.loads(books.run("status", "--output", "json").out)
    } == counts


def test_status_has_totals_per_currency_and_counts_a_period_once(books: Books) -> None:
    two = bill(month(7, "1000"), month(7, "0.5", BillingCurrency="EUR", BillingAccountId="b"))
    books.load(books.write("a.csv", two))
    said = books.run("status").out.splitlines()
    held = "ledger version 1, 2 charges in 1 billing period, BilledCost 0.50 EUR, BilledCost 1,000.00 USD"
    assert said[0].rstrip() == f"northwind: {held}"
    assert len(said) == 5
    assert said[-1].startswith("In USD: unknown")


def test_one_source_can_be_exported_and_an_unknown_one_is_refused(loaded: Books) -> None:
    target = loaded.root / "f.csv"
    assert "Wrote 1 charge" in loaded.run("export", "focus", "--source", "saas", "--to", target).out
    said = loaded.run("export", "focus", "--source", "sas", "--to", loaded.root / "g.csv")
    assert said.code == 1
    assert "Did you mean 'saas'?" in said.err
    assert not (loaded.root / "g.csv").exists()


def test_check_of_an_empty_ledger_is_refused(books: Books) -> None:
    said = books.run("check")
    assert (said.code, said.out) == (1, "")
    assert "FM1502" in said.err


def test_currencies_of_a_hostile_bill_are_shown_as_text(books: Books) -> None:
    books.load(books.write("a.csv", bill({"BillingCurrency": "[red]"})))
    assert "1.50 [red]" in books.run("check").out


def test_a_source_that_is_also_a_folder_is_loaded_as_the_source(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(books.root)
    books.write("finmod.yaml", "name: n\ncurrency: USD\nsources:\n  good: {format: focus, path: good}\n")
    books.write("good/g.csv", bill({}))
    books.write("in/a.csv", bill({"BilledCost": "2"}))
    said = books.run("load", "good", "in/a.csv")
    assert (said.code, said.out) == (1, "")
    assert "The path of that name is written ./good." in said.err
    assert books.run("load", "good").code == 0
    assert books.totals() == {"good 2026-09": "1 1.500000000000"}
    assert "./NAME" in finmod("load", "--help").out


def test_set_fills_what_the_bill_leaves_empty_and_the_help_says_so(books: Books) -> None:
    books.load(books.write("a.csv", bill({"RegionId": "r"}, {"RegionId": ""})), "--set", "RegionId=s")
    assert [row["RegionId"] for row in books.query("SELECT RegionId FROM charges ORDER BY x_Row")] == ["r", "s"]
    assert "leaves it empty" in " ".join(finmod("load", "--help").out.replace("│", " ").split())


def test_amounts_have_twelve_places_in_every_command(books: Books, tmp_path: Path) -> None:
    file = books.write("a.csv", bill({"BilledCost": "14"}))
    (loaded,) = json.loads(books.load(file, "--output", "json").out)
    (shown,) = json.loads(books.run("status", "--output", "json").out)
    assert loaded["billed_cost"] == shown["billed_cost"] == "14.000000000000"
    most = "99999999999999.999999999999"
    big = Books(tmp_path / "big")
    (loaded,) = json.loads(big.load(big.write("a.csv", bill({"BilledCost": most})), "--output", "json").out)
    assert loaded["billed_cost"] == most


def test_a_sample_counts_rows_of_bills(tmp_path: Path) -> None:
    said = finmod("sample", tmp_path / "d", "--rows", "800", "--months", "2", "--output", "json")
    rows = json.loads(said.out)
    assert [list(row) for row in rows] == [["source", "rows", "billed_cost", "currency"]] * 7
    assert all(len(row["billed_cost"].partition(".")[2]) == 12 for row in rows)
    assert "charges" not in finmod("sample", tmp_path / "e", "--rows", "800", "--months", "2").out


def test_what_init_tells_to_run_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = finmod("init", "my company").out.partition("then run: finmod ")[2]
    assert told == "--project 'my company' load\n"
    assert "finmod.yaml: no source is named" in finmod(*shlex.split(told)).err
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert finmod("init").out.endswith("then run: finmod load\n")
    assert "--name is ''; expected a name" in finmod("init", "other", "--name", "").err


def test_load_by_name_reads_the_sources_of_the_project(books: Books) -> None:
    books.write("finmod.yaml", "name: n\ncurrency: USD\nsources:\n  aws: {format: focus, path: a.csv}\n")
    books.write("a.csv", bill({}))
    assert "1.50 USD" in books.run("load", "aws").out
    assert "nothing to load" in books.run("load").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("awss",), "Did you mean 'aws'?"),
        (("aws", "a.csv"), "'aws' is a source of finmod.yaml, beside a path"),
        (("aws", "--format", "focus"), "without --format and --source: finmod --project "),
        (("aws", "--accept", "FM9999"), "FM1116"),
        (("--accept", "FM9999"), "FM1116"),
        (("--set", "RegionId", "a.csv"), "--set is 'RegionId'; expected COLUMN=VALUE"),
        (("--format", "fokus", "a.csv"), "Did you mean 'focus'?"),
        (("--source", "../evil", "a.csv"), "--source is '../evil'"),
        (("--source", "a b", "a.csv"), "a lower-case letter"),
        (("--format", "focus"), "FM1063"),
        (("",), "PATH is ''; expected a path of printable characters"),
        (("a.csv", ""), "PATH is ''; expected a path of printable characters"),
        (("--format", ""), "FM1063"),
        (("a.csv", "--format", ""), "--format is ''; expected focus, aws-cur, aws-cur2, azure-cost"),
        (("--source", ""), "--source is ''; expected a lower-case letter"),
        (("--set", ""), "--set is ''; expected COLUMN=VALUE"),
        (("--set", "RegionId="), "--set RegionId is ''; expected text.\n  Leave it out"),
        (("--set", "Foo=1"), "--set names 'Foo'; expected a FOCUS column id"),
        (("--accept", ""), "--accept is ''; expected a refusal that can be accepted"),
        (("--accept", "FM1"), "--accept is 'FM1'; expected a refusal that can be accepted"),
        (("--unreadable-as-null", ""), "--unreadable-as-null is ''; expected a FOCUS column id"),
        (("a.csv", "--unreadable-as-null", "Tag"), "--unreadable-as-null is 'Tag'; expected a FOCUS column id"),
        (("s3://b",), "PATH is 's3://b'; expected a local path.\n  Addresses such as s3:// cannot be read yet"),
        (("~/a.csv",), "PATH is '~/a.csv'; expected a path without ~."),
        (("no.csv",), "FM1101"),
        (("a.csv", "--set", "RegionIdd=x"), "RegionId"),
        (("a.csv", "--accept", "FM9999"), "FM1116"),
    ],
)
def test_wrong_words_of_load_are_refused_with_the_right_ones(
    books: Books, arguments: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.write("finmod.yaml", "name: n\ncurrency: USD\nsources:\n  aws: {format: focus, path: a.csv}\n")
    books.write("a.csv", bill({}))
    monkeypatch.chdir(books.root)
    said = books.run("load", *arguments)
    assert said.code == 1
    assert words in said.err
    assert "Traceback" not in said.err
    assert not (books.root / ".finmod").exists()


@pytest.mark.parametrize("sign", ["semicolon", ";"])
def test_a_separator_is_said_by_its_word_or_its_sign(books: Books, sign: str) -> None:
    file = books.write("a.csv", "day;cost\n2026-09-05;1\n")
    columns = ("--column", "BilledCost=cost", "--column", "ChargePeriodStart=day", "--set", "BillingCurrency=USD")
    account = ("--set", "BillingAccountId=a")
    said = books.run("load", "--format", "table", "--separator", sign, *columns, *account, file)
    assert (said.code, "Loaded 1 charge" in said.out) == (0, True), said.err


def test_columns_that_finmod_yaml_leaves_out_are_said_for_one_load(books: Books) -> None:
    constants = "{BillingCurrency: USD, BillingAccountId: a}"
    source = f"{{format: table, path: a.csv, set: {constants}}}"
    books.write("finmod.yaml", f"name: n\ncurrency: USD\nsources:\n  rack: {source}\n")
    books.write("a.csv", "day,cost\n2026-09-05,1\n")
    assert "nothing says which column is BilledCost, ChargePeriodStart; expected under columns" in books.run("load").err
    said = books.run("load", "rack", "--column", "BilledCost=cost", "--column", "ChargePeriodStart=day")
    assert (said.code, "Loaded 1 charge" in said.out) == (0, True), said.err


@pytest.mark.parametrize("names", [(), ("aws",)])
def test_a_refusal_of_a_source_is_accepted_on_the_command_line(books: Books, names: tuple[str, ...]) -> None:
    books.write("finmod.yaml", "name: n\ncurrency: USD\nsources:\n  aws: {format: focus, path: a.csv}\n")
    books.write("a.csv", bill({}, {"BillingCurrency": "EUR"}))
    assert "FM1127" in books.run("load", *names).err
    said = books.run("load", *names, "--accept", "FM1127")
    assert (said.code, said.err) == (0, "")
    # What was accepted decides whether a bill is loaded, not how: it is not read again.
    assert "nothing to load" in books.run("load").out


def test_a_value_of_the_command_line_holds_for_one_load(books: Books) -> None:
    books.write("finmod.yaml", "name: n\ncurrency: USD\nsources:\n  aws: {format: focus, path: a.csv}\n")
    books.write("a.csv", bill({}))
    for arguments, region in ((("--set", "RegionId=x"), "x"), ((), None)):
        assert books.run("load", *arguments).code == 0
        assert books.query("SELECT RegionId FROM charges") == [{"RegionId": region}]


def test_a_source_with_an_option_still_names_all_its_files(books: Books) -> None:
    books.write("finmod.yaml", "name: n\ncurrency: USD\nsources:\n  aws: {format: focus, path: bills}\n")
    books.write("bills/a.csv", bill({}))
    gone = books.write("bills/b.csv", bill({"BilledCost": "2"}))
    assert books.run("load").code == 0
    gone.unlink()
    # A load by path would be refused with FM1130: it might name a part of the files.
    said = books.run("load", "--set", "RegionId=x")
    assert (said.code, said.err) == (0, "")
    assert books.totals() == {"aws 2026-09": "1 1.500000000000"}


def test_load_without_sources_says_what_to_do(books: Books) -> None:
    assert "FM1063" in books.run("load").err


def test_superseded_and_unknown_files_are_refused_under_a_wrong_format(books: Books) -> None:
    said = books.run("load", "--format", "aws-cur2", books.write("a.csv", bill({})))
    assert said.code == 1
    assert "--format focus" in said.err
    assert "no format that finmod knows" in books.run("load", books.write("b.csv", "a,b\n1,2\n")).err
