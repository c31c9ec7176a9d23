"""Evidence in words: "41 of 41 labelled resources with team 'search-web' are 'search'".

Owns the sentences. They hold text of bills made safe for a terminal; whoever writes CSV, Markdown or HTML escapes them
as any other text.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from finmod.errors import counted
from finmod.taxonomy.inference.counts import Voices
from finmod.taxonomy.inference.frame import Flags, Ints, ResourceFrame
from finmod.taxonomy.inference.groups import Groups, quoted

_MOST_ALSO = 2

KindVoices = Sequence[tuple[Voices, Groups | None]]
"""Per kind what it says, and its groups; None for the neighbours by daily use."""


class Words:
    """Sentences about the resources of one frame.

    Args:
        frame: The resources.
        values: Names of the values, by number.
        voices: What the kinds say.
    """

    def __init__(self, frame: ResourceFrame, values: Sequence[str], voices: KindVoices) -> None:
        """Keep what sentences are made of."""
        self._frame, self._values, self._voices = frame, values, voices
        self._orders = [np.argsort(said.row, kind="stable") for said, _ in voices]
        self._rows = [said.row[order] for (said, _), order in zip(voices, self._orders, strict=True)]

    def _group(self, kind: int, place: int) -> str:
        voices, groups = self._voices[kind]
        if groups is not None:
            return groups.words(groups.keys[voices.group[place]])
        account = self._frame.account[voices.row[place]]
        return f"in account {quoted(account)} whose daily use is most like its own"

    def says(self, kind: int, place: int) -> str:
        """Return what a group says: so many of its labelled resources have a value."""
        voices = self._voices[kind][0]
        labelled = counted(int(voices.support[place]), "labelled resource")
        verb = "is" if voices.support[place] == 1 else "are"
        value = quoted(self._values[voices.value[place]])
        return f"{voices.hits[place]:,} of {labelled} {self._group(kind, place)} {verb} {value}"

    def warns(self, kind: int, place: int) -> str:
        """Return why a group keeps its members from being inferred."""
        voices = self._voices[kind][0]
        if 2 * voices.muted[place] >= voices.support[place] > 0:
            labelled = counted(int(voices.support[place]), "labelled resource")
            verb = "is" if voices.support[place] == 1 else "are"
            return f"{voices.muted[place]:,} of {labelled} {self._group(kind, place)} {verb} of a value that is shared"
        # A group of fewer than four others does not warn: "are" fits.
        others = counted(int(voices.members[place]), "other resource")
        return (
            f"{voices.labelled[place]:,} of {others} {self._group(kind, place)} are labelled:"
            " what is seldom labelled may be shared"
        )

    def decided(self, lead: int, places: Ints, agrees: Flags) -> str:
        """Return the evidence for a value: the leading kind's, and that of others that agree.

        Args:
            lead: The kind that leads.
            places: Per kind the place of its group.
            agrees: Per kind whether it agrees.
        """
        others = [kind for kind in np.flatnonzero(agrees).tolist() if kind != lead][:_MOST_ALSO]
        return "; ".join(self.says(kind, int(places[kind])) for kind in (lead, *others))

    def unsure(self, kind: int, place: int) -> str:
        """Return evidence that did not suffice."""
        return f"{self.says(kind, place)}, which held-out labels do not prove to be sure enough"

    def contradicted(self, row: int) -> str:
        """Return the surest evidence for each of the two surest values of a resource."""
        best: dict[int, tuple[float, int, int]] = {}
        for kind, (voices, _) in enumerate(self._voices):
            first, end = np.searchsorted(self._rows[kind], (row, row + 1)).tolist()
            for place in self._orders[kind][first:end].tolist():
                value, score = int(voices.value[place]), float(voices.score[place])
                if score > best.get(value, (0.0, 0, 0))[0]:
                    best[value] = (score, kind, place)
        surest = sorted(best.values(), key=lambda found: (-found[0], found[1:]))[:2]
        return ", but ".join(self.says(kind, place) for _, kind, place in surest)
