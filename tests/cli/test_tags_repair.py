"""``finmod tags repair`` and ``finmod tags infer``: the screens, other forms, what is written, what is refused."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import get_args

import pytest

from finmod.cli.tags_repair import NOT_INFERRED
from finmod.taxonomy.inference.explain import REASONS, Reason
from tests.books import Books, bill
from tests.tagged import ESTATE, EURO, TAXONOMY, charge, estate, tagged

NO_DIMENSION = "is no dimension that tags say and that has values; expected product or team"
NO_ADDRESS = (
    "Nothing is written to addresses such as s3:// yet: write to a folder, then copy it there. (FM1008, docs/errors.md)"
)
MEANT = "2 letters of 'search' have changed places; by account 2 of 2 such resources are 'search'"
WHY = "50 of 50 labelled resources in account 'ads' are 'ads'"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return the project with enough to learn from; no test changes it."""
    return estate(tmp_path_factory.mktemp("repair") / "books")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return the small tagged project; no test changes it."""
    return tagged(tmp_path_factory.mktemp("small") / "books")


def lines(books: Books, *words: str | Path) -> list[str]:
    said = books.run("tags", *words)
    assert (said.code, said.err) == (0, "")
    return said.out.splitlines()


def records(books: Books, *words: str | Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(books.run("tags", *words, "--output", "csv").out)))


def test_repairs_tell_what_a_text_means_how_sure_and_why(company: Books) -> None:
    assert lines(company, "repair") == [
        "product: 1 text can be repaired, 1 is unclear",
        f"text    means     sure  because{' ' * (len(MEANT) - 7)}  resources  EffectiveCost",
        f"serach  search  99.5 %  {MEANT}          2       2.50 USD",
        "",
        "unclear  perhaps  because                     resources  EffectiveCost",
        "zzz               a word that names no value          1       1.25 USD",
        "",
        "Write them as aliases:",
        f"  finmod --project {company.root} tags repair --accept",
    ]


def test_repairs_in_other_forms_have_the_same_rows(company: Books) -> None:
    rows = json.loads(company.run("tags", "repair", "--output", "json").out)
    assert rows == [
        {
            "dimension": "product", "text": "serach", "value": "search", "confidence": 0.995,
            "how": "spelling+evidence", "reason": MEANT, "runner_up": None, "resources": 2,
            "effective_cost": "2.500000000000", "currency": "USD",
        },
        {
            "dimension": "product", "text": "zzz", "value": None, "confidence": None, "how": None,
            "reason": "a word that names no value", "runner_up": None, "resources": 1,
            "effective_cost": "1.250000000000", "currency": "USD",
        },
    ]  # fmt: skip
    assert [(row["text"], row["value"]) for row in records(company, "repair")] == [("serach", "search"), ("zzz", "")]
    page = lines(company, "repair", "--output", "markdown")
    assert page[0] == f"| {' | '.join(rows[0])} |"
    assert len(page) == 4


def test_a_dimension_without_unknown_texts_says_so(small: Books) -> None:
    assert lines(small, "repair", "--dimension", "team") == ["team: every text is understood"]


def test_a_higher_threshold_repairs_less(company: Books) -> None:
    assert lines(company, "repair", "--threshold", "1")[0] == "product: no text can be repaired, 2 are unclear"
    assert lines(company, "repair", "--threshold", "0.5")[0] == "product: 1 text can be repaired, 1 is unclear"


def test_amounts_of_two_currencies_are_never_added(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    euro = charge(9, "8", "e-1", '{"product":"serach"}', **EURO)
    books.load(books.write("b.csv", bill(euro)), "--source", "euro")
    (line,) = (line for line in lines(books, "repair") if line.startswith("serach"))
    assert line.endswith("2  8.00 EUR, 10.00 USD")
    assert [(row["text"], row["effective_cost"], row["currency"]) for row in records(books, "repair")] == [
        ("serach", "8.000000000000", "EUR"), ("serach", "10.000000000000", "USD"),
    ]  # fmt: skip


def test_a_cost_that_nobody_knows_is_a_dash_and_an_empty_cell(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    unknown = charge(9, "", "u-1", '{"product":"nonsense"}', BilledCost="2")
    books.load(books.write("b.csv", bill(unknown)), "--source", "other")
    (line,) = (line for line in lines(books, "repair") if line.startswith("nonsense"))
    assert line.split()[-2:] == ["1", "-"]
    (row,) = (row for row in records(books, "repair") if row["text"] == "nonsense")
    assert (row["effective_cost"], row["currency"]) == ("", "USD")


def test_accepted_repairs_stand_in_the_file_and_are_understood_from_then_on(tmp_path: Path) -> None:
    books = estate(tmp_path / "books")
    assert lines(books, "repair", "--accept")[-3:] == [
        "", "product: 'serach' is an alias of 'search' now (taxonomy.yaml:5).", "Accepted 1 repair into taxonomy.yaml.",
    ]  # fmt: skip
    after = (books.root / "taxonomy.yaml").read_text(encoding="utf-8")
    assert after == ESTATE.replace("{owner: search-team}", "{aliases: [serach], owner: search-team}")
    assert lines(books, "repair", "--accept")[-2:] == ["", "There is none to accept."]
    assert (books.root / "taxonomy.yaml").read_text(encoding="utf-8") == after
    assert lines(books, "repair")[0] == "product: no text can be repaired, 1 is unclear"


def test_accepting_in_another_form_tells_it_aside(tmp_path: Path) -> None:
    books = estate(tmp_path / "books")
    said = books.run("tags", "repair", "--accept", "--output", "json")
    assert said.err == "Accepted 1 repair into taxonomy.yaml.\n"
    assert len(json.loads(said.out)) == 2


def test_one_text_alone_is_accepted_and_an_unknown_one_refused_with_nothing_written(tmp_path: Path) -> None:
    books = estate(tmp_path / "books")
    extra = [charge(9, "1", f"x-{n}", '{"product":"paymnets"}', SubAccountId="payments") for n in range(2)]
    books.load(books.write("b.csv", bill(*extra)), "--source", "other")
    said = books.run("tags", "repair", "--accept", "--text", "paymnets", "--text", "zzz")
    assert said.code == 1
    assert said.err == (
        "no repair is known for 'zzz'; expected a text that finmod tags repair lists with a value.\n"
        "  Lower --threshold, or add it as an alias in taxonomy.yaml. (FM2022, docs/errors.md)\n"
    )
    assert (books.root / "taxonomy.yaml").read_text(encoding="utf-8") == ESTATE
    assert books.run("tags", "repair", "--accept", "--text", "paymnets").code == 0
    text = (books.root / "taxonomy.yaml").read_text(encoding="utf-8")
    assert "paymnets" in text
    assert "serach" not in text


def test_aliases_go_where_the_values_stand(tmp_path: Path) -> None:
    kept = ESTATE[: ESTATE.index("    values:")] + "    values: products.csv\n" + ESTATE[ESTATE.index("    from:") :]
    books = estate(tmp_path / "books", kept)
    books.write("products.csv", "value,aliases,owner\nsearch,,search-team\nads,adverts,\npayments,,\n")
    assert "product: 'serach' is an alias of 'search' now (products.csv:2)." in lines(books, "repair", "--accept")
    assert (
        (books.root / "products.csv")
        .read_text(encoding="utf-8")
        .startswith("value,aliases,owner\nsearch,serach,search-team\nads,adverts,\n")
    )
    assert (books.root / "taxonomy.yaml").read_text(encoding="utf-8") == kept


def test_inferred_tags_tell_their_proof_and_their_evidence(company: Books) -> None:
    shown = lines(company, "infer")
    assert shown[0] == (
        "product: inferred for 17 of 26 resources without an understood tag, 65.4 % of their EffectiveCost"
    )
    assert shown[1] == (
        "Proof: of 158 resources whose tag is known and was held out, 150 were decided; 150 of 150 right, 100 % (95 % "
        "interval from 97.5 % to 100 %)."
    )
    assert shown[2] == "Not inferred: 9 like no group of labelled resources."
    assert shown[3].split() == ["resource", "inferred", "sure", "by", "rule", "because", "EffectiveCost"]
    assert shown[4].split() == ["i-ads-50", "ads", "99.3", "%", *WHY.split(), "1.25", "USD"]
    assert shown[-1] == "... and 2 more: --output csv shows them all."


def test_every_reason_for_no_inference_has_its_words() -> None:
    assert set(get_args(Reason)) == set(REASONS) == set(NOT_INFERRED)


def test_inferred_tags_in_other_forms_list_every_resource_with_why_not(company: Books) -> None:
    rows = json.loads(company.run("tags", "infer", "--output", "json").out)
    assert len(rows) == 26
    first = rows[0]
    assert first | {"why": ""} == {
        "dimension": "product", "source": "saas", "resource_id": "i-ads-50", "account": "ads", "service": "Storage",
        "value": "ads", "inferred": True, "confidence": 0.9934, "why": "", "named_otherwise": None,
        "effective_cost": "1.250000000000", "currency": "USD",
    }  # fmt: skip
    assert first["why"].startswith(WHY)
    undecided = {row["resource_id"]: row["why"] for row in rows if not row["inferred"]}
    assert set(undecided) == {f"i-mixed-{number}" for number in range(8, 17)}
    assert all(undecided.values())
    assert [row["resource_id"] for row in records(company, "infer")] == [row["resource_id"] for row in rows]


def test_where_the_target_is_not_shown_nothing_is_inferred_and_that_is_said(small: Books) -> None:
    first, second, *_ = lines(small, "infer", "--dimension", "product")
    assert first == "product: nothing is inferred for 3 resources without an understood tag"
    assert second.startswith("No kind of evidence reaches a precision of 0.95 on 2 labelled resources")
    assert second.endswith(" (FM2051, docs/errors.md).")


def test_a_lookup_is_written_with_the_rule_that_uses_it(tmp_path: Path) -> None:
    books = estate(tmp_path / "books")
    path = books.root / "lists" / "inferred.csv"
    assert lines(books, "infer", "--dimension", "product", "--to", path)[-4:] == [
        "",
        f"Wrote 17 resources to {path}.",
        "A rule of product for it, to stand behind those that know better:",
        "  - lookup: {file: lists/inferred.csv, key: ResourceId, value: value}",
    ]
    header, first, *rest = path.read_text(encoding="utf-8").splitlines()
    assert header == "AllocatedResourceId,ResourceId,value,confidence,why,inferred_from,precision"
    assert first.startswith(f",i-ads-50,ads,0.9934,{WHY}")
    assert len(rest) == 16
    rule = "      - lookup: {file: lists/inferred.csv, key: ResourceId, value: value}\n"
    books.write("taxonomy.yaml", ESTATE.replace("      - tag: product\n", f"      - tag: product\n{rule}"))
    (used,) = (row for row in records(books, "rules") if row["text"].startswith("lookup lists/inferred.csv,"))
    assert (used["text"], used["names"]) == (
        "lookup lists/inferred.csv, inferred from 2026-09, precision 0.9750", "17",
    )  # fmt: skip
    # What tags are understood is what it was: a lookup is no tag.
    assert lines(books)[2].split()[1] == "85.9"


def test_what_somebody_confirmed_in_a_lookup_is_kept(tmp_path: Path) -> None:
    books = estate(tmp_path / "books")
    path = books.root / "inferred.csv"
    words = ("infer", "--dimension", "product", "--to", path)
    first = lines(books, *words)
    header, line, *rest = path.read_text(encoding="utf-8").splitlines()
    corrected, added = ',I-ADS-50,search,,"we asked, twice",,,us', "by-hand,,ads,,,,,me"
    # As a spreadsheet saves it.
    quoted = ",".join(f'"{name}"' for name in [*header.split(","), "who"])
    path.write_text("\n".join([quoted, f"{added}", corrected, *rest]), encoding="utf-8")
    for _ in range(2):
        assert lines(books, *words)[len(first) - 3 :] == [
            f"Wrote 16 resources to {path}.", "2 lines that somebody confirmed are kept.",
            "Rules of product for it, to stand behind those that know better:",
            "  - lookup: {file: inferred.csv, key: AllocatedResourceId, value: value}", first[-1],
        ]  # fmt: skip
        assert path.read_text(encoding="utf-8").splitlines() == [
            f"{header},who", *(f"{each}," for each in rest), added, corrected,
        ]  # fmt: skip
    path.write_text(f'{header}\n,a,b,,"c\n', encoding="utf-8")
    assert books.run("tags", *words).err.startswith(f"{path}:2: the row is no CSV")
    assert path.read_text(encoding="utf-8") == f'{header}\n,a,b,,"c\n'
    assert line.endswith(",2026-09,0.9750")


def test_a_lookup_outside_the_project_is_to_be_put_beside_the_taxonomy(company: Books, tmp_path: Path) -> None:
    path = tmp_path / "o ther.csv"
    assert lines(company, "infer", "--dimension", "product", "--to", path)[-2:] == [
        "Put it beside taxonomy.yaml. A rule of product for it, to stand behind those that know better:",
        '  - lookup: {file: "o ther.csv", key: ResourceId, value: value}',
    ]
    said = company.run("tags", "infer", "--dimension", "product", "--to", path, "--output", "csv")
    assert said.err.startswith(f"\nWrote 17 resources to {path}.\n")
    assert said.out.startswith("dimension,source,resource_id")


def test_a_taxonomy_without_values_has_nothing_to_repair_or_infer(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books", "dimensions: {product: {from: [{tag: product}]}}\n")
    none = "No dimension of taxonomy.yaml is read from a tag and has values"
    assert lines(books, "repair") == [f"{none}: there is nothing to repair."]
    assert lines(books, "infer") == [f"{none}: there is nothing to infer."]
    assert lines(books, "repair", "--output", "json") == lines(books, "infer", "--output", "json") == ["[]"]
    assert books.run("tags", "repair", "--dimension", "product").err == (
        "'product' is no dimension that tags say and that has values; expected one, and there is none.\n"
        "  Add it first. (FM2018, docs/errors.md)\n"
    )


@pytest.mark.parametrize(
    ("words", "found", "remedy"),
    [
        ("repair --dimension prodct", f"'prodct' {NO_DIMENSION}", "Did you mean 'product'? (FM2018, docs/errors.md)"),
        ("infer --dimension department", f"'department' {NO_DIMENSION}", "Name one of these. (FM2018, docs/errors.md)"),
        ("repair --threshold nan", "--threshold is 'nan'; expected a number from 0.5 to 1, such as 0.9",
         "See: finmod tags repair --help. (FM1061, docs/errors.md)"),
        ("repair --threshold 0.49", "--threshold is '0.49'; expected a number from 0.5 to 1, such as 0.9",
         "See: finmod tags repair --help. (FM1061, docs/errors.md)"),
        ("infer --target 1", "--target is '1'; expected a number from 0.5 to 0.999, such as 0.9",
         "See: finmod tags infer --help. (FM1061, docs/errors.md)"),
        ("repair --text serach", "--text names a text that is to be accepted: give --accept too",
         "See: finmod tags repair --help"),
        ("infer --to x.csv", "--to writes the values of one dimension: name it with --dimension",
         "See: finmod tags infer --help"),
        ("infer --dimension product --to s3://b/x.csv", "--to is 's3://b/x.csv'; expected a local file",
         NO_ADDRESS),
        ("repair --period 2030-01",
         "there are no charges of 2030-01; expected a month from 2026-08 to 2026-09 that was loaded",
         "See the months with: finmod --project {root} status. (FM2017, docs/errors.md)"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(words: str, found: str, remedy: str, small: Books) -> None:
    said = small.run("tags", *words.split())
    assert (said.code, said.out) == (1, "")
    assert said.err == f"{found}.\n  {remedy}\n".replace("{root}", str(small.root))
    assert (small.root / "taxonomy.yaml").read_text(encoding="utf-8") == TAXONOMY


def test_a_file_that_cannot_be_written_is_refused_with_its_place(company: Books, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for path, why in ((tmp_path / "file" / "x.csv", "file exists"), (tmp_path, "is a directory")):
        said = company.run("tags", "infer", "--dimension", "product", "--to", path)
        assert said.code == 1
        assert said.err.startswith(f"{path}: the file cannot be written: {why}.\n")
        assert said.err.endswith("  Name a place that you may write to. (FM1612, docs/errors.md)\n")
