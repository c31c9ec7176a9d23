"""How many examples a property is tried on: few in CI, many times as many by ``make properties``."""

from __future__ import annotations

import os
from typing import Final

TIMES: Final = int(os.environ.get("FINMOD_EXAMPLES", "1"))
"""How many times as many as CI tries."""


def examples(few: int) -> int:
    """Return the number of examples to try, of which a run in CI tries ``few``."""
    return few * TIMES
