"""docs/architecture.md says what stands in the tree, and the contracts list the rooms in its order."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "architecture.md"
PACKAGE = ROOT / "src" / "finmod"


def rooms_of_the_page(text: str) -> list[str]:
    """Return the rooms of the room table, low to high."""
    table = text.split("## Rooms", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^\| `(\w+)(?:/|\.py)` \|", table, re.MULTILINE)


def files_of_the_page(text: str) -> set[str]:
    """Return the paths that the list of files names."""
    part = text.split("## Files to know", 1)[1].split("\n## ", 1)[0]
    return set(re.findall(r"^- `([^`]+)`", part, re.MULTILINE))


def rooms_of_the_tree() -> set[str]:
    """Return the folders of the package that hold a Python file, and its modules; dunder files are no rooms."""
    folders = {path.parent.relative_to(PACKAGE).parts[0] for path in PACKAGE.glob("*/**/*.py")}
    return folders | {path.stem for path in PACKAGE.glob("*.py") if not path.stem.startswith("__")}


def test_the_room_table_matches_the_tree() -> None:
    page = rooms_of_the_page(PAGE.read_text(encoding="utf-8"))

    assert set(page) == rooms_of_the_tree()
    assert len(page) == len(set(page))


def test_the_room_table_stands_in_the_order_of_the_layers() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "layers")
    order = {name: -height for height, layer in enumerate(layers) for name in re.findall(r"\w+", layer)}

    page = rooms_of_the_page(PAGE.read_text(encoding="utf-8"))

    assert page == sorted(page, key=lambda room: order[room])


def test_the_files_to_know_exist() -> None:
    named = files_of_the_page(PAGE.read_text(encoding="utf-8"))

    assert named
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_the_page_stays_a_page() -> None:
    assert len(PAGE.read_text(encoding="utf-8").splitlines()) <= 120


def test_a_room_missing_from_the_table_is_seen() -> None:
    text = PAGE.read_text(encoding="utf-8")
    cut = "\n".join(line for line in text.splitlines() if not line.startswith("| `terms/`"))

    assert "terms" not in rooms_of_the_page(cut)
