"""The program as a user calls it, by its name and from a shell, without the second that its libraries take to start.

One process has imported everything. The program that tests put on the path asks it for a fork, which has the streams,
the folder, the environment and the words of whoever called: ``finmod | head`` is two processes and a pipe. Windows has
no such thing.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import pkgutil
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from functools import cache
from pathlib import Path
from typing import Any

_ASK = """\
import json, os, socket, sys
place = socket.socket(socket.AF_UNIX)
place.connect({place!r})
socket.send_fds(place, [b"?"], [0, 1, 2])
place.sendall(json.dumps([sys.argv, os.getcwd(), dict(os.environ)]).encode())
place.shutdown(socket.SHUT_WR)
sys.exit(int(place.recv(9) or b"70"))
"""


def write_program(path: Path) -> None:
    """Write a program that is finmod to whoever calls it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{sys.executable} -SE\n{_ASK.format(place=str(_started()))}", encoding="utf-8")
    path.chmod(0o755)


def shell_environment(programs: Path) -> dict[str, str]:
    """Return the environment of a shell that finds finmod, which is written into a folder, and has 120 columns."""
    write_program(programs / "finmod")
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "COLUMNS": "120", "NO_COLOR": "1"}


def in_shell(line: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a line in a folder, as readers type it into a shell; what it says on both streams is its ``stdout``."""
    return subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=600,
    )


@cache
def _started() -> Path:
    """Return where the process listens; it ends with this one."""
    folder = Path(tempfile.mkdtemp(prefix="finmod-tests-"))
    place = folder / "ready"
    # The one thread that there is, of the memory allocator, minds forks itself.
    words = [sys.executable, "-W", "ignore::DeprecationWarning", "-m", "tests.ready", str(place)]
    # A thread of a library would not be there after a fork.
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=alone)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(process.communicate)
    return place


def _serve(place: str) -> None:
    """Answer until whoever started this process ends."""
    import finmod  # noqa: PLC0415 -- here alone, not in the process that asks

    for module in pkgutil.walk_packages(finmod.__path__, "finmod."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen()
        os.write(1, b"ready\n")
        while True:
            able, _, _ = select.select([listening, sys.stdin], [], [], 1)
            if sys.stdin in able:
                return
            if listening in able:
                _answer(listening.accept()[0])
            _reap()


def _reap() -> None:
    """Let forks that ended go."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _answer(asked: socket.socket) -> None:
    """Run a command in a fork."""
    with asked:
        if os.fork() == 0:
            code = 70
            try:
                code = _run(asked)
            finally:
                asked.sendall(str(code).encode())
                os._exit(0)


def _run(asked: socket.socket) -> int:
    """Run a command as whoever asks would, and return its exit code."""
    from finmod.cli.main import main  # noqa: PLC0415 -- as above

    _, streams, _, _ = socket.recv_fds(asked, 1, 3)
    words, folder, environment = json.loads(b"".join(iter(lambda: asked.recv(1 << 16), b"")))
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = words
    signal.signal(signal.SIGINT, signal.default_int_handler)
    code: Any = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 -- as the interpreter does
        traceback.print_exc()
        code = 1
    for written in (sys.stdout, sys.stderr):
        try:
            written.flush()
        except BrokenPipeError:
            code = code or 120
    return int(code or 0)


if __name__ == "__main__":
    _serve(sys.argv[1])
