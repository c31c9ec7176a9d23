"""`finmod init` writes a project that loads, and overwrites nothing."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from finmod.errors import UserError
from finmod.settings.allocation import AllocationFile
from finmod.settings.drivers import read_drivers
from finmod.settings.init import (
    allocation_text,
    drivers_text,
    init_allocation,
    project_text,
    taxonomy_text,
    write_project,
    write_taxonomy,
)
from finmod.settings.pnl import read_pnl
from finmod.settings.project import ProjectFile, load_project
from finmod.settings.schema import allocation_schema, drivers_schema, json_schema, pnl_schema, taxonomy_schema
from finmod.settings.validate import validated
from finmod.settings.yaml import parse_yaml
from finmod.taxonomy.reading import read_taxonomy

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


def test_a_new_project_has_a_taxonomy_without_dimensions(tmp_path: Path) -> None:
    write_project(tmp_path, "a", "USD")
    assert read_taxonomy(tmp_path).dimensions == {}
    first = (tmp_path / "taxonomy.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=.schema/taxonomy.schema.json"
    assert json.loads((tmp_path / first.split("=")[1]).read_text()) == taxonomy_schema()


def test_a_taxonomy_that_is_there_is_kept_by_a_new_project(tmp_path: Path) -> None:
    (tmp_path / "taxonomy.yaml").write_text("mine")
    write_project(tmp_path, "a", "USD")
    assert (tmp_path / "taxonomy.yaml").read_text() == "mine"
    assert json.loads((tmp_path / ".schema" / "taxonomy.schema.json").read_text()) == taxonomy_schema()


def test_a_taxonomy_is_written_into_a_project_that_has_none(tmp_path: Path) -> None:
    (tmp_path / "finmod.yaml").write_text("mine")
    assert write_taxonomy(tmp_path) == tmp_path / "taxonomy.yaml"
    assert (tmp_path / "taxonomy.yaml").read_text(encoding="utf-8") == taxonomy_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".schema", "finmod.yaml", "taxonomy.yaml"]
    assert [path.name for path in (tmp_path / ".schema").iterdir()] == ["taxonomy.schema.json"]
    assert (tmp_path / "finmod.yaml").read_text() == "mine"


def test_an_existing_taxonomy_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "taxonomy.yaml").write_text("mine")
    with pytest.raises(UserError) as caught:
        write_taxonomy(tmp_path)
    assert str(caught.value) == (
        f"the file {tmp_path / 'taxonomy.yaml'} is there already; nothing was written."
        "\n  Edit it; to start anew, move it away first. (FM1010, docs/errors.md)"
    )
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("taxonomy.yaml", "mine")]


def test_a_taxonomy_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / ".schema").write_text("")
    with pytest.raises(UserError) as caught:
        write_taxonomy(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path / '.schema'}: the project cannot be written: file exists."
        "\n  Name a folder that you may write to. (FM1011, docs/errors.md)"
    )


def test_the_example_of_the_taxonomy_reads_without_a_fault(tmp_path: Path) -> None:
    text = taxonomy_text()
    example = text.partition("# Example:\n")[2].partition("dimensions:")[0]
    lines = [line[1:] for line in example.splitlines()]
    more = [line[2:] for line in text.partition("taggable:\n")[2].splitlines()]
    text = "\n".join(("dimensions:", *lines, "taggable:", *more, ""))
    Draft202012Validator(taxonomy_schema()).validate(parse_yaml(text, "f").root.plain())
    (tmp_path / "taxonomy.yaml").write_text(text)
    taxonomy = read_taxonomy(tmp_path)
    assert list(taxonomy.dimensions) == ["product", "environment", "team", "department"]
    assert [rule.kind for rule in taxonomy.dimensions["product"].rules] == ["tag", "map", "map", "when"]
    assert [each.taggable for each in taxonomy.taggable] == [False]


def test_the_taxonomy_explains_every_key() -> None:
    schema = taxonomy_schema()
    keys = {key for model in (schema, *schema["$defs"].values()) for key in model.get("properties", {})}
    words = set(re.findall(r"[a-z_]+", taxonomy_text()))
    assert keys - words == set()


def test_an_allocation_is_written_into_a_project_that_has_none(tmp_path: Path) -> None:
    (tmp_path / "finmod.yaml").write_text("mine")
    assert init_allocation(tmp_path, ["product", "team"]) == tmp_path / "allocation.yaml"
    text = (tmp_path / "allocation.yaml").read_text(encoding="utf-8")
    assert text == allocation_text(["product", "team"])
    assert "\nto: [product, team]\n" in text
    first = text.splitlines()[0]
    assert first == "# yaml-language-server: $schema=.schema/allocation.schema.json"
    assert json.loads((tmp_path / first.split("=")[1]).read_text()) == allocation_schema()
    assert [path.name for path in (tmp_path / ".schema").iterdir()] == ["allocation.schema.json"]


def test_an_existing_allocation_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "allocation.yaml").write_text("mine")
    with pytest.raises(UserError) as caught:
        init_allocation(tmp_path, ["product"])
    assert str(caught.value) == (
        f"the file {tmp_path / 'allocation.yaml'} is there already; nothing was written."
        "\n  Edit it; to start anew, move it away first. (FM1010, docs/errors.md)"
    )
    assert (tmp_path / "allocation.yaml").read_text() == "mine"


def test_an_allocation_needs_a_dimension_to_allocate_to(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        init_allocation(tmp_path, [])
    assert str(caught.value) == (
        "taxonomy.yaml: there is no dimension; expected one that costs are allocated to, such as product."
        "\n  Add it there: docs/how-to/taxonomy.md. (FM2101, docs/errors.md)"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_new_project_has_the_schema_of_allocations(tmp_path: Path) -> None:
    write_project(tmp_path, "a", "USD")
    assert json.loads((tmp_path / ".schema" / "allocation.schema.json").read_text()) == allocation_schema()
    assert not (tmp_path / "allocation.yaml").exists()


def test_the_examples_of_the_allocation_read_without_a_fault() -> None:
    text = allocation_text(["product", "team"])
    policies = text.partition("# policies:\n")[2].partition("\n\n")[0]
    pools = text.partition("# Example:\n")[2].partition("pools: []")[0]
    levels = text.partition("# levels:\n")[2]
    parts = {"policies": policies, "pools": pools, "levels": levels}
    lines = [f"{key}:\n" + "\n".join(line[1:] for line in part.splitlines()) for key, part in parts.items()]
    whole = parse_yaml("\n".join(("to: [product, team]", *lines)), "f")
    found = validated(AllocationFile, whole)
    Draft202012Validator(allocation_schema()).validate(whole.root.plain())
    assert [pool.name for pool in found.pools] == ["kubernetes", "support", "rest"]
    assert [level.name for level in found.levels] == ["team", "customer"]
    assert found.policies is not None
    assert found.policies.tax == "cost"


def test_the_allocation_explains_every_key() -> None:
    schema = allocation_schema()
    keys = {key for model in (schema, *schema["$defs"].values()) for key in model.get("properties", {})}
    words = set(re.findall(r"[a-z_]+", allocation_text(["product"])))
    # As conditions of taxonomy.yaml, which explains them.
    assert keys - words - {"any", "absent"} == set()


@given(st.text(max_size=20) | st.sampled_from(["true", "null", "a: b", "$name", "# x", "x #y", "1e3", "it's", 'a"b']))
def test_any_name_survives_or_is_refused(name: str) -> None:
    try:
        text = project_text(name, "USD")
    except UserError as error:
        assert str(error).startswith("--name is ")  # noqa: PT017 - both outcomes are fine, a third is not
    else:
        assert validated(ProjectFile, parse_yaml(text, "f")).name == name


def test_a_new_project_has_drivers_without_a_driver(tmp_path: Path) -> None:
    write_project(tmp_path, "a", "USD")
    assert read_drivers(tmp_path) == {}
    first = (tmp_path / "drivers.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=.schema/drivers.schema.json"
    assert json.loads((tmp_path / first.split("=")[1]).read_text()) == drivers_schema()


def test_drivers_that_are_there_are_kept_by_a_new_project(tmp_path: Path) -> None:
    (tmp_path / "drivers.yaml").write_text("mine")
    write_project(tmp_path, "a", "USD")
    assert (tmp_path / "drivers.yaml").read_text() == "mine"


def test_the_example_of_the_drivers_reads_without_a_fault(tmp_path: Path) -> None:
    example = drivers_text().partition("# Example:\n")[2]
    text = "\n".join(line.removeprefix("# ") for line in example.splitlines())
    Draft202012Validator(drivers_schema()).validate(parse_yaml(text, "f").root.plain())
    (tmp_path / "drivers.yaml").write_text(text)
    assert [driver.settings.source.kind for driver in read_drivers(tmp_path).values()] == [
        "csv",
        "postgres",
        "prometheus",
    ]


def test_a_new_project_has_a_pnl_without_lines_that_an_editor_checks(tmp_path: Path) -> None:
    write_project(tmp_path, "a", "USD")
    assert read_pnl(tmp_path).document is None
    first = (tmp_path / "pnl.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=.schema/pnl.schema.json"
    assert json.loads((tmp_path / first.split("=")[1]).read_text()) == pnl_schema()
