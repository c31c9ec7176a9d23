"""A source is added without loss of what the user wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from finmod.errors import UserError
from finmod.settings.edits.project import add_source, set_rates
from finmod.settings.init import write_project
from finmod.settings.project import load_project

if TYPE_CHECKING:
    from pathlib import Path

FOCUS = {"format": "focus", "path": "exports/*.csv", "set": {"BillingCurrency": "USD"}}


def test_a_source_joins_a_new_project(tmp_path: Path) -> None:
    path = write_project(tmp_path, "a", "USD")
    before = path.read_text()
    add_source(path, "saas", FOCUS)
    line = "  saas: {format: focus, path: exports/*.csv, set: {BillingCurrency: USD}}\n"
    assert path.read_text() == before.replace("\nsources:\n", f"\nsources:\n{line}")
    assert load_project(tmp_path).sources["saas"].paths == ("exports/*.csv",)
    assert not list(tmp_path.glob(".finmod-*"))


def test_comments_and_other_sources_stay(tmp_path: Path) -> None:
    path = tmp_path / "finmod.yaml"
    path.write_text(
        "name: 'a'   # ours\ncurrency: USD\nsources:\n  # big\n  aws: {format: aws-cur2, path: x}  # May\n"
        "check: {fail_on: error}\n"
    )
    add_source(path, "saas", {"format": "focus", "path": ["a", "b"]})
    assert path.read_text() == (
        "name: 'a'   # ours\ncurrency: USD\nsources:\n  # big\n  aws: {format: aws-cur2, path: x}  # May\n"
        "  saas: {format: focus, path: [a, b]}\ncheck: {fail_on: error}\n"
    )


def test_line_ends_and_the_mark_of_an_encoding_stay(tmp_path: Path) -> None:
    path = tmp_path / "finmod.yaml"
    path.write_bytes(b"\xef\xbb\xbfname: a\r\ncurrency: USD\r\nsources: {}\r\n")
    add_source(path, "saas", {"format": "focus", "path": "a"})
    set_rates(path, "fx.csv")
    assert path.read_bytes() == (
        b"\xef\xbb\xbfname: a\r\ncurrency: USD\r\nsources:\r\n  saas: {format: focus, path: a}\r\nfx: fx.csv\r\n"
    )


@pytest.mark.parametrize("sources", ["", "sources: {}\n", "sources:\n"])
def test_a_file_without_sources_gets_them(tmp_path: Path, sources: str) -> None:
    path = tmp_path / "finmod.yaml"
    path.write_text(f"name: a\ncurrency: USD\n{sources}")
    add_source(path, "saas", {"format": "focus", "path": "a"})
    assert path.read_text() == "name: a\ncurrency: USD\nsources:\n  saas: {format: focus, path: a}\n"


@pytest.mark.parametrize("end", ["\n", ""])
def test_a_table_of_exchange_rates_is_named_at_the_end(tmp_path: Path, end: str) -> None:
    path = tmp_path / "finmod.yaml"
    path.write_text(f"name: a  # ours\ncurrency: USD{end}")
    set_rates(path, "fx.csv")
    assert path.read_text() == "name: a  # ours\ncurrency: USD\nfx: fx.csv\n"
    assert load_project(tmp_path).fx == tmp_path / "fx.csv"


def test_a_file_that_ends_otherwise_than_in_keys_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "finmod.yaml"
    path.write_text("{name: a, currency: USD}\n")
    with pytest.raises(UserError) as caught:
        set_rates(path, "fx.csv")
    assert str(caught.value) == (
        "finmod.yaml: the exchange rates cannot be named at the end of the file."
        "\n  Add them by hand: fx: fx.csv. (FM1014, docs/errors.md)"
    )
    assert path.read_text() == "{name: a, currency: USD}\n"


def test_a_source_of_that_name_is_kept(tmp_path: Path) -> None:
    path = write_project(tmp_path, "a", "USD")
    add_source(path, "saas", FOCUS)
    before = path.read_text()
    with pytest.raises(UserError) as caught:
        add_source(path, "saas", FOCUS)
    assert str(caught.value) == (
        "finmod.yaml: the source 'saas' is there already."
        "\n  Choose another name, or edit the file. (FM1023, docs/errors.md)"
    )
    assert path.read_text() == before


def test_a_source_that_would_not_load_is_not_written(tmp_path: Path) -> None:
    path = write_project(tmp_path, "a", "USD")
    before = path.read_text()
    with pytest.raises(UserError, match="aws-cur9"):
        add_source(path, "aws", {"format": "aws-cur9", "path": "x"})
    assert path.read_text() == before


def test_a_file_that_cannot_be_rewritten_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "finmod.yaml"
    path.write_text("name: 2026-13-45\ncurrency: USD\n")
    with pytest.raises(UserError) as caught:
        add_source(path, "saas", FOCUS)
    assert str(caught.value) == (
        "finmod.yaml: the source 'saas' cannot be added: month must be in 1..12."
        "\n  Add it by hand, and put text that looks like a date in quotes. (FM1014, docs/errors.md)"
    )
    assert path.read_text() == "name: 2026-13-45\ncurrency: USD\n"
