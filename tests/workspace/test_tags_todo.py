"""What each owner has to do, with what it should be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.settings.project import Project, load_project
from finmod.taxonomy.todo import NOBODY, Suggestion, Task
from finmod.workspace.tags_todo import todo, unanswered
from tests.books import bill
from tests.tagged import EURO, TAXONOMY, charge, estate, tagged

SEPTEMBER = date(2026, 9, 1)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return the project with enough to learn from; no test changes it."""
    return load_project(estate(tmp_path_factory.mktemp("todo") / "books").root)


def test_owners_stand_by_what_their_tasks_cost_and_tasks_by_their_own(tmp_path: Path) -> None:
    month, found = todo(load_project(tagged(tmp_path / "books").root))
    assert month == SEPTEMBER
    assert [(each.owner, [task.resource for task in each.tasks], each.costs) for each in found] == [
        ("ads-team", ["i-4", "i-3"], {"USD": Decimal(40)}), (NOBODY, ["i-5"], {"USD": Decimal(5)}),
    ]  # fmt: skip


def test_repairs_rules_and_siblings_suggest_in_that_order(company: Project) -> None:
    _, found = todo(company)
    said = {task.resource: task.suggestion for each in found for task in each.tasks if task.suggestion}
    repaired, inferred = said["i-search-55"], said["i-search-50"]
    assert (repaired.value, repaired.why[:9], inferred.value, inferred.why[:9]) == (
        "search", "repaired:", "search", "inferred:",
    )  # fmt: skip
    assert repaired.sure is not None
    assert inferred.sure is not None
    assert min(repaired.sure, inferred.sure) >= 0.9


def test_what_is_suggested_says_whose_it_is(company: Project) -> None:
    _, found = todo(company)
    owners = {task.resource: each.owner for each in found for task in each.tasks}
    assert {owners[f"i-payments-{number}"] for number in range(50, 55)} == {"o'brien & sons"}
    assert owners["i-mixed-8"] == NOBODY


def test_every_taggable_cost_without_an_understood_tag_is_somebodys_task(company: Project) -> None:
    _, found = todo(company)
    assert sum(cost or 0 for each in found for cost in each.costs.values()) == Decimal("32.50")
    assert sum(len(each.tasks) for each in found) == 26


def test_one_owner_is_told_alone_and_one_whom_no_value_names_is_refused(company: Project) -> None:
    assert [each.owner for each in todo(company, owner="ads-team")[1]] == ["ads-team"]
    with pytest.raises(UserError) as caught:
        todo(company, owner="ad-team")
    assert str(caught.value) == (
        "no value has the owner 'ad-team'; expected (nobody), ads-team, o'brien & sons or search-team.\n"
        "  Did you mean 'ads-team'? (FM2023, docs/errors.md)"
    )


def test_of_many_owners_the_refusal_names_none_but_the_near_one(tmp_path: Path) -> None:
    values = ", ".join(f"v{number}: {{owner: team-{number}}}" for number in range(20))
    project = load_project(tagged(tmp_path / "books", f"dimensions: {{p: {{values: {{{values}}}}}}}\n").root)
    with pytest.raises(UserError, match="expected one that stands beside a value") as caught:
        todo(project, owner="taem-7")
    assert "Did you mean 'team-7'?" in str(caught.value)


def test_a_resource_counts_once_for_all_its_tags_and_wholly_for_two_texts(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books", TAXONOMY.replace("  team:\n", "  team:\n    required: 0.5\n"))
    texts = [
        charge(9, cost, "i-7", f'{{"product":"{text}"}}', SubAccountId="2") for cost, text in (("3", "x"), ("4", "y"))
    ]
    books.load(books.write("b.csv", bill(*texts)), "--source", "other")
    (ads,) = todo(load_project(books.root), owner="ads-team")[1]
    assert len(ads.tasks) == 7
    assert ads.costs == {"USD": Decimal(47)}


def test_currencies_are_never_added(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    books.load(books.write("b.csv", bill(charge(9, "8", "i-4", "", SubAccountId="2", **EURO))), "--source", "euro")
    (ads,) = todo(load_project(books.root), owner="ads-team")[1]
    assert ads.costs == {"USD": Decimal(40), "EUR": Decimal(8)}


def test_what_is_of_unknown_cost_is_listed_last_and_in_no_sum(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    unknown = [charge(9, "", "i-7", '{"product":"x"}', SubAccountId="2", BilledCost="2", **more) for more in ({}, EURO)]
    free = charge(9, "0", "i-8", "", SubAccountId="2")
    books.load(books.write("b.csv", bill(*unknown, free)), "--source", "other")
    (ads,) = todo(load_project(books.root), owner="ads-team")[1]
    assert [(task.resource, task.cost) for task in ads.tasks][-3:] == [
        ("i-3", Decimal(10)), ("i-7", None), ("i-7", None),
    ]  # fmt: skip
    assert ads.costs == {"USD": Decimal(40), "EUR": None}
    words = ("tags", "todo", "--owner", "ads-team")
    assert [line.split()[-2:] for line in books.run(*words).out.splitlines()[-2:]] == [["i-7", "-"]] * 2
    assert " tasks, 40.00 USD, -\n" in books.run(*words, "--output", "markdown").out


def test_siblings_and_texts_are_asked_of_those_dimensions_alone_that_rules_leave_open() -> None:
    task = Task(
        "search-team", "product", "missing", "product", None, None, "aws", "1", None, "EC2", "i-1", Decimal(1), "USD"
    )
    told = replace(task, dimension="team", suggestion=Suggestion("web", "its SubAccountId is 1"))
    other = replace(task, owner="ads-team", dimension="environment", resource="i-2", problem="unrecognised")
    assert unanswered([task, told, other], None) == {"product", "environment"}
    assert unanswered([task, told, other], "search-team") == {"product"}
    assert unanswered([replace(task, owner=NOBODY), told], "search-team") == {"product"}
    assert unanswered([replace(other, suggestion=told.suggestion)], None) == {"environment"}
    assert unanswered([told, replace(task, problem="respelt")], None) == set()


def test_other_spellings_are_listed_on_demand(tmp_path: Path) -> None:
    project = load_project(tagged(tmp_path / "books").root)
    found = [task for each in todo(project, respelt=True)[1] for task in each.tasks if task.problem == "respelt"]
    assert [(task.owner, task.text) for task in found] == [("search-team", "Product=SRCH")]
