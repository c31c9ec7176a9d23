"""The ``finmod`` command: its subcommands, and the end of every error.

Owns exit codes and the words of last resort.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import rich_click as click
from click.exceptions import Abort, ClickException

from finmod import __version__
from finmod.cli import (
    apply,
    check,
    close,
    compare,
    completion,
    demo,
    diff,
    drivers,
    explain,
    export,
    fx,
    history,
    init,
    load,
    metric,
    plan,
    pnl,
    query,
    reconcile,
    report,
    sample,
    savings,
    status,
    tags,
    tags_drift,
    tags_keys,
    tags_repair,
    tags_rules,
    tags_taggable,
    tags_todo,
    unit_economics,
    variance,
)
from finmod.cli.misuse import misused
from finmod.cli.project import typeable
from finmod.cli.values import Place
from finmod.errors import FinmodError, Problem, UserError

click.rich_click.TEXT_MARKUP = "markdown"
# An option and what it takes stand together, so that its help has room on a narrow terminal.
click.rich_click.OPTIONS_TABLE_COLUMN_TYPES = ["required", "opt_all_metavar", "help"]
click.rich_click.COMMAND_GROUPS = {
    "finmod": [
        {"name": "Start", "commands": ["demo", "init", "sample"]},
        {"name": "Bills", "commands": ["load", "check", "reconcile", "compare", "fx", "status"]},
        {"name": "Results", "commands": ["query", "pnl", "tags", "explain", "export"]},
        {"name": "Allocation", "commands": ["drivers", "plan", "apply", "diff"]},
        {"name": "Meaning", "commands": ["metric", "unit-economics"]},
        {"name": "Changes", "commands": ["variance", "savings", "report"]},
        {"name": "Months", "commands": ["close", "reopen", "history"]},
        {"name": "Shell", "commands": ["completion"]},
    ]
}


_WRITING = frozenset({"apply", "close", "demo", "drivers", "load", "reopen"})
"""The commands that write the ledger."""


class _Commands(click.RichGroup):
    """The commands; an error names further ones as they can be typed, an interrupt says what it means."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 -- as click has it
        try:
            return super().invoke(ctx)
        except UserError as error:
            told = (replace(item, remedy=item.remedy and typeable(ctx.obj, item.remedy)) for item in error.problems)
            raise UserError(*told) from error
        except KeyboardInterrupt:
            # The terminal shows ^C in the line that it was in.
            click.echo(err=True)
            kept = (
                "; the ledger is as the last whole load, close or apply left it"
                if ctx.invoked_subcommand in _WRITING
                else ""
            )
            message = f"Interrupted{kept}."
            raise Abort(message) from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="finmod", message="%(prog)s %(version)s")
@click.option(
    "--project",
    type=Place("folder", is_written=False),
    metavar="DIR",
    default=None,
    help="Folder of the project; the nearest folder with finmod.yaml where it is not given.",
)
@click.pass_context
def finmod(context: click.Context, project: Path | None) -> None:
    """The modelling engine for FinOps: bills in, exact totals out.

    Exit codes: 0 fine, 1 you must do something, 2 there are changes (--detailed-exitcode), 70 our fault.
    """
    context.obj = project
    _refuse_no_working_folder()


def _refuse_no_working_folder() -> None:
    """Refuse to work where the working folder was removed, before anything is written that could not be told."""
    try:
        Path.cwd()
    except FileNotFoundError:
        remedy = "Change to a folder that is there, then run the command again."
        raise UserError(Problem(code="FM1065", found="the working folder was removed", remedy=remedy)) from None


for _subcommand in (
    tags_keys.keys,
    tags_taggable.taggable,
    tags_drift.drift,
    tags_rules.rules,
    tags_repair.repair,
    tags_repair.infer,
    tags_todo.todo,
    tags_todo.export,
):
    tags.command.add_command(_subcommand)

for _command in (
    demo.command,
    init.command,
    sample.command,
    load.command,
    check.command,
    reconcile.command,
    compare.command,
    fx.command,
    status.command,
    query.command,
    pnl.command,
    tags.command,
    explain.command,
    export.command,
    drivers.command,
    plan.command,
    apply.command,
    diff.command,
    metric.command,
    unit_economics.command,
    variance.command,
    savings.command,
    report.command,
    close.command,
    close.reopen_command,
    history.command,
    completion.command,
):
    finmod.add_command(_command)


# Rows, rules and moves live until the command ends and make few circles: to look for these after every 700 or 2,000 of
# them takes a twentieth of a plan.
_COLLECTED = (50_000, 20, 20)


def main() -> None:
    """Run the command line; no traceback ever reaches a user. An interrupt, once told, is for the caller to end by."""
    gc.set_threshold(*_COLLECTED)
    try:
        sys.exit(_run())
    except UserError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except Abort as abort:
        click.echo(str(abort) or "Interrupted.", err=True)
        raise KeyboardInterrupt from None
    except ClickException as error:
        click.echo(misused(error, sys.argv[1:], finmod), err=True)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of the pipe went away, as `| head` does; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        _not_written(error)
    except Exception as error:  # noqa: BLE001 -- the last resort: an unknown error is ours, and is said in one line
        _our_fault(error)


def _run() -> int:
    try:
        code = finmod(prog_name="finmod", standalone_mode=False)
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):
            # So rich ends where the reader of a help went away.
            raise end.__context__ from None
        # A group without a command shows its help and ends with 2, which here means that there are changes.
        return 1 if end.code else 0
    return code if isinstance(code, int) else 0


def _not_written(error: OSError) -> None:
    """Say that a result has no room where it should go; any other refusal of the operating system is ours."""
    if error.errno != errno.ENOSPC:
        _our_fault(error)
    # What could not be written would be tried again at the end, and fail once more.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    click.echo("The output cannot be written: no space is left.\n  Make room, or write it elsewhere.", err=True)
    sys.exit(UserError.exit_code)


def _our_fault(error: Exception) -> None:
    if os.environ.get("FINMOD_TRACEBACK"):
        raise error
    words = f"{type(error).__name__}: {error}".splitlines()[0][:500]
    click.echo(
        f"finmod failed, and it is not your fault: {words}\n"
        "  Nothing was committed by the failed step. Run again with FINMOD_TRACEBACK=1 and report what it prints.",
        err=True,
    )
    sys.exit(FinmodError.exit_code)
