"""Tag rules for those who can enforce them: what the taxonomy asks, as policies of a supplier or tool.

Owns which values hold on the day of the export, and the writing of the files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.exports.tag_options import DEFAULTS, TagPolicyOptions
from finmod.exports.tag_policies import tag_policies
from finmod.ledger.ledger import Ledger
from finmod.ledger.reduce import whole
from finmod.ledger.tables import CHARGE_KEYS
from finmod.settings.project import Project
from finmod.taxonomy.definition import Dimension
from finmod.taxonomy.reading import read_taxonomy
from finmod.taxonomy.requirements import TagRequirement
from finmod.workspace.files import write_file
from finmod.workspace.names import of_name

_CLOUDS = {"AWS": "aws", "Microsoft": "azure", "Google Cloud": "gcp"}
"""What suppliers are called on bills, and by Cloud Custodian."""


def export_tags(  # noqa: PLR0913 -- what is exported, and how
    project: Project,
    target: str,
    folder: Path,
    today: date,
    options: TagPolicyOptions = DEFAULTS,
    *,
    only: Sequence[str] = (),
) -> list[tuple[Path, int]]:
    """Write the policies of a target into a folder, and return each file with its number of bytes.

    Args:
        project: Whose taxonomy.
        target: aws, azure, google or custodian.
        folder: Where the files go; it is made if need be, and files of the same names are replaced.
        today: Day on which values must hold.
        options: As the target knows them; Custodian's clouds are those of the ledger where none is named.
        only: Dimensions that are exported; empty for all that tags say.

    Raises:
        UserError: The taxonomy has problems, there is no such dimension, the target cannot hold it, or the folder
            cannot be written.
    """
    taxonomy = read_taxonomy(project.root)
    dimensions = [each for each in taxonomy.dimensions.values() if each.tag_keys]
    for name in only:
        of_name(name, dimensions, "dimension that tags say")
    asked = [_requirement(each, today) for each in dimensions if not only or each.name in only]
    if target == "custodian" and not options.resource_types:
        options = replace(options, resource_types=_clouds(project))
    files = tag_policies(target, asked, options)
    for name, text in files.items():
        write_file(folder / name, text)
    return [(folder / name, len(text.encode())) for name, text in files.items()]


def _clouds(project: Project) -> tuple[str, ...]:
    """Return Custodian's words for the clouds that the ledger has charges of; empty where it has none, for all."""
    ledger = Ledger(project.store)
    with Engine() as engine:
        keys = whole(CHARGE_KEYS, ledger.files(CHARGE_KEYS, ledger.head(engine)))
        rows = engine.rows(f"SELECT DISTINCT coalesce(ServiceProviderName, x_ProviderName) FROM {keys}")
    there = {row[0] for row in rows}
    return tuple(word for name, word in _CLOUDS.items() if name in there)


def _requirement(dimension: Dimension, today: date) -> TagRequirement:
    values = [value.name for value in (dimension.values or {}).values() if value.span.holds_on(today)]
    key, *others = dimension.tag_keys
    return TagRequirement(dimension.name, key, tuple(others), tuple(values), dimension.required is not None)
