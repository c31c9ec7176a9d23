"""The size budget is seen failing on planted files."""

from __future__ import annotations

from pathlib import Path

from tools.size import ALLOWED, breaches

ROOT = Path(__file__).parents[2]


def function(lines: int, docstring: int = 0) -> str:
    """Return a function of so many lines, its ``def`` counted, its docstring not."""
    said = ['    """Say.', *["    more"] * (docstring - 2), '    """'] if docstring else []
    return "\n".join(["def planted():", *said, *["    x = 1"] * (lines - 1)]) + "\n"


def found(tmp_path: Path, text: str, allowed: dict[str, str] | None = None) -> list[str]:
    """Return the breaches of a tree that holds one file."""
    (tmp_path / "planted.py").write_text(text)
    return breaches(tmp_path, allowed or {})


def test_a_file_at_the_budget_passes(tmp_path: Path) -> None:
    assert found(tmp_path, "x = 1\n" * 400) == []


def test_a_file_over_the_budget_fails(tmp_path: Path) -> None:
    assert found(tmp_path, "x = 1\n" * 401) == [
        "planted.py: 401 lines; the budget is 400: split it, or give a reason in ALLOWED."
    ]


def test_a_reason_lets_a_file_pass_the_budget_but_not_the_limit(tmp_path: Path) -> None:
    reasons = {"planted.py": "a table"}

    assert found(tmp_path, "x = 1\n" * 600, reasons) == []
    assert found(tmp_path, "x = 1\n" * 601, reasons) == [
        "planted.py: 601 lines; no file may pass 600: split it by what it owns."
    ]


def test_a_reason_that_is_no_longer_needed_fails(tmp_path: Path) -> None:
    assert found(tmp_path, "x = 1\n", {"planted.py": "was long"}) == [
        "planted.py: is in ALLOWED and needs it no longer."
    ]


def test_a_long_function_fails(tmp_path: Path) -> None:
    assert found(tmp_path, function(40)) == []
    assert found(tmp_path, function(41)) == ["planted.py:1: planted has 41 lines; the budget is 40."]


def test_a_docstring_is_not_counted(tmp_path: Path) -> None:
    assert found(tmp_path, function(40, docstring=30)) == []


def test_a_function_inside_a_function_is_counted_on_its_own(tmp_path: Path) -> None:
    inner = "".join(f"    {line}\n" for line in function(30).splitlines())

    assert found(tmp_path, f"{function(20)}{inner}") == []


def test_sql_has_the_same_budget(tmp_path: Path) -> None:
    (tmp_path / "planted.sql").write_text("SELECT 1;\n" * 401)

    assert len(breaches(tmp_path, {})) == 1


def test_the_project_keeps_its_budget() -> None:
    assert breaches(ROOT, ALLOWED) == []
