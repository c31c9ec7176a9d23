"""The company's allocation, drivers, metrics and P&L: their files, as its people would have written them.

Owns neither the taxonomy, whose dimensions they name, nor the series under drivers/.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

FILES = ("allocation.yaml", "drivers.yaml", "metrics.yaml", "pnl.yaml")


def write_allocation_files(folder: Path) -> list[Path]:
    """Write the files into a folder; those that stand there are overwritten."""
    written = []
    for name in FILES:
        path = folder / name
        path.write_bytes(resources.files("finmod.sample").joinpath(name).read_bytes())
        written.append(path)
    return written
