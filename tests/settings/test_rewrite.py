"""Files are replaced whole, all of them or none, and never over what somebody saved meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.settings.rewrite import Content, rewrite, stage


def test_files_are_replaced_and_keep_their_permissions(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"1")
    other.write_bytes(b"2")
    one.chmod(0o640)
    rewrite({one: Content(b"1", b"a\r\n"), other: Content(b"2", b"b")})
    assert (one.read_bytes(), other.read_bytes()) == (b"a\r\n", b"b")
    assert one.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in tmp_path.iterdir()) == ["one", "other"]


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "real").write_bytes(b"1")
    (tmp_path / "link").symlink_to("elsewhere/real")
    rewrite({tmp_path / "link": Content(b"1", b"2")})
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "elsewhere" / "real").read_bytes() == b"2"
    assert [each.name for each in (tmp_path / "elsewhere").iterdir()] == ["real"]


@pytest.mark.parametrize("saved", ["one", "other"])
def test_what_was_saved_meanwhile_is_kept_and_none_is_replaced(tmp_path: Path, saved: str) -> None:
    paths = [tmp_path / "one", tmp_path / "other"]
    for path in paths:
        path.write_bytes(b"old")
    (tmp_path / saved).write_bytes(b"saved by an editor")
    with pytest.raises(UserError) as caught:
        rewrite(dict.fromkeys(paths, Content(b"old", b"new")))
    assert str(caught.value) == (
        f"{saved}: the file was saved by someone else while it was edited; nothing was written; expected it as it was "
        "read.\n  Run the command again. (FM2078, docs/errors.md)"
    )
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "one": b"old", "other": b"old", saved: b"saved by an editor",
    }  # fmt: skip


def test_what_is_saved_over_an_edit_is_not_taken_back_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"old")
    other.write_bytes(b"not what was read")
    replace = os.replace

    def replace_and_save(source: Path, target: Path) -> None:
        replace(source, target)
        one.write_bytes(b"saved by an editor")

    monkeypatch.setattr(os, "replace", replace_and_save)
    with pytest.raises(UserError, match="FM2078"):
        rewrite({one: Content(b"old", b"new"), other: Content(b"old", b"new")})
    assert one.read_bytes() == b"saved by an editor"


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("turn", [1, 2])
def test_an_interrupt_leaves_every_file_as_it_was(
    turn: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, after: bool
) -> None:
    paths = [tmp_path / "one", tmp_path / "other"]
    for path in paths:
        path.write_bytes(b"old")
    replace, turns = os.replace, iter(range(1, 9))

    def interrupted(source: Path, target: Path) -> None:
        is_now = next(turns) == turn
        if not is_now or after:
            replace(source, target)
        if is_now:
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        rewrite(dict.fromkeys(paths, Content(b"old", b"new")))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"one": b"old", "other": b"old"}


@pytest.mark.parametrize(("bad", "why"), [("none", "no such file or directory"), ("folder", "is a directory")])
def test_none_is_replaced_where_one_cannot_be(tmp_path: Path, bad: str, why: str) -> None:
    (tmp_path / "one").write_bytes(b"old")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError) as caught:
        rewrite({tmp_path / "one": Content(b"old", b"new"), tmp_path / bad: Content(b"", b"new")})
    assert str(caught.value) == (
        f"{bad}: the file cannot be written: {why}.\n  Check that you may write to its folder. (FM1011, docs/errors.md)"
    )
    assert (tmp_path / "one").read_bytes() == b"old"
    assert {each.name for each in tmp_path.iterdir()} == {"one", "folder"}


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("link")
    with pytest.raises(UserError, match="link: the file cannot be written: too many levels of symbolic links"):
        rewrite({tmp_path / "link": Content(b"", b"new")})
    assert [each.name for each in tmp_path.iterdir()] == ["link"]


def test_content_under_way_is_closed_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "one"
    target.write_bytes(b"old")
    target.chmod(0o640)
    seen = []
    monkeypatch.setattr(os, "fsync", lambda file: seen.append(os.fstat(file).st_mode & 0o777))
    assert stage(target, b"secret").stat().st_mode & 0o777 == 0o640
    stage(tmp_path / "new", b"open")
    (tmp_path / "plain").touch()
    assert seen == [0o600, (tmp_path / "plain").stat().st_mode & 0o777]


def test_two_writers_never_share_a_file_under_way(tmp_path: Path) -> None:
    target = tmp_path / ("n" * 255)  # the longest name that there is leaves no room for an ending
    target.write_bytes(b"old")
    staged = [stage(target, content) for content in (b"one", b"other")]
    assert [path.read_bytes() for path in staged] == [b"one", b"other"]
    assert len({*staged, target}) == 3


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write whatever it likes")
def test_a_file_that_is_closed_to_writing_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "one"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(UserError, match="permission denied"):
        rewrite({path: Content(b"old", b"new")})
    assert path.read_bytes() == b"old"


def test_nothing_to_replace_is_nothing_done() -> None:
    rewrite({})
