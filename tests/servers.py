"""Real servers for tests: started in a temporary folder on loopback, stopped at the end; missing programs are named."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[1]
_SECONDS = 30


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _folder(owner: str | None) -> Iterator[Path]:
    """Give a short-lived folder that a user may enter, whoever runs the tests."""
    base = Path(tempfile.gettempdir())
    is_open = all(path.stat().st_mode & 1 for path in (base, *base.parents))
    path = Path(tempfile.mkdtemp(prefix="finmod-server-", dir=base if is_open else "/tmp"))  # noqa: S108 -- open to all
    try:
        if owner:
            shutil.chown(path, owner)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL server with the user ``finmod``.

    Attributes:
        port: Where it listens.
        password: Of the user.
        stop: Stops it.
    """

    port: int
    password: str
    command: tuple[str, ...]
    how: dict[str, Any]

    def address(self, password: str | None = None, database: str = "postgres") -> str:
        """Return a connection string."""
        return f"postgresql://finmod:{password or self.password}@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        """Stop it at once."""
        subprocess.run([*self.command, "stop", "-m", "immediate"], check=False, capture_output=True, **self.how)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Give a PostgreSQL server, run by an unprivileged user; skip where its programs are missing."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    folder = next((path for path in folders if (path / "initdb").exists() and (path / "pg_ctl").exists()), None)
    found = shutil.which("initdb")
    folder = folder or (Path(found).parent if found else None)
    if folder is None:
        pytest.skip("NOT RUN: initdb and pg_ctl are missing; install postgresql")
    # PostgreSQL refuses to run as root.
    owner = _unprivileged() if os.geteuid() == 0 else None
    with _folder(owner) as home:
        how: dict[str, Any] = {"cwd": home, "env": {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C"}}
        how |= {"user": owner, "group": pwd.getpwnam(owner).pw_gid, "extra_groups": []} if owner else {}
        password, port = "s3cret-of-a-test", free_port()
        (home / "password").write_text(password)
        (home / "password").chmod(0o644)
        data = home / "data"
        _run([folder / "initdb", "-D", data, "-U", "finmod", "--pwfile", home / "password", "--auth=scram-sha-256",
              "--encoding=UTF8", "--locale=C", "--no-sync"], how)  # fmt: skip
        settings = "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c shared_buffers=8MB"
        command = (str(folder / "pg_ctl"), "-D", str(data))
        server = Postgres(port, password, command, how)
        _run([*command, "start", "-w", "-t", str(_SECONDS), "-l", home / "log", "-o", f"-p {port} {settings}"], how)
        try:
            yield server
        finally:
            server.stop()


def _unprivileged() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _run(command: Sequence[str | Path], how: dict[str, Any]) -> None:
    done = subprocess.run(
        [*map(str, command)], check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **how
    )
    assert done.returncode == 0, done.stdout


@contextmanager
def prometheus(open_metrics: str, *options: str) -> Iterator[str]:
    """Give the address of a Prometheus that has some samples; skip where its programs are missing."""
    found = subprocess.run(
        ["/bin/sh", ROOT / "tools" / "find_prometheus.sh"], check=False, capture_output=True, text=True
    ).stdout.strip()
    if not found:
        pytest.skip("NOT RUN: prometheus and promtool are missing; sh tools/find_prometheus.sh --fetch gets them")
    with _folder(None) as home:
        (home / "samples").write_text(open_metrics)
        (home / "config.yml").write_text("global: {}\n")
        data, port = home / "data", free_port()
        # Blocks of two hours each, as without it, take seconds.
        as_one = "--max-block-duration=2560h"
        _run([Path(found) / "promtool", "tsdb", "create-blocks-from", as_one, "openmetrics", home / "samples", data],
             {"cwd": home})  # fmt: skip
        command = [
            f"{found}/prometheus", f"--config.file={home / 'config.yml'}", f"--storage.tsdb.path={data}",
            f"--web.listen-address=127.0.0.1:{port}", "--storage.tsdb.retention.time=100y", "--log.level=error",
            *options,
        ]  # fmt: skip
        with (home / "log").open("wb") as log, subprocess.Popen(command, cwd=home, stdout=log, stderr=log) as server:
            try:
                address = f"http://127.0.0.1:{port}"
                _wait(f"{address}/-/ready", server, home / "log")
                yield address
            finally:
                server.kill()


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _SECONDS
    while True:
        try:
            with urlopen(address, timeout=1):  # noqa: S310 -- loopback
                return
        except OSError:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)
