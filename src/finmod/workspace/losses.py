"""What a load would take out of the ledger: told where it is meant, refused where it is not.

Owns the comparison of the files that brought a billing period before with those that bring it now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from finmod.errors import Problem, UserError
from finmod.normalize.convert import Conversion
from finmod.terms.findings import Finding
from finmod.workspace.job import Inventory, Job, Read


def refuse_loss(job: Job, read: Read, inventory: Inventory, charges: Mapping[date, int]) -> None:
    """Refuse to drop charges that no file of this load stands for, unless the user wants that.

    A source of finmod.yaml names all its files, so that a period may lose one of them; a load by path may name a part.
    No load empties a period unasked: a bill that is overwritten every month would take the last month with it. Nor
    does it take more than half of one: the file was put away, and a late charge came in the next month's bill.

    Args:
        job: The load.
        read: What was read.
        inventory: What is there, and what the ledger has.
        charges: Charges that each billing period will have.

    Raises:
        UserError: FM1130, a problem per file whose charges would go.
    """
    if "FM1130" in job.reading.accept:
        return
    problems = []
    for period in sorted(read.touched):
        inside = [item for item in read.conversions if period in read.periods[item.staged.file.name].periods]
        left = files_left(inventory, inside, period)
        if inside and job.declared:
            gone = set(left) - {file.name for file in inventory.every}
            before = sum(entry.charges for entry in inventory.known if entry.period == period)
            left = [name for name in left if name in gone and charges[period] * 2 < before]
        elif inside:
            left = [name for name in left if name not in {file.name for file in inventory.changed}]
        problems += [_would_drop(job, period, name) for name in left]
    if problems:
        raise UserError(*problems)


def _would_drop(job: Job, period: date, file: str) -> Problem:
    return Problem(
        code="FM1130",
        found=f"the ledger has charges of the file in {job.name} {period:%Y-%m}, and this load would drop them",
        expected="every file of a billing period, for as long as its charges shall stay",
        where=file,
        remedy=drop_remedy(job, "charges"),
    )


def drop_remedy(job: Job, brought: str) -> str:
    """Return what to do about a load that would drop what a file ``brought``: charges or rows."""
    if not job.declared:
        return "Load the files together, keep them apart with --source NAME, or drop the old one with --accept FM1130."
    # Without --again, files that did not change would not be read, and nothing would be dropped.
    again = " --again" if job.again else ""
    return (
        f"Keep its {brought} in a file beside it, or drop them: finmod load {job.name}{again} --accept FM1130"
        f" (always: accept: [FM1130] under {job.name} in finmod.yaml)."
    )


def files_left(inventory: Inventory, inside: Sequence[Conversion], period: date) -> list[str]:
    """Return the names of files that brought charges of a period before and bring none now, renamed ones apart."""
    names = {item.staged.file.name for item in inside} | inventory.superseded
    contents = {item.staged.file.sha256 for item in inside}
    before = [entry for entry in inventory.known if entry.period == period and entry.charges]
    return sorted({entry.file for entry in before if entry.file not in names and entry.sha256 not in contents})


def file_gone(source: str, period: date, file: str, *, still: bool) -> Finding:
    """Return the finding of a file that brought charges of a period before; ``still`` says whether it is there."""
    now = "has none now" if still else "is no longer there"
    return Finding(
        code="FM1201",
        severity="warning",
        message=f"The file brought charges of {period:%Y-%m} before and {now}; its charges left the period.",
        source=source,
        billing_period=f"{period:%Y-%m}",
        where=file,
    )
