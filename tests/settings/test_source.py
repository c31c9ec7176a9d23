"""A source says what its format has, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from finmod.errors import UserError
from finmod.settings.project import Project, load_project
from finmod.settings.separators import SEPARATORS
from finmod.settings.source import source_settings

HEAD = "name: northwind\ncurrency: USD\nsources:\n  b: {format: focus, path: b}\n"


def load(folder: Path, source: str) -> Project:
    (folder / "finmod.yaml").write_text(f"{HEAD}  a: {source}\n", encoding="utf-8")
    return load_project(folder)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            "{format: ai-usage, path: a, set: {Cluster: c}}",
            "expected BillingAccountId or SubAccountId. Usage has no Cluster to be said: remove it.",
        ),
        (
            "{format: kubernetes, path: a, set: {BillingAccountId: c}}",
            "expected Cluster. Usage has no BillingAccountId to be said: remove it.",
        ),
        (
            "{format: kubernetes, path: a, set: {Clster: c}}",
            "sources.a.set has the key 'Clster'; expected Cluster. Did you mean 'Cluster'? (FM1007",
        ),
        (
            "{format: ai-usage, path: a, compare_with: b}",
            (
                "sources.a.compare_with does not go with the format ai-usage; expected a format of bills. ai-usage is "
                "usage, and no bill: remove it. (FM1028"
            ),
        ),
        (
            "{format: kubernetes, path: a, unreadable_as_null: [ListCost]}",
            (
                "sources.a.unreadable_as_null does not go with the format kubernetes; expected a format of bills. "
                "kubernetes is usage, and no bill: remove it. (FM1028"
            ),
        ),
        (
            "{format: focus, path: a, set: {Cluster: c}}",
            (
                "sources.a.set has the key 'Cluster'; expected a FOCUS column id or a name that starts with x_. Only "
                "kubernetes has clusters: remove it. (FM1007"
            ),
        ),
    ],
)
def test_usage_takes_what_usage_has_and_a_bill_what_a_bill_has(source: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        load(tmp_path, source)

    assert words in " ".join(str(caught.value).split())


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            "{format: focus, path: a, columns: {BilledCost: b}}",
            (
                "finmod.yaml:5:40: sources.a.columns does not go with the format focus; expected the format table.\n"
                "  Remove it, or correct the format. (FM1028"
            ),
        ),
        (
            "{format: focus, path: a, decimal_comma: true}",
            "sources.a.decimal_comma does not go with the format focus; expected the format table.",
        ),
        (
            "{format: azure-cost, path: a, actual: b}",
            (
                "finmod.yaml:5:33: sources.a.path stands beside a half of a pair; expected either path, or actual and "
                "amortized.\n  Remove one of them"
            ),
        ),
        (
            "{format: table, path: a, columns: {Tags: t}, tags: [team]}",
            "sources.a.tags stands beside a column for Tags; expected either Tags under columns, or tags.",
        ),
        (
            "{format: focus, path: a, compare_with: zz}",
            "finmod.yaml:5:45: sources.a.compare_with is 'zz'; expected the source of a bill: b.\n  Name the source",
        ),
    ],
)
def test_what_is_wrong_with_a_source_is_named(source: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        load(tmp_path, source)

    assert words in str(caught.value)


def test_a_comparison_needs_a_bill(tmp_path: Path) -> None:
    text = "name: n\ncurrency: USD\nsources: {e: {format: focus, path: a, compare_with: e}}\n"
    (tmp_path / "finmod.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(
        UserError, match=r"sources.e.compare_with is 'e'; expected a source that is itself not kept for"
    ):
        load_project(tmp_path)


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ({"actual": ("a",)}, "--actual does not go with the format focus; expected the format azure-cost."),
        ({"decimal_comma": True}, "--decimal-comma does not go with the format focus; expected the format table."),
        ({"tags": ("a",)}, "--tag does not go with the format focus; expected the format table."),
    ],
)
def test_an_option_of_another_format_is_named(wish: dict[str, Any], found: str) -> None:
    with pytest.raises(UserError) as caught:
        source_settings("focus", ["a.csv"], **wish)
    assert str(caught.value).startswith(found)


def test_a_column_that_usage_does_not_have_is_named_with_the_one_that_is_meant() -> None:
    with pytest.raises(UserError) as caught:
        source_settings("kubernetes", ["a.csv"], constants={"Clster": "x"})
    assert str(caught.value).startswith("--set names 'Clster'; expected Cluster.\n  Did you mean 'Cluster'? (FM1007")


@pytest.mark.parametrize(("word", "sign"), SEPARATORS.items())
def test_a_separator_is_its_word_or_its_sign(word: str, sign: str, tmp_path: Path) -> None:
    for said in (word, sign):
        project = load(tmp_path, f"{{format: table, path: a, separator: {json.dumps(said)}}}")
        assert project.sources["a"].separator == sign


@pytest.mark.parametrize(
    ("said", "found", "remedy"),
    [
        ("semikolon", "'semikolon'", "Did you mean 'semicolon'?"),
        (":", "':'", "Write one of these values."),
        (3, "3", "Write one of these values."),
    ],
)
def test_another_separator_is_refused(said: object, found: str, remedy: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        load(tmp_path, f"{{format: table, path: a, separator: {json.dumps(said)}}}")
    assert f"sources.a.separator is {found}; expected comma (,), semicolon (;), tab or bar (|).\n  {remedy}" in str(
        caught.value
    )


def test_answers_of_usage_take_their_accounts(tmp_path: Path) -> None:
    project = load(tmp_path, "{format: ai-usage, path: a, set: {BillingAccountId: o, SubAccountId: p}}")

    assert project.sources["a"].constants == {"BillingAccountId": "o", "SubAccountId": "p"}
