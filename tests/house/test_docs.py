"""Every console, yaml and python block of README.md and docs/how-to runs; CONTRIBUTING.md states how.

The demo of the README is held to its truth besides.
"""

from __future__ import annotations

import atexit
import doctest
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from finmod.focus.columns import COSTS
from finmod.settings.share import KEYS
from finmod.settings.source import FORMATS, SourceSettings
from tests.books import Books
from tests.once import company_once
from tests.ready import in_shell, shell_environment
from tests.sample_truth import ledger, truth
from tools.fences import Block, blocks, difference

ROOT = Path(__file__).parents[2]
PAGES = [page for page in (ROOT / "README.md", *sorted((ROOT / "docs" / "how-to").glob("*.md"))) if page.is_file()]
HOW_TO = ROOT / "docs" / "how-to"
STORE = ".finmod"
# The demo of two years takes minutes: make readme runs it whole, as the page has it; all else runs a short one.
IS_WHOLE = "FINMOD_WHOLE_DEMO" in os.environ
SHORT_DEMO, SHORT_MONTHS = "finmod demo --rows 4000 --months 4", 4
PROGRAMS = {"finmod", "cat", "cp", "head", "ls", "mkdir", "mv", "rm", "wc"}


_SAMPLE = re.compile(r"finmod sample northwind --rows ([0-9]+) --months ([0-9]+)")
_BESIDE = re.compile(r"finmod sample (\w+)(?: --[a-z]+ \w+)*")


class Made:
    """What commands of pages left and said: many make the same sample, and loading it is slow."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, ...], tuple[Path, str]] = {}
        self._folder = Path(tempfile.mkdtemp(prefix="finmod-tests-"))
        atexit.register(shutil.rmtree, self._folder, ignore_errors=True)

    def again(self, lines: tuple[str, ...], folder: Path) -> str | None:
        """Make a folder what it was after these lines; return what the last one said, None where none ran them."""
        if lines not in self._kept:
            return None
        left, said = self._kept[lines]
        shutil.copytree(left, folder, dirs_exist_ok=True)
        return said

    def keep(self, lines: tuple[str, ...], folder: Path, said: str) -> None:
        """Keep what these lines, of which the first made the folder, left in it and said."""
        left = self._folder / str(len(self._kept))
        shutil.copytree(folder, left)
        self._kept[lines] = left, said


MADE = Made()


class Folder:
    """The fresh folder in which one page's blocks run, one after another."""

    def __init__(self, path: Path, factory: pytest.TempPathFactory) -> None:
        self.path = self.root = path / "page"
        self.lines: tuple[str, ...] = ()
        self.factory = factory
        self.path.mkdir()
        self.environment = shell_environment(path / "bin")
        self.names: dict[str, Any] = {}

    def run(self, block: Block) -> None:
        """Run one block as its info string says."""
        if "skip" in block.options:
            return
        if block.language == "console":
            self._console(block)
        elif block.language == "python":
            self.lines += ("python",)
            self._python(block)
        elif "file" in block.options:
            self.lines += (f"write {block.options['file']}",)
            (self.path / block.options["file"]).write_text(block.text, encoding="utf-8")
        elif block.language == "yaml":
            YAML(typ="safe").load(block.text)

    def _console(self, block: Block) -> None:
        commands = block.commands()
        for command in commands:
            if command.line == "make demo" and not IS_WHOLE:
                self._said(SHORT_DEMO, 0)
                continue
            line = "finmod demo" + command.line[9:] if command.line.startswith("make demo") else command.line
            if line.startswith("cd "):
                self.path = (self.path / line[3:]).resolve()
                self.lines += (line,)
                continue
            assert line.split()[0] in PROGRAMS, f"line {block.line}: {line!r} is not run here; say skip=, and why"
            said = self._said(line, int(block.options.get("exit", "0")) if command is commands[-1] else 0)
            missing = difference(command.shown, said, exact="exact" in block.options)
            assert missing is None, f"$ {line}\nthe page shows: {missing}\nthe program said:\n{said}"

    def _said(self, line: str, expected: int) -> str:
        """Return what a line says; what it leaves is in the folder then."""
        self.lines += (line,)
        if expected == 0 and (said := self._company(line)) is not None:
            return said
        beside = self._beside(line) if expected == 0 else None
        if beside and (said := MADE.again(*beside)) is not None:
            return said
        run = in_shell(line, self.path, self.environment)
        assert run.returncode == expected, f"$ {line}\n{run.stdout}"
        if beside:
            MADE.keep(*beside, run.stdout)
        return run.stdout

    def _company(self, line: str) -> str | None:
        """Return what a line says with which the page makes the company, or loads it; None of any other.

        Every page and test that begins so has the same one, which is made in a shell too.
        """
        first = _SAMPLE.fullmatch(self.lines[0])
        begun = (self.lines[0], "cd northwind", "finmod load")
        if not first or self.lines != begun[: len(self.lines)]:
            return None
        company = company_once(self.factory, rows=int(first[1]), months=int(first[2]))
        if line == "finmod load":
            shutil.copytree(company.folder / STORE, self.path / STORE)
            return company.loaded
        shutil.copytree(company.folder, self.path / "northwind", ignore=shutil.ignore_patterns(STORE))
        return company.written

    def _beside(self, line: str) -> tuple[tuple[str, ...], Path] | None:
        """Return the lines that make another sample, up to this one, and its folder; None where this does not.

        This is the first of them, or the load that follows at once.
        """
        for lines in (self.lines[-1:], self.lines[-2:]):
            made = _BESIDE.fullmatch(lines[0])
            if made and (len(lines) == 1 or line == f"finmod --project {made[1]} load"):
                return lines, self.path / made[1]
        return None

    def _python(self, block: Block) -> None:
        before = Path.cwd()
        os.chdir(self.path)
        try:
            if block.text.lstrip().startswith(">>> "):
                test = doctest.DocTestParser().get_doctest(block.text, self.names, "page", None, block.line)
                said: list[str] = []
                assert doctest.DocTestRunner().run(test, out=said.append, clear_globs=False).failed == 0, "".join(said)
                self.names.update(test.globs)
            else:
                exec(compile(block.text, "page", "exec"), self.names)  # noqa: S102 -- the pages are our own
        finally:
            os.chdir(before)


