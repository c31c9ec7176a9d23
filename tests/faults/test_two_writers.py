"""Two loads at once: on one source the second is refused, on two sources both succeed; a full disk changes nothing."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from finmod.ledger.locks import hold
from tests.books import DROP, Books, bill, rows


def start(books: Books, source: str, *paths: Path, limit: int | None = None) -> subprocess.Popen[str]:
    """Start a load in a process of its own, whose files may not grow beyond ``limit`` bytes."""

    def bound() -> None:
        if limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [
        sys.executable,
        "-m",
        "finmod",
        "--project",
        str(books.root),
        "load",
        "--format",
        "focus",
        "--source",
        source,
        *DROP,
    ]
    return subprocess.Popen(
        [*command, *map(str, paths)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=bound,  # noqa: PLW1509 -- the limit must hold before the program starts
    )


def ends(processes: list[subprocess.Popen[str]]) -> Iterator[tuple[int, str]]:
    for process in processes:
        _, said = process.communicate(timeout=60)
        yield process.returncode, said


def test_second_writer_of_a_source_is_refused(loaded: Books) -> None:
    path = loaded.write("b.csv", bill({}, {}))
    with hold(loaded.root / ".finmod/locks", "source-saas", "source 'saas'"):
        message = loaded.refused(path)
    assert "source 'saas' is being loaded by process " in message
    assert "expected one writer at a time" in message
    assert "Wait until it is done, then run the load again. Nothing was changed. (FM1501" in message
    loaded.load(path, *DROP)
    assert loaded.totals() == {"saas 2026-09": "2 3.000000000000"}


def test_two_processes_on_one_source_mix_nothing(loaded: Books) -> None:
    sizes = (3000, 3001)
    paths = [loaded.write(f"{size}.csv", bill(*rows(size))) for size in sizes]
    answers = list(ends([start(loaded, "saas", path) for path in paths]))
    assert {code for code, _ in answers} <= {0, 1}
    assert 0 in {code for code, _ in answers}
    assert all("FM1501" in said for code, said in answers if code)
    assert loaded.totals()["saas 2026-09"].split()[0] in map(str, sizes)
    assert loaded.staged() == []


def test_two_processes_on_two_sources_both_succeed(loaded: Books) -> None:
    names = ("aws", "gcp", "azure")
    paths = [loaded.write(f"{name}.csv", bill({"ServiceName": name})) for name in names]
    answers = list(ends([start(loaded, name, path) for name, path in zip(names, paths, strict=True)]))
    assert answers == [(0, "")] * 3
    assert loaded.totals() == {f"{name} 2026-09": "1 1.500000000000" for name in (*sorted(names), "saas")}
    assert [row["v"] for row in loaded.query("SELECT DISTINCT x_LedgerVersion AS v FROM loads ORDER BY 1")] == [
        1,
        2,
        3,
        4,
    ]
    for version in (1, 2, 3, 4):
        sql = "SELECT count(DISTINCT x_Source) AS n FROM charges"
        assert loaded.query(sql, "--as-of", str(version)) == [{"n": version}]


@pytest.mark.parametrize("limit", [0, 300, 20_000, 160_000])
def test_full_disk_is_told_and_changes_nothing(loaded: Books, limit: int) -> None:
    path = loaded.write(
        "b.csv", bill(*({"ServiceName": f"s{n * 7919 % 100_003}", "BilledCost": f"{n}.25"} for n in range(30_000)))
    )
    before = loaded.totals()
    process = start(loaded, "saas", path, limit=limit)
    ((code, message),) = ends([process])
    assert code == 1, message
    assert "Traceback" not in message
    assert "the disk is full, or a file may not grow further" in message
    assert "Make room, then run the command again. The ledger is as it was." in message
    assert "FM1505" in message
    assert loaded.totals() == before
    assert loaded.staged() == []
    loaded.load(path, *DROP)
    assert loaded.totals()["saas 2026-09"].startswith("30000 ")
