"""Which sources a command works on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from finmod.errors import UserError
from finmod.settings.project import Project, load_project
from finmod.workspace.sources import adhoc_source, configured_sources
from tests.books import Books, bill


@pytest.fixture
def project(books: Books, monkeypatch: pytest.MonkeyPatch) -> Project:
    books.write(
        "finmod.yaml",
        "name: n\ncurrency: USD\nsources:\n  aws: {format: focus, path: a.csv}\n  saas: {format: focus, path: b}\n",
    )
    books.write("a.csv", bill({}))
    monkeypatch.chdir(books.root)
    return load_project(books.root)


def test_all_sources_or_those_that_are_named(project: Project) -> None:
    assert list(configured_sources(project, [])) == ["aws", "saas"]
    assert list(configured_sources(project, ["saas"])) == ["saas"]


def test_options_add_to_what_the_file_says(books: Books) -> None:
    said = "{format: focus, path: a.csv, set: {RegionId: r}, date_order: dmy, accept: [FM1116]}"
    books.write("finmod.yaml", f"name: n\ncurrency: USD\nsources:\n  aws: {said}\n")
    project = load_project(books.root)
    none: dict[str, Any] = {"constants": {}, "unreadable_as_null": (), "accept": ()}
    assert configured_sources(project, [], none) == project.sources
    options = {"constants": {"SkuId": "s"}, "unreadable_as_null": ("SkuPriceDetails",), "accept": ("FM1127", "FM1116")}
    found = configured_sources(project, [], options)["aws"]
    assert (found.format, found.paths) == ("focus", ("a.csv",))
    assert found.constants == {"RegionId": "r", "SkuId": "s"}
    assert found.unreadable_as_null == ("SkuPriceDetails",)
    assert found.accept == ("FM1116", "FM1127")
    assert found.date_order == "dmy"
    replaced = configured_sources(project, [], {"constants": {"RegionId": "q"}, "date_order": "iso"})["aws"]
    assert (replaced.constants, replaced.date_order) == ({"RegionId": "q"}, "iso")


def test_files_by_path_get_the_format_that_they_look_like(project: Project) -> None:
    (found,) = adhoc_source(project, ["a.csv"], None, None, {}).items()
    assert (found[0], found[1].format, found[1].paths) == ("focus", "focus", (str(Path.cwd() / "a.csv"),))


def test_files_by_path_get_the_name_that_the_user_gives(project: Project) -> None:
    assert list(adhoc_source(project, ["a.csv"], "focus", "mine", {})) == ["mine"]


@pytest.mark.parametrize("name", ["../x", "A", "a b", "1a", "", "a" * 64, "a=b", "a\n"])
def test_a_name_that_is_no_folder_of_the_store_is_refused(project: Project, name: str) -> None:
    with pytest.raises(UserError, match="FM1061"):
        adhoc_source(project, ["a.csv"], "focus", name, {})
