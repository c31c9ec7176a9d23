"""A taxonomy read from its files: taxonomy.yaml, what it includes, CSV files beside them.

Owns how included files come together: a file's own values and rules stand before those that it includes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib import resources
from itertools import islice
from pathlib import Path

from finmod.errors import Problem, UserError, near, printable
from finmod.settings.paths import path_fault
from finmod.settings.taxonomy import TAXONOMY, TaxonomyFile
from finmod.settings.validate import MOST_PROBLEMS, first_problems, listing, validated
from finmod.settings.yaml import Document, parse_yaml, read_yaml
from finmod.taxonomy.building import Builder, with_patterns
from finmod.taxonomy.checks import faults, places_of_patterns
from finmod.taxonomy.definition import RULE_SET, Dimension, Taxonomy, Value, Verdict, default_label

_RULE_SETS = "rule_sets"
_DEEPEST = 20


@dataclass
class ReadFiles:
    """The files that a taxonomy was read from.

    Attributes:
        paths: Files of the user's, in the order in which they were read.
        rule_sets: Name of each rule set of finmod that was included -> its text.
    """

    paths: list[Path] = field(default_factory=list)
    rule_sets: dict[str, str] = field(default_factory=dict)


@dataclass
class _Files:
    """What was read so far, and what must be mended."""

    root: Path
    read_files: ReadFiles
    problems: list[Problem] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    tested: set[str] = field(default_factory=set)

    def read(
        self, document: Document, folder: Path, stack: tuple[str, ...]
    ) -> tuple[dict[str, Dimension], list[Verdict]]:
        """Return dimensions and verdicts of a file and of what it includes.

        Args:
            document: The file.
            folder: From where it names others.
            stack: What includes it, the file itself at the end: keys of ``names``.
        """
        self.names[stack[-1]] = document.name
        settings = validated(TaxonomyFile, document)
        builder = Builder(document, folder, included=len(stack) > 1)
        own, verdicts = builder.dimensions(settings), list(builder.verdicts(settings))
        self.problems += builder.problems
        self.read_files.paths += builder.read
        # A file of the user's is known by its whole path, which no name of a rule set can be.
        if stack[-1] in rule_sets():
            self.tested |= {text for text, _ in places_of_patterns(Taxonomy(own, tuple(verdicts)))}
        for name, place in self._included(document, settings):
            try:
                opened = self._open(name, folder, place)
                if not self._is_new(opened[2], stack, place):
                    continue
                more, others = self.read(opened[0], opened[1], (*stack, opened[2]))
            except UserError as error:
                self.problems += error.problems
                continue
            own = _together(own, more, {each for each, mine in settings.dimensions.items() if not mine.extends})
            verdicts += others
        return own, verdicts

    def _is_new(self, label: str, stack: tuple[str, ...], place: str) -> bool:
        """Return whether a file was not read before: what two files include is theirs together, and stands once.

        Raises:
            UserError: It is one of those that include it, or the last of very many.
        """
        if label in stack:
            way = " and ".join(self.names[each] for each in stack[stack.index(label) + 1 :])
            found = f"{printable(self.names[label], 80)} includes itself{f', by {way}' if way else ''}"
            raise UserError(_no_include(found, None, place, "Take one of the lines out."))
        if len(stack) > _DEEPEST:
            found = f"files include each other more than {_DEEPEST} deep"
            raise UserError(_no_include(found, None, place, "Include them side by side."))
        return label not in self.names

    def _included(self, document: Document, settings: TaxonomyFile) -> Iterator[tuple[str, str]]:
        for number, name in enumerate(settings.include):
            _, node, _ = document.find(("include", number))
            yield name, f"{document.name}:{node.line}:{node.column}"

    def _open(self, name: str, folder: Path, place: str) -> tuple[Document, Path, str]:
        """Return an included file, the folder that it names files from, and what it is called."""
        if re.fullmatch(r"[a-z][a-z0-9-]*", name):
            text = rule_set(name)
            if text is None:
                known = rule_sets()
                hint = near(name, known)
                remedy = (
                    f"Did you mean {hint!r}?"
                    if hint
                    else "A file of your own is named with its ending, such as rules.yaml."
                )
                expected = listing(known) if known else None
                raise UserError(_no_include(f"there is no rule set {name!r}", expected, place, remedy))
            self.read_files.rule_sets[name] = text
            return parse_yaml(text, f"{name} {RULE_SET}"), folder, name
        fault = path_fault(name, place="file")
        if fault or Path(name).is_absolute():
            found, expected = f"the path is {printable(name, 80)!r}", "a path relative to this file"
            raise UserError(_no_include(found, fault[1] if fault else expected, place, "Correct the path."))
        path = folder / name
        if not os.path.lexists(path):
            found, remedy = f"there is no file {printable(name, 80)!r}", "Put the file there, or correct its name."
            raise UserError(_no_include(found, None, place, remedy))
        self.read_files.paths.append(path)
        document = read_yaml(path, name=os.path.relpath(path, self.root))
        return document, path.parent, str(path.resolve())


def has_taxonomy(root: Path) -> bool:
    """Return whether a project's folder has a taxonomy."""
    return os.path.lexists(root / TAXONOMY)


