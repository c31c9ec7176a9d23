"""What the shell offers behind the words of a command."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.books import Books

TWO = "name: n\ncurrency: USD\nsources:\n  aws: {format: focus, path: a}\n  azure: {format: focus, path: b}\n"


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["load", "az"], ["file,az", "plain,azure"]),
        (["load", "--format", "aws"], ["plain,aws-cur", "plain,aws-cur2"]),
        (["load", "--accept", "FM111"], ["plain,FM1116"]),
        (["load", "--unreadable-as-null", "ListC"], ["plain,ListCost"]),
        (["sta"], ["plain,status"]),
    ],
)
def test_the_shell_is_offered_what_can_follow(books: Books, words: list[str], offered: list[str]) -> None:
    books.write("finmod.yaml", TWO)
    assert completed(books, words) == offered


def test_a_project_file_that_cannot_be_read_leaves_files_to_choose(books: Books) -> None:
    books.write("finmod.yaml", "name: [")
    assert completed(books, ["load", "a"]) == ["file,a"]


def completed(books: Books, words: list[str]) -> list[str]:
    """Return what bash is offered for the last of some words."""
    asked = {
        "_FINMOD_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(["finmod", *words]),
        "COMP_CWORD": str(len(words)),
    }
    ended = subprocess.run(
        [sys.executable, "-c", "import sys; sys.argv = ['finmod']; from finmod.cli.main import main; main()"],
        env={**os.environ, **asked}, cwd=books.root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.stderr == ""
    return ended.stdout.split()
