"""Says at the end of a run that the real bills were not there, so that nobody takes silence for success."""

from __future__ import annotations

import pytest

from tests.journeys.bills import ABSENT, DATA


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not DATA.is_dir():
        terminalreporter.write_line(ABSENT, yellow=True, bold=True)
