"""CloudZero Common Bill Format: CSV, gzipped or not, in drops of which a manifest names the one that counts.

Owns the names of its columns and the choice between drops. A tag stands in a column of its own, ``resource/tag:KEY``.

Source: CloudZero documentation, "Common Bill Format (CBF)", "Configuring AnyCost Bucket File Drops".
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from finmod.errors import Problem, UserError, printable
from finmod.sources.deliveries import Delivery, by_period, current
from finmod.sources.format import Format, Selection

PERIOD = r"([0-9]{8})-[0-9]{8}"
"""Pattern of the folder of a billing period; its group is the first day."""

_TAG = re.compile(r"resource/tag:(.+)", re.IGNORECASE | re.DOTALL)
_MARKS = {"time_usage_start": "time/usage_start", "cost_cost": "cost/cost"}
"""Columns without which no file is of the format -> what the format calls them."""
_MANIFEST = "manifest.json"


def canonical(name: str) -> str:
    """Return the word that the mapping has for a column; two tags never have the same.

    >>> canonical("lineitem/type"), canonical("Cost/Discounted_Cost"), canonical("resource/tag:Team A")
    ('lineitem_type', 'cost_discounted_cost', 'tags_Team_20_A')
    """
    tag = _TAG.fullmatch(name)
    if tag:
        return "tags_" + re.sub(r"[^A-Za-z0-9]", lambda sign: f"_{ord(sign[0]):x}_", tag[1])
    return name.strip().casefold().replace("/", "_")


def tag_columns(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return (column, key) of the columns that hold a tag, by key."""
    found = ((name, match[1]) for name in names if (match := _TAG.fullmatch(name)))
    return sorted(found, key=lambda pair: pair[1])


def recognise(columns: Sequence[str]) -> bool:
    """Return whether the columns are those of the format: it asks for a time and a cost, and for nothing else."""
    return {canonical(name) for name in columns} >= _MARKS.keys()


def select_files(paths: Sequence[Path]) -> Selection:
    """Return the files of the drop that each billing period's manifest names.

    Knows the layout ``<yyyymmdd-yyyymmdd>/<drop>/<file>.csv.gz`` with ``<yyyymmdd-yyyymmdd>/manifest.json``. Files in
    no such folder are taken as they are.

    Raises:
        UserError: FM1250, a manifest cannot be read; FM1251, the drop that it names is not here; FM1252, several drops
            and no manifest.
    """
    periods, loose = by_period(paths, lambda folder: re.fullmatch(PERIOD, folder.name) is not None)
    return current((_delivery(folder, files) for folder, files in periods), loose)


def _delivery(folder: Path, files: dict[Path, str]) -> Delivery:
    manifest = folder / _MANIFEST
    if not manifest.is_file():
        return Delivery(folder, files)
    drop = _drop(manifest)
    promised = tuple(path for path, version in files.items() if version == drop)
    if not promised and not (folder / drop).is_dir():
        raise UserError(
            Problem(
                code="FM1251",
                found=f"the manifest names the drop '{printable(drop, 60)}', which is not here",
                expected="a folder of that name beside the manifest",
                where=str(manifest),
                remedy="Download the drop too, or remove the manifest and keep the files of one drop alone.",
            )
        )
    return Delivery(folder, files, manifest, promised)


def _drop(manifest: Path) -> str:
    try:
        content = json.loads(manifest.read_text(encoding="utf-8-sig"))
        found = None
    except (ValueError, RecursionError) as error:
        content, found = None, f"the manifest is no JSON ({printable(str(error), 80)})"
    drop = content.get("current_drop_id") if isinstance(content, dict) else None
    if isinstance(drop, str) and drop.strip("./"):
        return drop.strip("/")
    raise UserError(
        Problem(
            code="FM1250",
            found=found or "the manifest has no text in 'current_drop_id'",
            expected="the manifest as the adaptor wrote it",
            where=str(manifest),
            remedy="Download it again, or remove it and keep the files of one drop alone.",
        )
    )


FORMAT = Format(
    "cloudzero-cbf",
    "CloudZero Common Bill Format",
    recognise,
    canonical,
    select_files,
    marks=frozenset(_MARKS),
    as_written=_MARKS,
)