@pytest.mark.journey
@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_block_of_the_page_runs(page: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = Folder(tmp_path, tmp_path_factory)

    for block in blocks(page.read_text(encoding="utf-8")):
        folder.run(block)
    if page.name == "README.md":
        # No other test loads as much as the whole one: every commitment of the sample starts or ends in its months.
        demo = Books(folder.root / "finmod-demo")
        wanted = truth(demo.root)
        assert len(wanted) == 7 * (24 if IS_WHOLE else SHORT_MONTHS) * len(COSTS)
        assert ledger(demo) == wanted


@pytest.mark.parametrize("page", ["load.md", "project.md"])
def test_the_page_names_every_format(page: str) -> None:
    text = (HOW_TO / page).read_text(encoding="utf-8")

    assert [name for name in FORMATS if f"`{name}`" not in text] == []


def test_the_tables_of_keys_name_every_key_of_a_source() -> None:
    text = (HOW_TO / "project.md").read_text(encoding="utf-8")
    told = " ".join(line.split("|")[1] for line in text.splitlines() if line.startswith("| `"))
    keys = [field.alias or name for name, field in SourceSettings.model_fields.items()]

    assert [key for key in keys if f"`{key}`" not in told] == []


def test_the_tables_of_shares_name_every_kind_and_every_key() -> None:
    text = (HOW_TO / "allocate.md").read_text(encoding="utf-8")
    kinds = {line.split("|")[1].strip(" `"): line for line in text.splitlines() if line.startswith("| `")}

    for kind, keys in KEYS.items():
        assert [key for key in keys if f"`{key}`" not in kinds[kind].rpartition("|")[0]] == [], kind
    told = " ".join(line.split("|")[1] for line in kinds.values())
    assert [key for keys in KEYS.values() for key in keys if f"`{key}: " not in told] == []


Run = Callable[[str], Folder]


@pytest.fixture
def run_page(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a function that runs the blocks of a text and returns their folder."""

    def run(text: str) -> Folder:
        folder = Folder(tmp_path, tmp_path_factory)
        for block in blocks(text):
            folder.run(block)
        return folder

    return run


def test_blocks_share_a_folder_and_names(run_page: Run) -> None:
    page = (
        "```yaml file=a.yaml\nkey: 1\n```\n"
        "```console exact\n$ cat a.yaml\nkey: 1\n```\n"
        "```console\n$ mkdir inner\n$ cd inner\n$ ls\n```\n"
        "```python\nx = 1\n```\n"
        "```python\n>>> x + 1\n2\n\n```\n"
    )

    assert run_page(page).path.name == "inner"


@pytest.mark.parametrize(
    "page",
    [
        "```console\n$ ls\nnothing of the kind\n```\n",
        "```console\n$ ls absent\n```\n",
        "```console\n$ sudo ls\n```\n",
        "```python\n>>> 1 + 1\n3\n\n```\n",
    ],
)
def test_a_page_that_is_wrong_fails(page: str, run_page: Run) -> None:
    with pytest.raises(AssertionError):
        run_page(page)


def test_a_failure_that_the_page_announces_passes(run_page: Run) -> None:
    run_page("```console exit=1\n$ cat present.txt || (exit 1)\n```\n")
