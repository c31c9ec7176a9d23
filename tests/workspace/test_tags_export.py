"""Tag rules of a project's taxonomy: which values hold, which clouds, which files."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.exports.tag_options import TagPolicyOptions
from finmod.settings.project import load_project
from finmod.workspace.file_sets import LIST
from finmod.workspace.tags_export import export_tags
from tests.books import Books, bill
from tests.tagged import TAXONOMY, charge, tagged

TODAY = date(2026, 9, 10)
SCOPES = {
    "aws": None, "azure": "/subscriptions/4a3b0052-0000-4000-8000-000000000001", "google": "organizations/1234",
    "custodian": None,
}  # fmt: skip


@pytest.mark.parametrize("target", SCOPES)
def test_every_target_gets_files_with_their_sizes(target: str, tmp_path: Path) -> None:
    project = load_project(tagged(tmp_path / "books").root)
    written = export_tags(project, target, tmp_path / "out", TODAY, TagPolicyOptions(scope=SCOPES[target])).written
    assert written
    assert {*written, tmp_path / "out" / LIST} == {path for path in (tmp_path / "out").rglob("*") if path.is_file()}


def test_policies_of_a_dimension_that_was_taken_out_are_removed_and_told(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    azure = ("tags", "export", "--target", "azure", "--scope", "/subscriptions/4a3b0052-0000-4000-8000-000000000001")
    assert books.run(*azure).code == 0
    gone = [path.name for path in (books.root / "policies" / "azure").glob("policy-finmod-tags-team-*")]
    assert gone
    said = books.run(*azure, "--dimension", "product")
    for name in gone:
        path = Path("policies", "azure", name)
        assert f"{path}: an earlier export wrote it, and this one does not." in said.out
        assert not (books.root / path).exists()
    assert said.out.endswith("What was applied from them stays in force until you take it off there.\n")


def test_values_that_do_not_hold_on_the_day_are_left_out(tmp_path: Path) -> None:
    dated = TAXONOMY.replace("ads: {owner: ads-team}", "ads: {until: 2026-09-10}").replace(
        "shared: {shared: true}", "shared: {since: 2026-09-10}"
    )
    books = tagged(
        tmp_path / "books", dated.replace('"2": ads', '"2": search').replace("{ads: ads-web}", "{search: ads-web}")
    )
    (path,) = export_tags(load_project(books.root), "aws", tmp_path / "out", TODAY).written
    policy = json.loads(path.read_text(encoding="utf-8"))
    assert sorted(policy["tags"]["product"]["tag_value"]["@@assign"]) == ["search", "shared"]


def test_custodian_gets_the_clouds_that_the_ledger_has_charges_of(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    azure = charge(9, "1", "vm-1", "", ServiceProviderName="Microsoft")
    names = {path.name for path in export_tags(load_project(books.root), "custodian", tmp_path / "one", TODAY).written}
    books.load(books.write("b.csv", bill(azure)), "--source", "azure")
    more = {path.name for path in export_tags(load_project(books.root), "custodian", tmp_path / "two", TODAY).written}
    assert len(names) == 1
    assert names < more
    assert len(more) == 2


def test_without_any_charge_custodian_gets_every_cloud(tmp_path: Path) -> None:
    books = Books(tmp_path / "books")
    books.write("taxonomy.yaml", TAXONOMY)
    assert len(export_tags(load_project(books.root), "custodian", tmp_path / "out", TODAY).written) == 3


def test_the_same_day_gives_the_same_files(tmp_path: Path) -> None:
    project = load_project(tagged(tmp_path / "books").root)
    first = export_tags(project, "aws", tmp_path / "one", TODAY)
    second = export_tags(project, "aws", tmp_path / "two", TODAY)
    assert [path.read_bytes() for path in first.written] == [path.read_bytes() for path in second.written]


def test_a_taxonomy_that_reads_no_tag_has_nothing_to_enforce(tmp_path: Path) -> None:
    project = load_project(tagged(tmp_path / "books", "dimensions: {product: {values: [a]}}\n").root)
    with pytest.raises(UserError, match="FM2061"):
        export_tags(project, "aws", tmp_path / "out", TODAY)
    assert not (tmp_path / "out").exists()


def test_an_unknown_target_and_a_folder_that_is_a_file_are_refused(tmp_path: Path) -> None:
    project = load_project(tagged(tmp_path / "books").root)
    with pytest.raises(UserError, match="FM2060"):
        export_tags(project, "ibm", tmp_path / "out", TODAY)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UserError, match="the file cannot be written: file exists"):
        export_tags(project, "aws", tmp_path / "file", TODAY)


def test_one_dimension_alone_can_be_exported_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    project = load_project(tagged(tmp_path / "books").root)
    (path,) = export_tags(project, "aws", tmp_path / "out", TODAY, dimensions=["team"]).written
    assert list(json.loads(path.read_text(encoding="utf-8"))["tags"]) == ["team"]
    with pytest.raises(UserError, match=r"no tag of taxonomy\.yaml says 'department' today; expected product or team"):
        export_tags(project, "aws", tmp_path / "none", TODAY, dimensions=["team", "department"])
    assert not (tmp_path / "none").exists()


def test_of_an_opened_dimension_the_key_alone_is_demanded(tmp_path: Path) -> None:
    project = load_project(tagged(tmp_path / "books").root)
    (path,) = export_tags(project, "aws", tmp_path / "out", TODAY, opened=["product"]).written
    tags = json.loads(path.read_text(encoding="utf-8"))["tags"]
    assert ("tag_value" in tags["product"], "tag_value" in tags["team"]) == (False, True)
