"""Locks between processes: the second is refused or waits, and a dead process leaves none."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.ledger.locks import hold

HOLD = """
import sys, time
from pathlib import Path
from finmod.ledger.locks import hold
with hold(Path(sys.argv[1]), "a", "source 'a'"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_second_holder_is_told_who_is_first(tmp_path: Path) -> None:
    with hold(tmp_path, "a", "source 'a'"), pytest.raises(UserError) as caught, hold(tmp_path, "a", "source 'a'"):
        pass
    (problem,) = caught.value.problems
    assert problem.code == "FM1501"
    assert problem.found.startswith(f"source 'a' is being loaded by process {os.getpid()} since 20")
    assert problem.remedy == "Wait until it is done, then run the load again. Nothing was changed."


def test_locks_of_other_names_are_free(tmp_path: Path) -> None:
    with hold(tmp_path, "a", "a"), hold(tmp_path, "b", "b"):
        pass
    with hold(tmp_path, "a", "a"):
        pass


def test_error_inside_frees_the_lock(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), hold(tmp_path, "a", "a"):
        _ = 1 / 0
    with hold(tmp_path, "a", "a"):
        pass


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for folder in (tmp_path / "file", tmp_path / "file" / "locks"):
        with pytest.raises(UserError) as caught, hold(folder, "a", "source 'a'"):
            pass
        (problem,) = caught.value.problems
        assert problem.code == "FM1506"
        assert problem.found.startswith("the ledger cannot be written: ")
        assert problem.where == str(folder / "a.lock")
        assert problem.remedy == (
            "Mend the folder's rights, or name another one: store in finmod.yaml. Nothing was changed."
        )


def test_waiting_holder_comes_second(tmp_path: Path) -> None:
    order: list[str] = []

    def wait() -> None:
        with hold(tmp_path, "a", "a", wait=True):
            order.append("second")

    with hold(tmp_path, "a", "a"):
        second = threading.Thread(target=wait)
        second.start()
        time.sleep(0.1)
        order.append("first")
    second.join(timeout=10)
    assert order == ["first", "second"]


def test_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with (
            pytest.raises(UserError, match=f"is being loaded by process {process.pid} "),
            hold(tmp_path, "a", "source 'a'"),
        ):
            pass
        process.kill()
    with hold(tmp_path, "a", "source 'a'"):
        pass
