"""How a key or a resource is found, and how many are explained."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.settings.project import Project, load_project
from finmod.workspace.explain import MOST, explain
from tests.books import bill
from tests.tagged import charge, tagged


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return the tagged project with ids of several forms; no test changes it."""
    books = tagged(tmp_path_factory.mktemp("explain") / "books")
    charges = [
        charge(9, "1", "/subscriptions/1/vm/db-1", "", ResourceName="orders"),
        charge(9, "2", "arn:aws:s3:::bucket/db-1", ""),
        charge(9, "3", "ocid1.vm.oc1.db-1", ""),
        charge(9, "4", "i-1", "", AllocatedResourceId="pod/prod/web", AllocatedTags="{}"),
        charge(9, "5", "12345", ""),
        charge(9, "6", "", ""),
    ]
    books.load(books.write("b.csv", bill(*charges)), "--source", "other")
    return load_project(books.root)


def costs(project: Project, what: str, month: date | None = None) -> list[str]:
    return [f"{key.effective_cost:.0f}" for key in explain(project, what, month)]


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("orders", ["1"]),
        ("/subscriptions/1/vm/db-1", ["1"]),
        ("vm/db-1", ["1"]),
        ("db-1", ["3", "2", "1"]),
        ("bucket/db-1", ["2"]),
        ("pod/prod/web", ["4"]),
        ("web", ["4"]),
        ("i-1", ["60", "4"]),
        ("12345", ["5"]),
    ],
)
def test_resources_are_found_by_id_name_or_last_parts_the_dearest_first(
    what: str, found: list[str], project: Project
) -> None:
    assert costs(project, what) == found


def test_a_key_is_found_by_its_number(project: Project) -> None:
    (key,) = explain(project, "orders")
    assert [each.key for each in explain(project, str(key.key))] == [key.key]


def test_another_month_can_be_asked_for(project: Project) -> None:
    assert costs(project, "i-1", date(2026, 8, 1)) == ["50"]


@pytest.mark.parametrize("what", ["b-1", "", "%", "b_1", "vm", "' OR true --", "None", "x" * 100_000, "\x1b[31m"])
def test_what_is_not_there_is_refused(what: str, project: Project) -> None:
    with pytest.raises(UserError) as caught:
        explain(project, what)
    (problem,) = caught.value.problems
    assert problem.code == "FM2019"
    assert problem.found.startswith("2026-09 has no charge key or resource ")
    assert len(problem.found) < 200


def test_so_many_keys_are_explained_and_no_more(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    charges = [charge(9, str(cost), "i-9", "", SkuMeter=str(cost)) for cost in range(1, MOST + 6)]
    books.load(books.write("b.csv", bill(*charges)), "--source", "other")
    found = costs(load_project(books.root), "i-9")
    assert found == [str(cost) for cost in range(MOST + 5, 5, -1)]
