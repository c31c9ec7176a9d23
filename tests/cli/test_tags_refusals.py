"""What ``finmod tags`` refuses: each message whole, nothing on standard output, exit code 1."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.books import Books
from tests.tagged import TAXONOMY, tagged

WORDS = "account, service, supplier, source, region, product, team or department"
THERE = "expected a month from 2026-08 to 2026-09 that was loaded"
BOTH = "--by tells the groups of one month, and --trend months without groups: give one of the two"
BEFORE = "which does not see it there; write it behind, if it takes it"
STATUS = "See the months with: finmod --project {root} status. (FM2017, docs/errors.md)"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return the tagged project; no test changes it."""
    return tagged(tmp_path_factory.mktemp("tags") / "books")


@pytest.mark.parametrize(
    ("words", "found", "remedy"),
    [
        ("--by servic", f"compliance cannot be told by 'servic'; expected {WORDS}",
         "Did you mean 'service'? (FM2018, docs/errors.md)"),
        ("--by zzz", f"compliance cannot be told by 'zzz'; expected {WORDS}",
         "Name one of these, or add the dimension to taxonomy.yaml. (FM2018, docs/errors.md)"),
        ("--by=", "--by is ''; expected a word or a dimension",
         "Name one, or leave --by out. (FM1061, docs/errors.md)"),
        ("--period 2027-01", f"there are no charges of 2027-01; {THERE}", STATUS),
        ("--period 2026-9", "--period is '2026-9'; expected a month as YYYY-MM, such as 2026-09",
         "See: finmod tags --help. (FM1061, docs/errors.md)"),
        ("--trend 0", "--trend is '0'; expected a whole number from 1 to 120, in digits alone",
         "See: finmod tags --help. (FM1061, docs/errors.md)"),
        ("--by account --trend 2", BOTH, "See: finmod tags --help"),
        ("--period 2026-08 drift", f"--period stands before 'drift', {BEFORE}", "See: finmod tags --help"),
        ("--check repair", f"--check stands before 'repair', {BEFORE}", "See: finmod tags --help"),
        ("--output json rules", f"--output stands before 'rules', {BEFORE}", "See: finmod tags --help"),
        ("drift --period 2025-01", f"there are no charges of 2025-01; {THERE}", STATUS),
        ("rules --dimension prodct", "'prodct' is no dimension of taxonomy.yaml; expected product, team or department",
         "Did you mean 'product'? (FM2018, docs/errors.md)"),
        ("rules --dimension x", "'x' is no dimension of taxonomy.yaml; expected product, team or department",
         "Name one of these. (FM2018, docs/errors.md)"),
        ("rules --months 121", "--months is '121'; expected a whole number from 1 to 120, in digits alone",
         "See: finmod tags rules --help. (FM1061, docs/errors.md)"),
        ("drift --output xml", "--output is 'xml'; expected table, json, csv or markdown",
         "See: finmod tags drift --help. (FM1061, docs/errors.md)"),
    ],
)  # fmt: skip
def test_what_cannot_be_looked_at_is_refused_by_name(words: str, found: str, remedy: str, project: Books) -> None:
    said = project.run("tags", *words.split(" "))
    assert (said.code, said.out) == (1, "")
    assert said.err == f"{found}.\n  {remedy}\n".replace("{root}", str(project.root))


def test_a_mistyped_command_is_told_the_near_one(project: Books) -> None:
    assert project.run("tags", "drft").err == (
        "No such command 'drft'. Did you mean 'drift'?\n  See: finmod tags --help\n"
    )


@pytest.mark.parametrize("words", [(), ("drift",), ("rules",), ("repair",), ("infer",), ("todo",)])
def test_without_a_taxonomy_or_charges_every_command_says_so(words: Sequence[str], tmp_path: Path) -> None:
    empty = Books(tmp_path / "empty")
    said = empty.run("tags", *words)
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        f"there is no taxonomy.yaml in {empty.root}; expected a file that says what charges are called.\n"
        f"  Write one to start from: finmod --project {empty.root} tags init. (FM2000, docs/errors.md)\n"
    )
    empty.write("taxonomy.yaml", TAXONOMY)
    said = empty.run("tags", *words)
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        f"the ledger is empty.\n  Load a bill first: finmod --project {empty.root} load. (FM1502, docs/errors.md)\n"
    )
    assert not (empty.root / ".finmod").exists()


def test_a_taxonomy_with_problems_is_refused_by_each_of_them(tmp_path: Path) -> None:
    books = tagged(
        tmp_path / "books", TAXONOMY.replace("parent: growth", "parent: grwth").replace("is: shared", "is: x")
    )
    for words in ((), ("drift",), ("rules",), ("repair",), ("infer",), ("todo",)):
        said = books.run("tags", *words)
        assert said.code == 1
        assert "Did you mean 'growth'?" in said.err
        assert said.err.count("docs/errors.md") == 2


def test_init_writes_a_taxonomy_that_loads_and_never_over_one(tmp_path: Path) -> None:
    books = Books(tmp_path / "books")
    path = books.root / "taxonomy.yaml"
    assert books.run("tags", "init").out == (
        f"Wrote {path}. Say in it what your charges are called, then run: finmod --project {books.root} tags\n"
    )
    text = path.read_bytes()
    again = books.run("tags", "init")
    assert (again.code, again.out) == (1, "")
    assert again.err == (
        f"the file {path} is there already; nothing was written.\n  Edit it; to start anew, move it away first. "
        "(FM1010, docs/errors.md)\n"
    )
    assert path.read_bytes() == text
    assert "the ledger is empty" in books.run("tags").err
