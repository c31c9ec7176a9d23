"""Which sources a command works on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from finmod.errors import UserError
from finmod.settings.project import Project, load_project
from finmod.workspace.sources import adhoc_source, chosen_sources, configured_sources
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


def refused(project: Project, *names: str, format_name: str | None = None, source_name: str | None = None) -> str:
    with pytest.raises(UserError) as caught:
        chosen_sources(project, names, format_name, source_name, {})
    return str(caught.value)


def test_a_name_that_is_also_a_path_is_the_source(project: Project) -> None:
    (project.root / "saas").mkdir()
    assert chosen_sources(project, ["saas"], None, None, {}) == {"saas": project.sources["saas"]}
    assert chosen_sources(project, ["saas", "aws"], None, None, {}).keys() == {"saas", "aws"}
    (project.root / "saas" / "c.csv").write_text(bill({}))
    (found,) = chosen_sources(project, ["./saas"], None, None, {}).items()
    assert (found[0], found[1].paths) == ("focus", (str(Path.cwd() / "saas"),))


def test_sources_and_paths_are_not_mixed(project: Project) -> None:
    said = refused(project, "aws", "a.csv")
    assert "'aws' is a source of finmod.yaml, beside a path, --format or --source" in said
    assert "./aws" not in said
    (project.root / "aws").mkdir()
    for wish in ({}, {"format_name": "focus"}, {"source_name": "mine"}):
        assert "The path of that name is written ./aws. (FM1061" in refused(project, "aws", "a.csv", **wish)


def test_a_slip_of_the_pen_is_told_before_a_mixture(project: Project) -> None:
    assert "'sass' is neither a source of finmod.yaml nor a file" in refused(project, "aws", "sass")


def test_a_name_in_a_project_without_sources_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "finmod.yaml").write_text("name: n\ncurrency: USD\n", encoding="utf-8")
    assert refused(load_project(tmp_path), "aws").startswith(
        "'aws' is no file, and finmod.yaml names no source yet; expected a path.\n  Add it to finmod.yaml, or correct "
    )


@pytest.mark.parametrize("names", [(), ("a.csv",)])
def test_an_empty_text_never_means_all(project: Project, names: tuple[str, ...]) -> None:
    assert "PATH is ''; expected a path of printable characters.\n  Correct the path. (FM1009" in refused(
        project, *names, ""
    )
    assert "FM1061" in refused(project, *names, source_name="")
    assert "FM1063" in refused(project, format_name="")
    assert "--format is ''; expected focus, aws-cur, aws-cur2, azure-cost" in refused(project, "a.csv", format_name="")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("s3://b", "PATH is 's3://b'; expected a local path.\n  Addresses such as s3:// cannot be read yet"),
        ("~/bills", "PATH is '~/bills'; expected a path without ~.\n  Write the whole path of the home folder."),
        ("a\x1b.csv", "PATH is 'a\N{REPLACEMENT CHARACTER}.csv'; expected a path of printable characters"),
    ],
)
def test_what_can_be_no_local_path_is_refused_as_in_the_file(project: Project, path: str, words: str) -> None:
    assert words in refused(project, path)
    assert words in refused(project, "a.csv", path, format_name="focus")
