"""How sentences and ids meet the width of a terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from finmod.cli.lines import end_of, one_line, say


def said(text: str, width: int, *, indent: int = 0, terminal: bool = True) -> list[str]:
    out = io.StringIO()
    say(Console(file=out, width=width, force_terminal=terminal, color_system=None), text, indent=indent)
    return out.getvalue().splitlines()


def test_a_sentence_is_folded_between_words_and_what_continues_it_is_set_in() -> None:
    assert said("one two three four five six seven", 22) == ["one two three four", "  five six seven"]
    assert said("one two three four five six seven", 24, indent=2) == ["  one two three four", "    five six seven"]


def test_an_amount_and_a_percentage_keep_their_unit() -> None:
    text = "The gap of product is 1,234.50 USD, 12.5 % of it"
    assert said(text, 32) == ["The gap of product is", "  1,234.50 USD, 12.5 % of it"]
    assert said("0.5 USDT more or less, it is no currency", 24)[0] == "0.5 USDT more or less,"


def test_a_word_without_room_is_folded_and_nothing_is_lost() -> None:
    lines = said(f"id {'x' * 60} end", 30)
    assert max(map(len, lines)) <= 30
    assert "".join("".join(lines).split()) == f"id{'x' * 60}end"


def test_in_a_pipe_a_sentence_is_one_line() -> None:
    assert said("word " * 300, 80, terminal=False) == [("word " * 300)[:1500]]


def test_markup_and_line_ends_of_a_bill_are_text() -> None:
    assert said("[red]a[/red]\nsaas 2026-09: 1 charge \x1b[2J", 80) == [
        "[red]a[/red] saas 2026-09: 1 charge \N{REPLACEMENT CHARACTER}[2J"
    ]
    assert one_line("a\tb\nc") == "a b c"
    assert one_line("x" * 300, 10) == "xxxxxxxxxx... (300 characters)"


@pytest.mark.parametrize(
    ("resource", "end"),
    [
        ("i-0abc", "i-0abc"),
        ("arn:aws:s3:us-east-1:200000014014:bucket/e2d18774bf", "…bucket/e2d18774bf"),
        ("//gcs.googleapis.com/projects/p/locations/europe-west1/buckets/gcs-00084", "…buckets/gcs-00084"),
        ("x" * 40, f"…{'x' * 27}"),
        (f"{'x' * 40}/", f"…{'x' * 26}/"),
        ("", ""),
    ],
)
def test_a_long_id_is_shown_by_its_last_parts(resource: str, end: str) -> None:
    assert end_of(resource) == end
    assert len(end_of(resource)) <= 28
