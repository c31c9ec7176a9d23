"""The pins, the lower bounds and the Python versions say the same thing everywhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def project() -> dict[str, Any]:
    """Return the project table of pyproject.toml."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return dict(tomllib.load(file)["project"])


def pins(name: str) -> dict[str, str]:
    """Return package -> version of a constraints file; every line is an exact pin."""
    lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
    parsed = {line: re.fullmatch(r"([\w.-]+)==([\w.]+)", line) for line in lines if line}
    assert [line for line, match in parsed.items() if match is None] == []
    return {match.group(1).lower(): match.group(2) for match in parsed.values() if match}


def requirements() -> list[tuple[str, str, str]]:
    """Return (package, lower bound, marker) of everything that pyproject.toml asks for."""
    asked = [*project()["dependencies"], *project()["optional-dependencies"]["dev"]]
    return [
        (match.group(1), match.group(2), match.group(3) or "")
        for line in asked
        if (match := re.fullmatch(r"([\w.-]+)>=([\d.]+)(?:; (.*))?", line))
    ]


def test_everything_asked_for_is_pinned() -> None:
    asked = {name for name, _, _ in requirements()}

    assert len(requirements()) == len(project()["dependencies"]) + len(project()["optional-dependencies"]["dev"])
    assert asked - set(pins("constraints.txt")) == set()


def test_the_lowest_leg_pins_the_lower_bounds() -> None:
    lowest = pins("constraints-lowest.txt")
    runtime = {line.split(">=")[0] for line in project()["dependencies"]}

    for name, bound, marker in requirements():
        if name in runtime and marker != "python_version >= '3.13'":
            assert re.fullmatch(rf"{re.escape(bound)}(\.0)*", lowest[name]), name


def test_pins_hold_no_address_and_no_hash() -> None:
    for name in ("constraints.txt", "constraints-lowest.txt"):
        assert not re.search(r"://|--hash|@", (ROOT / name).read_text(encoding="utf-8"))


def test_the_python_versions_agree() -> None:
    named = {line.rpartition(" ")[2] for line in project()["classifiers"] if re.search(r":: 3\.\d+$", line)}

    assert named == {"3.11", "3.12", "3.13"}
    assert project()["requires-python"] == ">=3.11"
    assert "for version in 3.11 3.12 3.13;" in (ROOT / "Makefile").read_text(encoding="utf-8")
