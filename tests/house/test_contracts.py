"""Each import contract is seen failing on a planted breach, alone, in a copy of the package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# contract id -> file -> text to append there. The planted modules import nothing else, so one contract breaks alone.
BREACHES = {
    "layers: downwards only": ("layers", {"terms/planted.py": "import finmod.web.planted", "web/planted.py": ""}),
    "layers: siblings apart": (
        "layers",
        {"reports/planted.py": "import finmod.exports.planted", "exports/planted.py": ""},
    ),
    "layers: faces apart": ("layers", {"cli/planted.py": "import finmod.mcp.planted", "mcp/planted.py": ""}),
    "layers: every room listed": ("layers", {"helpers/planted.py": ""}),
    "layers: every file at the top listed": ("layers", {"planted.py": ""}),
    "models": ("models", {"models/planted.py": "import finmod.settings.planted", "settings/planted.py": ""}),
    "models: in its own init": ("models", {"models/__init__.py": "from finmod.engines import duckdb"}),
    "sample": ("sample", {"sample/planted.py": "import finmod.focus.planted", "focus/planted.py": ""}),
    "duckdb": ("duckdb", {"marts/planted.py": "import duckdb"}),
    "deltalake": ("deltalake", {"ledger/planted.py": "from deltalake import DeltaTable"}),
    "suppliers": ("suppliers", {"sources/aws_cur2.py": "from finmod.sources import focus", "sources/focus.py": ""}),
    "suppliers: every file has a place": ("suppliers", {"sources/planted.py": ""}),
    "cloud": ("cloud", {"workspace/planted.py": "import boto3"}),
    "acyclic": (
        "acyclic",
        {"terms/planted.py": "import finmod.terms.planted_too", "terms/planted_too.py": "import finmod.terms.planted"},
    ),
}


def contracts() -> dict[str, str]:
    """Return id -> name of each contract in pyproject.toml."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        listed = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return {contract["id"]: contract["name"] for contract in listed}


def broken(tree: Path) -> set[str]:
    """Return the ids of the contracts that lint-imports finds broken in a tree."""
    environment = {**os.environ, "PYTHONPATH": f"{tree / 'src'}{os.pathsep}{tree}", "NO_COLOR": "1", "COLUMNS": "300"}
    run = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts = {
        identity: re.search(rf"^{re.escape(name)} (KEPT|BROKEN)", run.stdout, re.MULTILINE)
        for identity, name in contracts().items()
    }
    assert all(verdicts.values()), f"lint-imports did not judge every contract:\n{run.stdout}{run.stderr}"
    found = {identity for identity, verdict in verdicts.items() if verdict and verdict.group(1) == "BROKEN"}
    assert run.returncode == (1 if found else 0)
    return found


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a copy of what the contracts are about: the package, its settings, our contract type."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def plant(tree: Path, texts: dict[str, str]) -> None:
    """Append each text to its file in the copied package, making file and room where they are absent."""
    for name, text in texts.items():
        path = tree / "src" / "finmod" / name
        path.parent.mkdir(exist_ok=True)
        (path.parent / "__init__.py").touch()
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n{text}\n")


def test_the_package_keeps_every_contract(tree: Path) -> None:
    assert broken(tree) == set()


@pytest.mark.parametrize("breach", BREACHES)
def test_a_planted_breach_breaks_its_contract_alone(breach: str, tree: Path) -> None:
    identity, texts = BREACHES[breach]
    plant(tree, texts)

    assert broken(tree) == {identity}


def test_every_contract_has_a_planted_breach() -> None:
    assert {identity for identity, _ in BREACHES.values()} == set(contracts())


def test_the_one_file_that_may_import_is_allowed(tree: Path) -> None:
    plant(tree, {"ledger/delta.py": "import deltalake", "sources/focus.py": "import boto3"})

    assert broken(tree) == set()
