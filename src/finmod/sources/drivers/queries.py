"""The text of a driver's query, from drivers.yaml or from the file that it names, and the secrets that it needs.

Owns what messages call a query, and the look-up of variables of the environment.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from finmod.errors import Problem, UserError
from finmod.settings.driver_source import names_a_file
from finmod.settings.drivers import DRIVERS, Driver
from finmod.settings.yaml import read_bytes


@dataclass(frozen=True)
class Query:
    """A query.

    Attributes:
        name: What messages and x_Place call it: its file, or drivers.yaml and the driver.
        text: As it is written.
    """

    name: str
    text: str


def query_of(root: Path, driver: Driver) -> Query | None:
    """Return the query of a driver; None of one that is read from files.

    Raises:
        UserError: The file that has it cannot be read, or is empty.
    """
    said = driver.settings.source.sql or driver.settings.source.query
    if said is None:
        return None
    if not names_a_file(said):
        return Query(f"{DRIVERS} ({driver.name})", said)
    name = said.strip()
    try:
        text = read_bytes(root / name, name).decode("utf-8-sig")
    except UnicodeDecodeError:
        found, remedy = "the file is not UTF-8", "Save it as UTF-8."
        raise UserError(Problem(code="FM1013", found=found, where=name, remedy=remedy)) from None
    if not text.strip():
        remedy = "Write the query into it."
        raise UserError(Problem(code="FM2180", found="the file is empty", where=name, remedy=remedy))
    return Query(name, text)


def from_environment(said: str, place: str) -> str:
    """Return what a setting says, or the variable of the environment that it names as env:NAME.

    Args:
        said: The setting.
        place: ``file:line:column`` of it.

    Raises:
        UserError: There is no such variable, or it is empty.
    """
    if not said.startswith("env:"):
        return said
    name = said.removeprefix("env:")
    found = os.environ.get(name, "")
    if not found:
        raise UserError(
            Problem(
                code="FM2175",
                found=f"the environment has no variable {name}",
                expected="the secret or address in it",
                where=place,
                remedy=f"Set it before the command: export {name}=...",
            )
        )
    return found
