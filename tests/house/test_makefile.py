"""The Makefile and its scripts say what they do and what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def script(name: str, *arguments: str, path: str | None = None, home: Path | None = None) -> tuple[int, str, str]:
    """Return exit code, output and complaint of a script of tools/."""
    environment = {"PATH": path or os.environ["PATH"], "HOME": str(home or Path.home())}
    run = subprocess.run(
        ["/bin/sh", str(ROOT / "tools" / name), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout, run.stderr


def program(folder: Path, name: str, text: str) -> None:
    """Write an executable shell script."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def test_an_interpreter_that_does_not_start_is_passed_over(tmp_path: Path) -> None:
    for version in ("3.13", "3.12", "3.11"):
        program(tmp_path / "bin", f"python{version}", "exit 127")
    program(tmp_path / "bin", "python3", f'exec "{sys.executable}" "$@"')

    code, found, _ = script("find_python.sh", path=f"{tmp_path / 'bin'}", home=tmp_path)

    assert code == 0
    assert Path(found.strip()).resolve() == Path(sys.executable).resolve()


def test_no_interpreter_is_an_empty_answer(tmp_path: Path) -> None:
    program(tmp_path / "bin", "python3", "exit 1")

    assert script("find_python.sh", path=str(tmp_path / "bin"), home=tmp_path) == (1, "", "")


def test_a_missing_python_is_named_with_its_package(tmp_path: Path) -> None:
    program(tmp_path / "bin", "apt-get", "exit 0")

    code, _, complaint = script("doctor.sh", "", path=str(tmp_path / "bin"))

    assert code == 1
    assert "no Python 3.11 or newer was found" in complaint
    assert "sudo apt-get install python3 python3-venv" in complaint


def test_a_python_without_venv_is_told_apart_from_no_python(tmp_path: Path) -> None:
    program(tmp_path / "bin", "brew", "exit 0")
    program(
        tmp_path,
        "python",
        f'case "$2" in *ensurepip*) exit 1;; esac\nexec "{sys.executable}" "$@"',
    )

    code, _, complaint = script("doctor.sh", str(tmp_path / "python"), path=str(tmp_path / "bin"))

    assert code == 1
    assert "its venv module is missing" in complaint
    assert f"brew install python@3.{sys.version_info.minor}" in complaint


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    program(tmp_path / "bin", "apt-get", "exit 0")

    code, _, complaint = script("doctor.sh", sys.executable, "git", path=str(tmp_path / "bin"))

    assert code == 1
    assert "git was not found" in complaint
    assert "sudo apt-get install git" in complaint


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed here")
def test_make_alone_lists_the_targets() -> None:
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    for target in ("dev", "demo", "test", "check", "bench", "docs"):
        assert f"make {target} " in shown


@pytest.mark.skipif(not os.access(Path("/dev", "shm"), os.W_OK), reason="this system lends no memory as a folder")
def test_tests_write_to_memory_only_where_there_is_plenty(tmp_path: Path) -> None:
    """Both what is free is made up: of the folder by a df, of the machine by an awk that reads 9,000,000 for it."""
    tools, real = tmp_path / "bin", shutil.which("awk")
    program(tools, "awk", f'case "$1" in *MemAvailable*) echo 9000000;; *) exec {real} "$@";; esac')
    for free, plenty in ((4_194_304, True), (4_194_303, False)):
        program(tools, "df", f"echo head; echo 'tmpfs 1 1 {free} 1% x'")
        code, said, _ = script("test_folder.sh", path=f"{tools}{os.pathsep}{os.environ['PATH']}")
        assert (code, "shm" in said) == (0, plenty)


def test_prometheus_is_found_on_the_path_or_unpacked_before(tmp_path: Path) -> None:
    on_path, kept = tmp_path / "bin", tmp_path / ".cache" / "finmod" / "prometheus" / "usr" / "bin"
    tools = f"{on_path}{os.pathsep}/usr/bin{os.pathsep}/bin" if not shutil.which("prometheus") else str(on_path)
    assert script("find_prometheus.sh", path=tools, home=tmp_path)[:2] == (1, "")

    kept.mkdir(parents=True)
    for name in ("prometheus", "promtool"):
        program(kept, name, "exit 0")
    assert script("find_prometheus.sh", path=tools, home=tmp_path)[:2] == (0, f"{kept}\n")

    for name in ("prometheus", "promtool"):
        program(on_path, name, "exit 0")
    assert script("find_prometheus.sh", path=tools, home=tmp_path)[:2] == (0, f"{on_path}\n")


def test_prometheus_is_fetched_as_a_package_and_not_installed(tmp_path: Path) -> None:
    """The package manager of the test puts down a package that an unpacker of the test turns into two programs."""
    tools = tmp_path / "bin"
    program(tools, "apt-get", 'test "$1" = download && : > prometheus_1_amd64.deb')
    program(
        tools,
        "dpkg",
        'mkdir -p "$3/usr/bin"; for each in prometheus promtool; do printf "#!/bin/sh\\n" > "$3/usr/bin/$each"; '
        'chmod +x "$3/usr/bin/$each"; done',
    )
    path = f"{tools}{os.pathsep}/usr/bin{os.pathsep}/bin"
    if shutil.which("prometheus"):
        pytest.skip("prometheus is installed here: nothing is fetched")

    code, found, _ = script("find_prometheus.sh", "--fetch", path=path, home=tmp_path)

    assert (code, found) == (0, f"{tmp_path / '.cache' / 'finmod' / 'prometheus' / 'usr' / 'bin'}\n")
