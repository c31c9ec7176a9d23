"""Names for policies, made from the names of dimensions.

Owns how a free text becomes a name of letters and digits that no other text has.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

# Google Cloud takes 62 signs for all of a name that holds this one.
_LONGEST = 24


def slugs(names: Iterable[str]) -> dict[str, str]:
    """Return name -> letters, digits and single hyphens in lower case, at most 33 characters, no two alike.

    Where two names would become one, or nothing is left of a name, eight signs of its hash tell it apart, so that the
    slug of a name never depends on the order of the names.

    >>> slugs(["cost centre", "team"])
    {'cost centre': 'cost-centre', 'team': 'team'}
    """
    short = {name: re.sub(r"[^a-z0-9]+", "-", name.lower())[:_LONGEST].strip("-") for name in names}
    # Google's names have no hyphens: what differs by them alone would be one there.
    counts = Counter(form.replace("-", "") for form in short.values())
    return {
        name: form if form and counts[form.replace("-", "")] == 1 else f"{form}-{_digest(name)}".strip("-")
        for name, form in short.items()
    }


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
