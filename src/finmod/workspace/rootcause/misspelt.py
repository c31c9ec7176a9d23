"""Events of which a value stands on no charge: they stand beside no cause, mostly because they are misspelt.

Owns what is said of them. A value that the taxonomy has may be of another month, and is right as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from finmod.errors import near, printable
from finmod.models.rootcause.leaves import Dimension, Leaves
from finmod.models.rootcause.report import Happening
from finmod.terms.findings import Finding, codes

_CODE: Final = "FM2531"
# A text that is longer or shorter by more is not meant; to compare more of them would take seconds.
_LONGER, _MOST = 4, 20_000


def misspelt(
    events: Sequence[Happening], leaves: Leaves, values: Mapping[str, Sequence[str]], months: str
) -> Iterator[Finding]:
    """Yield for each value of an event that no charge has what is closest to it.

    Args:
        events: Those of the two months.
        leaves: Charges of both.
        values: Dimension -> values that the taxonomy has of it.
        months: The two, in words.
    """
    texts = {each.name: {text for text in each.texts if text is not None} for each in _dimensions(leaves)}
    for event in events:
        for word, value in event.of:
            known = texts.get(word, set()) | {*values.get(word, ())}
            if value is None or value in known:
                continue
            close = near(value, _alike(value, known))
            hint = f". Did you mean {printable(close, 80)!r}?" if close else ""
            message = (
                f"No cost of {months} has {printable(word, 60)} {printable(value, 80)!r}: the event stands beside no "
                f"cause{hint}"
            )
            yield Finding(
                code=_CODE, message=message, severity=codes()[_CODE].severity, where=event.where, example=value
            )


def _dimensions(leaves: Leaves) -> Iterator[Dimension]:
    yield from leaves.dimensions
    if leaves.resource is not None:
        yield leaves.resource


def _alike(value: str, known: set[str]) -> list[str]:
    return sorted(each for each in known if abs(len(each) - len(value)) <= _LONGER)[:_MOST]
