"""``finmod tags todo`` and ``finmod tags export``: lists and files, in every form, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.books import Books, bill
from tests.tagged import EURO, TAXONOMY, charge, estate, tagged

BY_ACCOUNT = "its SubAccountId is 2 (rule 2, taxonomy.yaml:9:19)"
TARGETS = "expected aws, azure, google or custodian"
COLUMNS = (
    "owner", "dimension", "problem", "key", "text", "should_be", "why", "confidence", "source", "account",
    "account_name", "service", "resource_id", "effective_cost", "currency",
)  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return the tagged project; no test changes it."""
    return tagged(tmp_path_factory.mktemp("todo") / "books")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return the project with enough to learn from; no test changes it."""
    return estate(tmp_path_factory.mktemp("company") / "books")


def lines(books: Books, *words: str | Path) -> list[str]:
    said = books.run("tags", *words)
    assert (said.code, said.err) == (0, "")
    return said.out.splitlines()


def records(books: Books, *words: str | Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(books.run("tags", "todo", *words, "--output", "csv").out)))


def test_owners_are_listed_with_what_they_have_to_do(project: Books) -> None:
    assert lines(project, "todo") == [
        "northwind, 2026-09: tags to mend",
        "owner     tasks  with a suggestion  EffectiveCost",
        "ads-team      2                  2      40.00 USD",
        "(nobody)      1                  0       5.00 USD",
        "",
        "Look further:",
        f"  finmod --project {project.root} tags todo --owner ads-team",
        f"  finmod --project {project.root} tags todo --to todo.md",
    ]


def test_one_owner_sees_each_tag_with_what_it_should_be(project: Books) -> None:
    assert lines(project, "todo", "--owner", "ads-team") == [
        "northwind, 2026-09: tags to mend by ads-team",
        "dimension  tag             should be  account  resource  EffectiveCost",
        "product    no product      ads        2        i-4           30.00 USD",
        "product    product=serach  ads        2        i-3           10.00 USD",
    ]
    assert lines(project, "todo", "--owner", "(nobody)")[2:] == [
        "product    no product             1        i-5            5.00 USD"
    ]


def test_an_owner_without_tasks_is_told_so(project: Books) -> None:
    assert lines(project, "todo", "--owner", "search-team") == [
        "northwind, 2026-09: tags to mend by search-team",
        "Nothing: every tag that is demanded is there and understood.",
    ]


def test_an_owner_whom_nobody_knows_is_refused(project: Books) -> None:
    said = project.run("tags", "todo", "--owner", "ads-taem")
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "no value has the owner 'ads-taem'; expected (nobody), ads-team or search-team.\n"
        "  Did you mean 'ads-team'? (FM2023, docs/errors.md)\n"
    )
    assert project.run("tags", "todo", "--owner", "zzz").err == (
        "no value has the owner 'zzz'; expected (nobody), ads-team or search-team.\n"
        f"  See who has tasks: finmod --project {project.root} tags todo. (FM2023, docs/errors.md)\n"
    )


def test_what_siblings_tell_goes_to_the_owner_of_it(company: Books) -> None:
    assert lines(company, "todo")[2:6] == [
        "(nobody)            9                  0      11.25 USD",
        "search-team         7                  7       8.75 USD",
        "ads-team            5                  5       6.25 USD",
        "o'brien & sons      5                  5       6.25 USD",
    ]
    repaired = [row for row in records(company) if row["problem"] == "unrecognised" and row["should_be"]]
    assert {(row["owner"], row["text"], row["should_be"]) for row in repaired} == {
        ("search-team", "product=serach", "search")
    }
    assert {row["why"].partition(":")[0] for row in records(company, "--owner", "ads-team")} == {"inferred"}


def test_the_next_command_can_be_typed_whatever_an_owner_is_called(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books", TAXONOMY.replace("owner: ads-team", 'owner: "o\'brien; rm -rf $HOME"'))
    assert lines(books, "todo")[6].endswith(" tags todo --owner 'o'\"'\"'brien; rm -rf $HOME'")
    assert len(records(books, "--owner", "o'brien; rm -rf $HOME")) == 2


def test_every_form_has_a_row_per_task(project: Books) -> None:
    rows = json.loads(project.run("tags", "todo", "--output", "json").out)
    assert rows[0] == dict(
        zip(
            COLUMNS,
            ("ads-team", "product", "missing", "product", None, "ads", BY_ACCOUNT, None, "saas", "2",
             None, "Databases", "i-4", "30.000000000000", "USD"),
            strict=True,
        )
    )  # fmt: skip
    assert (
        [row["resource_id"] for row in rows]
        == [row["resource_id"] for row in records(project)]
        == ["i-4", "i-3", "i-5"]
    )
    assert lines(project, "todo", "--output", "markdown") == [
        "# Tags to mend: northwind, 2026-09",
        "",
        "Amounts are EffectiveCost of the month. A resource that lacks two tags counts once in the sum of its owner.",
        "",
        "## ads-team: 2 tasks, 40.00 USD",
        "",
        "| dimension | problem | tag | should be | why | account | resource | EffectiveCost |",
        "| --- | --- | --- | --- | --- | --- | --- | ---: |",
        f"| product | missing | no product | product=ads | {BY_ACCOUNT} | 2 | i-4 | 30.00 USD |",
        f"| product | unrecognised | product=serach | product=ads | {BY_ACCOUNT} | 2 | i-3 | 10.00 USD |",
        "",
        "## (nobody): 1 task, 5.00 USD",
        "",
        "| dimension | problem | tag | should be | why | account | resource | EffectiveCost |",
        "| --- | --- | --- | --- | --- | --- | --- | ---: |",
        "| product | missing | no product |  |  | 1 | i-5 | 5.00 USD |",
    ]


def test_other_spellings_are_listed_on_demand(project: Books) -> None:
    (row,) = (row for row in records(project, "--respelt") if row["problem"] == "respelt")
    assert (row["owner"], row["text"], row["should_be"]) == ("search-team", "Product=SRCH", "search")


def test_a_key_that_is_to_change_stands_beside_the_value(project: Books) -> None:
    (line,) = (line for line in lines(project, "todo", "--owner", "search-team", "--respelt") if "SRCH" in line)
    assert line.split() == ["product", "Product=SRCH", "product=search", "1", "i-2", "20.00", "USD"]


def test_an_earlier_month_can_be_asked_for(project: Books) -> None:
    assert [(row["resource_id"], row["text"]) for row in records(project, "--period", "2026-08")] == [
        ("i-2", "product=gone")
    ]


def test_lists_are_written_as_their_name_says(project: Books, tmp_path: Path) -> None:
    page, table = tmp_path / "new" / "todo.md", tmp_path / "todo.CSV"
    assert lines(project, "todo", "--to", page)[-1] == f"Wrote 3 tasks to {page}."
    assert page.read_text(encoding="utf-8") == project.run("tags", "todo", "--output", "markdown").out
    assert lines(project, "todo", "--owner", "ads-team", "--to", table)[-1] == f"Wrote 2 tasks to {table}."
    assert (
        table.read_text(encoding="utf-8") == project.run("tags", "todo", "--owner", "ads-team", "--output", "csv").out
    )
    said = project.run("tags", "todo", "--to", table, "--output", "json")
    assert said.err == f"Wrote 3 tasks to {table}.\n"
    assert len(json.loads(said.out)) == 3
    assert [path.name for path in sorted(tmp_path.rglob("*"))] == ["new", "todo.md", "todo.CSV"]


def test_a_clean_month_has_an_empty_page(tmp_path: Path) -> None:
    books = Books(tmp_path / "books")
    books.load(books.write("a.csv", bill(charge(9, "1", "i-1", '{"product":"search"}'))))
    books.write("taxonomy.yaml", TAXONOMY)
    nothing = "Nothing: every tag that is demanded is there and understood."
    assert lines(books, "todo") == ["northwind, 2026-09: tags to mend", nothing]
    assert lines(books, "todo", "--output", "markdown")[-2:] == ["", nothing]
    assert lines(books, "todo", "--output", "json") == ["[]"]
    assert lines(books, "todo", "--output", "csv") == [",".join(COLUMNS)]


def test_costs_of_two_currencies_stand_beside_each_other(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    books.load(books.write("b.csv", bill(charge(9, "8", "e-1", "", SubAccountId="2", **EURO))), "--source", "euro")
    assert "ads-team      3                  3  40.00 USD, 8.00 EUR" in lines(books, "todo")
    assert "## ads-team: 3 tasks, 40.00 USD, 8.00 EUR" in lines(books, "todo", "--output", "markdown")


def test_a_resource_that_lacks_two_tags_costs_its_owner_once(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books", TAXONOMY.replace("  team:\n", "  team:\n    required: 0.5\n"))
    # i-4 and i-3 lack product and team, 40 in all; i-5 lacks both too.
    assert "ads-team         4                  4      40.00 USD" in lines(books, "todo")


def test_two_bad_texts_of_one_resource_cost_what_both_charges_do(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    texts = [
        charge(9, cost, "i-7", f'{{"product":"{text}"}}', SubAccountId="2") for cost, text in (("3", "x"), ("4", "y"))
    ]
    books.load(books.write("b.csv", bill(*texts)), "--source", "other")
    assert "ads-team      4                  4      47.00 USD" in lines(books, "todo")


def test_charges_without_a_resource_are_told_by_account_and_service(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    books.load(books.write("b.csv", bill(charge(9, "9", "", "{}", ServiceName="Amazon Bedrock"))), "--source", "other")
    (row,) = (row for row in records(books) if row["source"] == "other")
    assert (row["account"], row["service"], row["resource_id"]) == ("1", "Amazon Bedrock", "")
    assert "Amazon Bedrock       9.00 USD" in lines(books, "todo", "--owner", "(nobody)")[2]


def test_a_page_shows_hostile_text_as_text(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    evil = '{"product":"<script>|`x`[y](z)\\n## me: 0 tasks"}'
    books.load(books.write("b.csv", bill(charge(9, "9", "=cmd()|<b>", evil))), "--source", "other")
    page = lines(books, "todo", "--output", "markdown")
    (line,) = (line for line in page if "script" in line)
    assert "product=&lt;script>\\|\\`x\\`\\[y](z) ## me: 0 tasks | " in line
    assert "| =cmd()\\|&lt;b> | 9.00 USD |" in line
    assert sum(line.startswith("## ") for line in page) == 2
    (row,) = (row for row in records(books) if row["source"] == "other")
    assert row["resource_id"] == "'=cmd()|<b>"


def test_rules_are_written_for_each_target(project: Books, tmp_path: Path) -> None:
    scopes = {"azure": "/subscriptions/4a3b0052-0000-4000-8000-000000000001", "google": "organizations/1234"}
    for target in ("aws", "azure", "google", "custodian"):
        scope = ("--scope", scopes[target]) if target in scopes else ()
        folder = tmp_path / target
        shown = lines(project, "export", "--target", target, "--to", folder, *scope)
        written = sorted(path for path in folder.rglob("*") if path.name != ".finmod-files")
        assert written
        assert sorted(shown) == sorted(f"Wrote {path} ({path.stat().st_size:,} bytes)" for path in written)
        rows = json.loads(
            project.run("tags", "export", "--target", target, "--to", folder, *scope, "--output", "json").out
        )
        assert {row["file"]: row["bytes"] for row in rows} == {str(path): path.stat().st_size for path in written}
        assert {row["status"] for row in rows} == {"written"}


@pytest.mark.parametrize("form", ["table", "json"])
def test_what_an_earlier_export_wrote_is_removed_or_left_and_told_in_every_form(form: str, tmp_path: Path) -> None:
    books, folder = tagged(tmp_path / "books"), tmp_path / "out"
    words = ("export", "--target", "azure", "--scope", "/subscriptions/4a3b0052-0000-4000-8000-000000000001")
    lines(books, *words, "--to", str(folder))
    left, *removed = sorted(folder.glob("policy-finmod-tags-product-*"))
    left.write_text("{}", encoding="utf-8")
    said = books.run("tags", *words, "--to", folder, "--dimension", "team", "--output", form)
    assert (said.code, left.exists(), [path for path in removed if path.exists()]) == (0, True, [])
    assert removed
    if form == "json":
        status = {row["file"]: (row["status"], row["bytes"]) for row in json.loads(said.out)}
        assert {file: told for file, told in status.items() if told[0] != "written"} == {
            **{str(path): ("removed", None) for path in removed}, str(left): ("left", None),
        }  # fmt: skip
        assert said.err == ""
        return
    assert [line for line in said.out.splitlines() if not line.startswith("Wrote ")] == [
        *(f"Removed {path}: an earlier export wrote it, and this one does not." for path in removed),
        "What was applied from them stays in force until you take it off there.",
    ]
    assert said.err == f"Left {left}: an earlier export wrote it, and it was changed since. Remove it yourself.\n"


def test_rules_go_into_the_project_where_no_folder_is_named(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    path = books.root / "policies" / "aws" / "tag-policy.json"
    assert lines(books, "export", "--target", "aws") == [f"Wrote {path} ({path.stat().st_size:,} bytes)"]


@pytest.mark.parametrize(
    ("words", "found", "remedy"),
    [
        ("export", f"--target is missing; {TARGETS}", "See: finmod tags export --help"),
        ("export --target gcp", f"--target is 'gcp'; {TARGETS}",
         "See: finmod tags export --help. (FM1061, docs/errors.md)"),
        ("export --target azur", f"--target is 'azur'; {TARGETS}", "Did you mean 'azure'? (FM1061, docs/errors.md)"),
        ("export --target aws --mark-days 0",
         "--mark-days is '0'; expected a whole number from 1 to 365, in digits alone",
         "See: finmod tags export --help. (FM1061, docs/errors.md)"),
        ("todo --period 2025-12",
         "there are no charges of 2025-12; expected a month from 2026-08 to 2026-09 that was loaded",
         "See the months with: finmod --project {root} status. (FM2017, docs/errors.md)"),
        ("todo --owner=", "--owner is ''; expected an owner",
         "Name one, or leave the option out. (FM1061, docs/errors.md)"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(words: str, found: str, remedy: str, project: Books) -> None:
    said = project.run("tags", *words.split())
    assert (said.code, said.out) == (1, "")
    assert said.err == f"{found}.\n  {remedy}\n".replace("{root}", str(project.root))
    assert not (project.root / "policies").exists()
