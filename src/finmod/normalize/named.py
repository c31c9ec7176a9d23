"""Whether a file has the columns that the user named for it, and whether those suffice to book a charge.

Owns the refusals of the format table, whose columns nobody but the user knows.
"""

from __future__ import annotations

from finmod.errors import Problem, UserError, near, printable
from finmod.normalize.charges import REQUIRED
from finmod.normalize.convert import Conversion

_MOST_NAMES = 12


def refuse_wrong_names(conversion: Conversion) -> None:
    """Refuse a file that lacks a column which the user named, or of which too little was said to book a charge.

    Raises:
        UserError: One problem per column that the file lacks; or one for the FOCUS columns that nothing fills.
    """
    named = conversion.mapping.named
    if named is None:
        return
    there = [column.name for column in conversion.staged.columns]
    lacking = [_lacking(conversion, target, name, there) for target, name in named if name not in there]
    if lacking:
        raise UserError(*lacking)
    given = conversion.given()
    unsaid = [target for target in REQUIRED if target not in given]
    if unsaid:
        raise UserError(_unsaid(conversion, unsaid, there))


def _lacking(conversion: Conversion, target: str, name: str, there: list[str]) -> Problem:
    hint = near(name, there)
    meant = f"Did you mean '{printable(hint, 60)}'? " if hint else ""
    key, option = ("tags", "--tag") if target == "tags" else ("columns", f"--column {target}=NAME")
    return Problem(
        code="FM1267",
        found=f"the file has no column '{printable(name, 60)}', which {key} names"
        + ("" if target == "tags" else f" for {target}"),
        expected=f"one of its columns: {_names(there)}",
        where=conversion.staged.header_place,
        remedy=f"{meant}Correct it under {key} of source {conversion.source} in finmod.yaml, or with {option}.",
    )


def _unsaid(conversion: Conversion, unsaid: list[str], there: list[str]) -> Problem:
    first, derived = unsaid[0], {column.target for column in conversion.mapping.columns if column.default}
    needed = [target for target in REQUIRED if target not in derived]
    constant = "" if first == "BilledCost" else f" Where it is the same in every row: set: {{{first}: VALUE}}."
    return Problem(
        code="FM1124",
        found=f"nothing says which column is {', '.join(unsaid)}",
        expected=f"under columns, for every one of {', '.join(needed)}, one of: {_names(there)}",
        where=conversion.staged.header_place,
        remedy=f"Write it under the source in finmod.yaml, columns: {{{first}: NAME}}, or --column {first}=NAME."
        f"{constant}",
    )


def _names(there: list[str]) -> str:
    shown = ", ".join(printable(name, 40) for name in there[:_MOST_NAMES])
    return f"{shown} and {len(there) - _MOST_NAMES} more" if len(there) > _MOST_NAMES else shown
