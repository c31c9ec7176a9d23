"""A contract type for import-linter: a room that may import only the rooms it names.

import-linter's own ``forbidden`` lists what is out, so a room added later would be allowed by
accident; this one lists what is in. A room that does not exist yet keeps the contract.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from importlinter import Contract, ContractCheck, fields, output

if TYPE_CHECKING:
    from grimp import ImportGraph


def _inside(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


class OnlyContract(Contract):
    """Direct imports of ``room`` within its own root package go to itself or to ``may_import``."""

    type_name = "only"

    room = fields.StringField()
    may_import = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 -- import-linter's signature
        """Return the imports that leave the allowed rooms, as ``importer -> imported`` texts."""
        # On an instance a field is its parsed value, which import-linter's types do not say.
        room, allowed = str(self.room), cast("list[str]", self.may_import)
        root = room.partition(".")[0]
        breaches = sorted(
            f"{importer} -> {imported}"
            for importer in graph.modules
            if _inside(importer, room)
            for imported in graph.find_modules_directly_imported_by(importer)
            if _inside(imported, root) and not any(_inside(imported, name) for name in (room, *allowed))
        )
        return ContractCheck(kept=not breaches, metadata={"breaches": breaches})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each breach on a line."""
        for breach in check.metadata["breaches"]:
            output.print_error(f"- {breach}", bold=False)
