"""Pages and schemas that are made from the code: written, or checked to be up to date.

``python -m tools.docs`` writes them, ``python -m tools.docs --check`` names those that differ and
fails. ``GENERATORS`` is the list; each generator returns path (from the root) -> whole text.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tools.pages.ai_usage import ai_usage_pages
from tools.pages.commands import command_pages
from tools.pages.errors import error_pages
from tools.pages.kubernetes import kubernetes_pages
from tools.pages.mappings import mapping_pages
from tools.pages.metrics import metric_pages
from tools.pages.python import python_pages
from tools.pages.quality import quality_pages
from tools.pages.savings import saving_pages
from tools.pages.standard import standard_pages
from tools.pages.suppliers import supplier_pages
from tools.pages.tables import table_pages
from tools.pages.taggable import taggable_pages

Generator = Callable[[], Mapping[str, str]]

GENERATORS: tuple[Generator, ...] = (
    error_pages,
    standard_pages,
    mapping_pages,
    kubernetes_pages,
    ai_usage_pages,
    supplier_pages,
    table_pages,
    taggable_pages,
    metric_pages,
    saving_pages,
    python_pages,
    quality_pages,
    command_pages,
)


def stale(root: Path, generators: tuple[Generator, ...] = GENERATORS) -> dict[str, str]:
    """Return path -> the text it should have, for each generated file that is absent or differs."""
    wanted: dict[str, str] = {}
    for generator in generators:
        for path, text in generator().items():
            if path in wanted:
                message = f"two generators write {path}"
                raise ValueError(message)
            wanted[path] = text
    return {path: text for path, text in wanted.items() if _differs(root / path, text)}


def _differs(path: Path, text: str) -> bool:
    return not path.is_file() or path.read_bytes() != text.encode()


def write(root: Path, pages: Mapping[str, str]) -> None:
    """Write each page, making its folder."""
    for path, text in pages.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())


def main(arguments: list[str]) -> int:
    """Write or check; return the exit code."""
    root = Path.cwd()
    pages = stale(root)
    if "--check" in arguments:
        for path in pages:
            print(f"{path}: is not what the code says; run `make docs` and commit the result.")
        return 1 if pages else 0
    write(root, pages)
    for path in pages:
        print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
