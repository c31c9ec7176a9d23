"""What a taxonomy asks of the tags of resources, in the form in which exports enforce it.

Owns the record. Others make it from taxonomy.yaml and turn it into policies.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TagRequirement:
    """One dimension that is read from a tag.

    Attributes:
        dimension: Name of the dimension.
        key: The tag key to write: the first key of the dimension's tag source.
        synonyms: Other keys that are read, in the order of the source.
        values: Texts that the tag may hold: names valid on the day of the export, without aliases; empty for any text.
        required: Whether the dimension has ``required``: a resource without the tag breaks the rule.
    """

    dimension: str
    key: str
    synonyms: tuple[str, ...]
    values: tuple[str, ...]
    required: bool
