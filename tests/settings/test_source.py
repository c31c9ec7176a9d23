"""A source says what its format has, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.settings.project import Project, load_project

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
            "{format: ai-usage, path: a, compare_with: b}",
            "expected a key of a format of bills. ai-usage is usage, and no bill: remove it.",
        ),
        (
            "{format: kubernetes, path: a, unreadable_as_null: [ListCost]}",
            "expected a key of a format of bills. kubernetes is usage, and no bill: remove it.",
        ),
        (
            "{format: focus, path: a, set: {Cluster: c}}",
            "expected a FOCUS column id or a name that starts with x_. Only kubernetes has clusters: remove it.",
        ),
    ],
)
def test_usage_takes_what_usage_has_and_a_bill_what_a_bill_has(source: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        load(tmp_path, source)

    assert words in " ".join(str(caught.value).split())


def test_answers_of_usage_take_their_accounts(tmp_path: Path) -> None:
    project = load(tmp_path, "{format: ai-usage, path: a, set: {BillingAccountId: o, SubAccountId: p}}")

    assert project.sources["a"].constants == {"BillingAccountId": "o", "SubAccountId": "p"}
