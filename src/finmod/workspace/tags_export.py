"""Tag rules for those who can enforce them: what the taxonomy asks, as policies of a supplier or tool.

Owns which values hold on the day of the export, and the writing of the files.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError, near, printable
from finmod.exports.tag_options import DEFAULTS, TagPolicyOptions
from finmod.exports.tag_policies import tag_policies
from finmod.ledger.ledger import Ledger
from finmod.ledger.reduce import whole
from finmod.ledger.tables import CHARGE_KEYS
from finmod.settings.project import Project
from finmod.settings.validate import listing
from finmod.taxonomy.definition import Dimension
from finmod.taxonomy.reading import read_taxonomy
from finmod.taxonomy.requirements import TagRequirement
from finmod.workspace.file_sets import FileSet, write_files

_CLOUDS = {"AWS": "aws", "Microsoft": "azure", "Google Cloud": "gcp"}
"""What suppliers are called on bills, and by Cloud Custodian."""


def export_tags(  # noqa: PLR0913 -- what, where, when, how and which
    project: Project,
    target: str,
    folder: Path,
    today: date,
    options: TagPolicyOptions = DEFAULTS,
    *,
    dimensions: Sequence[str] = (),
    opened: Sequence[str] = (),
) -> FileSet:
    """Write the policies of a target into a folder, in place of those that an earlier export of the target wrote there.

    Args:
        project: Whose taxonomy.
        target: aws, azure, google or custodian.
        folder: Where the files go; it is made if need be. A file that no export wrote is never replaced or removed.
        today: Day on which keys and values must hold.
        options: As the target knows them; Custodian's clouds are those of the ledger where none is named.
        dimensions: Those that are written; empty for all that tags say.
        opened: Those of which the key alone is demanded, whatever its text.

    Raises:
        UserError: The taxonomy has problems, a dimension is not there, the target cannot hold it, a file is there
            that no export wrote, or the folder cannot be written.
    """
    taxonomy = read_taxonomy(project.root)
    tagged = [each for each in taxonomy.dimensions.values() if each.keys_on(today)]
    _refuse_unknown((*dimensions, *opened), [each.name for each in tagged])
    wanted = dimensions or tuple(taxonomy.dimensions)
    asked = [_requirement(each, today, opened) for each in tagged if each.name in wanted]
    if target == "custodian" and not options.resource_types:
        options = replace(options, resource_types=_clouds(project))
    files = tag_policies(target, asked, options)
    return write_files(folder, target, files)


def _clouds(project: Project) -> tuple[str, ...]:
    """Return Custodian's words for the clouds that the ledger has charges of; empty where it has none, for all."""
    ledger = Ledger(project.store)
    with Engine() as engine:
        keys = whole(CHARGE_KEYS, ledger.files(CHARGE_KEYS, ledger.head(engine)))
        rows = engine.rows(f"SELECT DISTINCT coalesce(ServiceProviderName, x_ProviderName) FROM {keys}")
    there = {row[0] for row in rows}
    return tuple(word for name, word in _CLOUDS.items() if name in there)


def _refuse_unknown(names: Iterable[str], tagged: Sequence[str]) -> None:
    problems = [
        Problem(
            code="FM2018",
            found=f"no tag of taxonomy.yaml says {printable(name, 80)!r} today",
            expected=listing(tagged) if tagged else "a dimension with a tag rule",
            remedy=f"Did you mean {close!r}?" if (close := near(name, tagged)) else "Name one of these.",
        )
        for name in names
        if name not in tagged
    ]
    if problems:
        raise UserError(*problems)


def _requirement(dimension: Dimension, today: date, opened: Sequence[str]) -> TagRequirement:
    every = [] if dimension.name in opened else (dimension.values or {}).values()
    values = [value.name for value in every if value.span.holds_on(today)]
    if every and not values:
        raise UserError(
            Problem(
                code="FM2024",
                found=f"no value of {dimension.name} holds on {today}",
                expected="one at least: a list without values would allow any text",
                where=dimension.place,
                remedy=f"Leave it out, or demand the key alone: --any-value {dimension.name}.",
            )
        )
    key, *others = dimension.keys_on(today)
    return TagRequirement(dimension.name, key, tuple(others), tuple(values), dimension.required is not None)
