"""The size budget: a file of 400 lines at most, a function of 40.

Run as ``python -m tools.size``. A file over 400 lines fails unless ``ALLOWED`` gives its reason, over
600 it fails in any case. A function is counted from ``def`` to its end, without its docstring and
without the functions and classes inside it, which are counted on their own.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.tree import project_files

FILE_LINES = 400
FILE_LINES_HARD = 600
FUNCTION_LINES = 40

# path -> why it may be longer than FILE_LINES
ALLOWED: dict[str, str] = {}

_COUNTED = {".py", ".sql", ".sh", ".js", ".css", ".html"}
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_NESTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def breaches(root: Path, allowed: dict[str, str]) -> list[str]:
    """Return one line per breach of the budget below ``root``, in order of path."""
    found: list[str] = []
    long_files: set[str] = set()
    for path in project_files(root):
        if path.suffix not in _COUNTED:
            continue
        name, text = path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
        lines = len(text.splitlines())
        if lines > FILE_LINES:
            long_files.add(name)
        if lines > FILE_LINES_HARD:
            found.append(f"{name}: {lines} lines; no file may pass {FILE_LINES_HARD}: split it by what it owns.")
        elif lines > FILE_LINES and name not in allowed:
            found.append(f"{name}: {lines} lines; the budget is {FILE_LINES}: split it, or give a reason in ALLOWED.")
        if path.suffix == ".py":
            found += [f"{name}:{place}" for place in long_functions(text)]
    found += [f"{name}: is in ALLOWED and needs it no longer." for name in sorted(set(allowed) - long_files)]
    return found


def long_functions(source: str) -> Iterator[str]:
    """Yield ``line: name has N lines ...`` for each function over the budget."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, _Function) and (lines := _own_lines(node)) > FUNCTION_LINES:
            yield f"{node.lineno}: {node.name} has {lines} lines; the budget is {FUNCTION_LINES}."


def _own_lines(function: _Function) -> int:
    inner = [_span(child) for child in ast.walk(function) if child is not function and isinstance(child, _NESTED)]
    covered = {line for start, end in inner for line in range(start, end)}
    if ast.get_docstring(function, clean=False) is not None:
        covered.update(range(*_span(function.body[0])))
    return len(set(range(*_span(function))) - covered)


def _span(node: ast.stmt) -> tuple[int, int]:
    return node.lineno, (node.end_lineno or node.lineno) + 1


def main() -> int:
    """Print the breaches; return the exit code."""
    found = breaches(Path.cwd(), ALLOWED)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
