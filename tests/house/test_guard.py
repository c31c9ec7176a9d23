"""The guard is seen finding what must never be committed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.guard import breaches

ROOT = Path(__file__).parents[2]

# Joined here, so that the guard does not find them in this file.
PLANTED = {
    "a package index option": "--index" + "-url something",
    "the address of a package registry": "https://" + "pypi.org/simple",
    "a path of one person's machine": "see /" + "home/someone/notes",
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "an AWS access key": "AKIA" + "ABCDEFGHIJKLMNOP",
    "a token": "ghp_" + "a" * 36,
}


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_text_is_found_with_its_place(what: str, tmp_path: Path) -> None:
    (tmp_path / "planted.txt").write_text(f"fine\n{PLANTED[what]}\n")

    found = breaches(tmp_path)

    assert [line.rpartition(": ")[0] for line in found] == [f"planted.txt:2: {what}"]


@pytest.mark.parametrize(
    "text",
    [
        "src/finmod/workspace/open.py",
        "../shared/data",
        "https://focus.finops.org/wor" + "k/x",
        "AKIA" + "IOSFODNN7EXAMPLE",
    ],
)
def test_what_only_looks_alike_is_not_found(text: str, tmp_path: Path) -> None:
    (tmp_path / "planted.txt").write_text(text)

    assert breaches(tmp_path) == []


def test_the_project_holds_none() -> None:
    assert breaches(ROOT) == []
