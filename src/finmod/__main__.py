"""Where ``finmod`` and ``python -m finmod`` begin: what Ctrl-C does, before anything large is imported.

Owns the handling of the interrupt alone; the command line is in ``cli/main.py``.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import time
from contextlib import suppress
from types import FrameType
from typing import NoReturn

_SOON = 0.02


def main() -> None:
    """Run the command line; an interrupt ends it with 1 and never with a traceback."""
    # Where another handler stands, whoever started this wants interrupts ignored, as nohup and scripts with & do.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)
    try:
        _command_line()
    except KeyboardInterrupt:
        _end()
    finally:
        # The work is done and its exit code stands; what is left is Python's own end.
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _command_line() -> None:
    from finmod.cli.main import main as command_line  # noqa: PLC0415 -- it is what takes long

    if signal.getsignal(signal.SIGINT) is _leave:
        sys.unraisablehook = _not_lost
        signal.signal(signal.SIGINT, _interrupt)
    command_line()


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """End at once: nothing was begun, and an import that is broken off would tell of its own trouble."""
    os.write(2, b"\nInterrupted.\n")
    os._exit(1)


def _end() -> NoReturn:
    """End with 1, all being told and closed, without Python's own end: DuckDB tells there what broken-off work held."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(1)


def _interrupt(_signal: int, frame: FrameType | None) -> None:
    """Interrupt the work, an import first brought to its end: libraries take an interrupt there for a broken one."""
    while frame is not None and frame.f_globals is not globals():
        if frame.f_globals.get("__name__") == "importlib._bootstrap":
            _thread.start_new_thread(_again, ())
            return
        frame = frame.f_back
    raise KeyboardInterrupt


def _not_lost(unraisable: sys.UnraisableHookArgs) -> None:
    """Interrupt again where Python dropped an interrupt, as it does in the clean-up of an object."""
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        _thread.start_new_thread(_again, ())
    else:
        sys.__unraisablehook__(unraisable)


def _again() -> None:
    time.sleep(_SOON)
    _thread.interrupt_main()


if __name__ == "__main__":
    main()
