"""`finmod init` writes a project that loads, and overwrites nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finmod.errors import UserError
from finmod.settings.init import project_text, write_project
from finmod.settings.project import ProjectFile, load_project
from finmod.settings.schema import json_schema
from finmod.settings.validate import validated
from finmod.settings.yaml import parse_yaml

if TYPE_CHECKING:
    from pathlib import Path


def test_the_written_project_loads(tmp_path: Path) -> None:
    path = write_project(tmp_path / "new" / "northwind", "northwind", "EUR")
    project = load_project(path.parent)
    assert (project.name, project.currency, project.sources) == ("northwind", "EUR", {})
    assert (path.parent / ".gitignore").read_text() == "/.finmod/\n"


def test_the_editor_finds_the_schema_without_a_network(tmp_path: Path) -> None:
    path = write_project(tmp_path, "a", "USD")
    first = path.read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=.schema/finmod.schema.json"
    assert json.loads((tmp_path / first.split("=")[1]).read_text()) == json_schema()


def test_the_example_sources_of_the_template_load() -> None:
    text = project_text("a", "USD").replace("\nsources:\n", "\n")
    examples = text.partition("# Example:\n")[2].partition("\n\n")[0]
    text = "name: a\ncurrency: USD\nsources:\n" + "\n".join(line[1:] for line in examples.splitlines())
    assert list(validated(ProjectFile, parse_yaml(text, "f")).sources) == ["aws", "azure", "gcp", "saas"]


def test_an_existing_project_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "finmod.yaml").write_text("mine")
    with pytest.raises(UserError) as caught:
        write_project(tmp_path, "a", "USD")
    assert str(caught.value) == (
        f"the file {tmp_path / 'finmod.yaml'} is there already; nothing was written."
        "\n  Edit it, or name an empty folder: `finmod init DIR`. (FM1010, docs/errors.md)"
    )
    assert [file.name for file in tmp_path.iterdir()] == ["finmod.yaml"]
    assert (tmp_path / "finmod.yaml").read_text() == "mine"


def test_an_existing_gitignore_gets_one_line(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.log")
    write_project(tmp_path, "a", "USD")
    assert (tmp_path / ".gitignore").read_text() == "*.log\n/.finmod/\n"


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    with pytest.raises(UserError) as caught:
        write_project(tmp_path / "a", "a", "USD")
    assert str(caught.value) == (
        f"{tmp_path / 'a'}: the project cannot be written: file exists."
        "\n  Name a folder that you may write to. (FM1011, docs/errors.md)"
    )


def test_a_wrong_currency_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        write_project(tmp_path / "a", "a", "EURO")
    assert str(caught.value) == (
        "--currency is 'EURO'; expected a currency code of ISO 4217, such as USD."
        "\n  Did you mean 'EUR'? (FM1006, docs/errors.md)"
    )
    assert not (tmp_path / "a").exists()


@given(st.text(max_size=20) | st.sampled_from(["true", "null", "a: b", "$name", "# x", "x #y", "1e3", "it's", 'a"b']))
def test_any_name_survives_or_is_refused(name: str) -> None:
    try:
        text = project_text(name, "USD")
    except UserError as error:
        assert str(error).startswith("--name is ")  # noqa: PT017 - both outcomes are fine, a third is not
    else:
        assert validated(ProjectFile, parse_yaml(text, "f")).name == name
