"""Files are replaced whole, all of them or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.settings.rewrite import rewrite


def test_files_are_replaced_and_keep_their_permissions(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"1")
    other.write_bytes(b"2")
    one.chmod(0o600)
    rewrite({one: b"a\r\n", other: b"b"})
    assert (one.read_bytes(), other.read_bytes()) == (b"a\r\n", b"b")
    assert one.stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == ["one", "other"]


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"1")
    (tmp_path / "link").symlink_to("real")
    rewrite({tmp_path / "link": b"2"})
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"2"


@pytest.mark.parametrize("bad", ["one", "other"])
def test_none_is_replaced_where_one_cannot_be(tmp_path: Path, bad: str) -> None:
    paths = [tmp_path / "one", tmp_path / "other"]
    for path in paths:
        path.write_bytes(b"old")
    (tmp_path / f"{bad}.new").mkdir()
    with pytest.raises(UserError) as caught:
        rewrite(dict.fromkeys(paths, b"new"))
    assert str(caught.value) == (
        f"{bad}: the file cannot be written: is a directory."
        "\n  Check that you may write to its folder. (FM1011, docs/errors.md)"
    )
    assert [path.read_bytes() for path in paths] == [b"old", b"old"]
    assert {each.name for each in tmp_path.iterdir()} == {"one", "other", f"{bad}.new"}


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file or directory"):
        rewrite({tmp_path / "none": b"x"})
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_replace_is_nothing_done() -> None:
    rewrite({})
