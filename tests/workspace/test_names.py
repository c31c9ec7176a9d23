"""Which months are looked at, and which dimensions can be asked for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.settings.project import Project, load_project
from finmod.workspace.names import named, of_name, valued_dimensions
from tests.books import Books, bill
from tests.tagged import CHARGES, TAXONOMY, charge, tagged

AUGUST, SEPTEMBER, OCTOBER = (date(2026, month, 1) for month in (8, 9, 10))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return the tagged project; no test changes it."""
    return load_project(tagged(tmp_path_factory.mktemp("names") / "books").root)


def months(project: Project, month: date | None = None, before: int = 0) -> tuple[date, ...]:
    with named(project, month, before=before) as found:
        return found.months


def test_the_last_month_is_looked_at_and_those_before_it_on_demand(project: Project) -> None:
    assert months(project) == (SEPTEMBER,)
    assert months(project, before=1) == months(project, before=9) == (AUGUST, SEPTEMBER)
    assert months(project, AUGUST, before=2) == (AUGUST,)


def test_only_the_months_looked_at_are_named(project: Project) -> None:
    with named(project) as found:
        assert found.engine.rows("SELECT DISTINCT x_BillingPeriod FROM names") == [(SEPTEMBER,)]


def test_a_month_without_charges_is_refused(project: Project) -> None:
    with pytest.raises(UserError, match=r"there are no charges of 2026-10; expected a month from 2026-08 to 2026-09"):
        months(project, OCTOBER)


def test_months_of_true_ups_alone_can_be_asked_for_and_are_never_the_default(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    assert books.run("close", "2026-09").code == 0
    more = charge(9, "61", "i-1", '{"product":"search","team":"search-web"}')
    books.load(books.write("a.csv", bill(*CHARGES[:2], more, *CHARGES[3:])))
    project = load_project(books.root)
    assert months(project) == (SEPTEMBER,)
    assert months(project, OCTOBER, before=1) == (SEPTEMBER, OCTOBER)
    with named(project, OCTOBER) as found:
        rows = found.engine.rows("SELECT x_TrueUpOf, EffectiveCost, x_Taggable FROM tag_facts")
    assert [(row[0], str(row[1]), row[2]) for row in rows] == [(SEPTEMBER, "1.000000000000", "taggable")]


def test_an_empty_ledger_and_a_missing_taxonomy_are_refused(tmp_path: Path) -> None:
    books = Books(tmp_path / "books")
    with pytest.raises(UserError, match=r"there is no taxonomy\.yaml in "):
        months(load_project(books.root))
    books.write("taxonomy.yaml", TAXONOMY)
    with pytest.raises(UserError, match="the ledger is empty"):
        months(load_project(books.root))


def test_a_damaged_ledger_is_refused_and_names_the_file(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    (file,) = (books.root / ".finmod" / "tables" / "charge_keys").rglob("x_BillingPeriod=2026-09-01/*.parquet")
    file.unlink()
    with pytest.raises(UserError, match=r"charge_keys.*parquet"):
        months(load_project(books.root))


def test_dimensions_with_values_that_tags_say_can_be_repaired(project: Project) -> None:
    with named(project) as found:
        assert [each.name for each in valued_dimensions(found)] == ["product", "team"]
        assert [each.name for each in valued_dimensions(found, "team")] == ["team"]
        with pytest.raises(UserError, match="'department' is no dimension that tags say and that has values"):
            valued_dimensions(found, "department")


def test_a_dimension_is_known_by_its_name_alone(project: Project) -> None:
    with named(project) as found:
        dimensions = list(found.taxonomy.dimensions.values())
    assert of_name("team", dimensions, "dimension").name == "team"
    with pytest.raises(UserError) as caught:
        of_name("teem", dimensions, "dimension")
    assert str(caught.value) == (
        "'teem' is no dimension; expected product, team or department.\n  Did you mean 'team'? (FM2018, docs/errors.md)"
    )
    with pytest.raises(UserError, match=r"is no dimension; expected one, and there is none\.\n  Add it first\."):
        of_name("x", [], "dimension")