def read_taxonomy(root: Path, files: ReadFiles | None = None) -> Taxonomy:
    """Return the taxonomy of a project's folder.

    Args:
        root: The folder.
        files: Gets the files that it is read from.

    Raises:
        UserError: There is no taxonomy.yaml, or every problem of it and of the files that it names.
    """
    path = root / TAXONOMY
    if not has_taxonomy(root):
        raise UserError(
            Problem(
                code="FM2000",
                found=f"there is no {TAXONOMY} in {root}",
                expected="a file that says what charges are called",
                remedy="Write one to start from: finmod tags init.",
            )
        )
    state = _Files(root, ReadFiles() if files is None else files)
    state.read_files.paths.append(path)
    document = read_yaml(path)
    dimensions, verdicts = state.read(document, root, (str(path.resolve()),))
    numbered = {
        name: with_patterns(
            replace(each, rules=tuple(replace(rule, number=place) for place, rule in enumerate(each.rules, start=1)))
        )
        for name, each in dimensions.items()
    }
    made = Taxonomy(numbered, tuple(verdicts))
    problems = state.problems or list(islice(faults(made, state.tested), MOST_PROBLEMS + 1))
    if problems:
        raise UserError(*first_problems(problems, TAXONOMY))
    return made


def rule_sets() -> tuple[str, ...]:
    """Return the names of the rule sets that come with finmod."""
    folder = resources.files("finmod.taxonomy").joinpath(_RULE_SETS)
    if not folder.is_dir():
        return ()
    return tuple(sorted(item.name[: -len(".yaml")] for item in folder.iterdir() if item.name.endswith(".yaml")))


def rule_set(name: str) -> str | None:
    """Return the text of a rule set, or None where there is none of that name."""
    if name not in rule_sets():
        return None
    return resources.files("finmod.taxonomy").joinpath(_RULE_SETS, f"{name}.yaml").read_text(encoding="utf-8")


def _together(own: dict[str, Dimension], more: dict[str, Dimension], closed: set[str]) -> dict[str, Dimension]:
    """Return a file's dimensions with those of an included file behind them, but for those that replace them."""
    found = dict(own)
    for name, each in more.items():
        mine = found.get(name)
        if mine is None:
            found[name] = each
        elif name not in closed:
            found[name] = replace(
                mine,
                values={**(mine.values or {}), **_without(each.values or {}, mine.values or {})}
                if each.values is not None or mine.values is not None
                else None,
                rules=(*mine.rules, *each.rules),
                required=each.required if mine.required is None else mine.required,
                rolls_up=mine.rolls_up or each.rolls_up,
                label=each.label if mine.label == default_label(name) else mine.label,
            )
    return found


def _without(values: dict[str, Value], taken: dict[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in values.items() if name not in taken}


def _no_include(found: str, expected: str | None, where: str, remedy: str) -> Problem:
    return Problem(code="FM2014", found=found, expected=expected, where=where, remedy=remedy)
