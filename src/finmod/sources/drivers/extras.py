"""Libraries that only some drivers need: imported when they are, and named where they are missing.

Owns the message that names the extra to install.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from finmod.errors import Problem, UserError


def needed(module: str, extra: str, place: str) -> Any:  # noqa: ANN401 -- a module
    """Return a module of an extra.

    Args:
        module: Its name.
        extra: The extra of finmod that brings it.
        place: ``file:line:column`` of what needs it.

    Raises:
        UserError: It is not installed.
    """
    try:
        return import_module(module)
    except ImportError:
        raise UserError(
            Problem(
                code="FM2176",
                found=f"{module} is not installed",
                expected=f"the extra {extra} of finmod",
                where=place,
                remedy=f"Install it: pip install 'finmod[{extra}]'",
            )
        ) from None
