"""A full disk is told as such, whoever meets it first; every other error stays what it is."""

from __future__ import annotations

import errno

import pytest

from finmod.engines.disk import full_disk, told_when_full
from finmod.errors import Problem, UserError


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        RuntimeError('IO Error: Async write failed for range: {"exception_type":"IO","errno":"28"}'),
        RuntimeError("Generic LocalFileSystem error: No space left on device (os error 28)"),
        RuntimeError("Out of Memory Error: failed to offload data block: max_temp_directory_size reached"),
    ],
)
def test_full_disk_is_told(error: Exception) -> None:
    with pytest.raises(UserError, match="the disk is full, or a file may not grow further") as caught, told_when_full():
        raise error
    assert caught.value.problems[0].code == "FM1505"
    assert caught.value.__cause__ is error


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOENT, "gone"), RuntimeError('"errno":"2"'), RuntimeError("os error 280")]
)
def test_other_errors_stay_what_they_are(error: Exception) -> None:
    assert full_disk(error) is None
    with pytest.raises(type(error)) as caught, told_when_full():
        raise error
    assert caught.value is error


def test_what_the_user_was_told_already_stays(tmp_path: object) -> None:
    told = UserError(Problem(code="FM1106", found=f"no space left in {tmp_path}"))
    with pytest.raises(UserError) as caught, told_when_full():
        raise told
    assert caught.value is told
