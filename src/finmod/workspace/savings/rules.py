"""The rules of savings that hold in a project, with patterns that the engine takes.

Owns that check; what the file may say is told in ``settings/savings_file.py``.
"""

from __future__ import annotations

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError
from finmod.settings.project import Project
from finmod.settings.savings_file import ProjectRules, read_saving_rules
from finmod.taxonomy.patterns import is_pattern, refused

_PATTERN = "FM2565"


def rules_of(project: Project, engine: Engine) -> ProjectRules:
    """Return the rules that hold in a project.

    Args:
        project: Whose.
        engine: Tries the patterns of its own rules.

    Raises:
        UserError: savings.yaml has problems.
    """
    found = read_saving_rules(project.root)
    problems = [
        Problem(
            code=_PATTERN,
            found=f"the pattern of rule {name} cannot be used: {problem.found}",
            expected=problem.expected,
            where=found.place(name),
            remedy=problem.remedy,
        )
        for name in sorted(found.own)
        for text in _texts(found, name)
        if (problem := refused(engine, text) if is_pattern(text) else None)
    ]
    if problems:
        raise UserError(*problems)
    return found


def _texts(found: ProjectRules, name: str) -> list[str]:
    selected = found.rules[name]
    conditions = [each for when in (*selected.when, *selected.beside) for each in when.values()]
    return [text for each in conditions for text in (*each.any, *each.none)]
