"""What a supplier's tags can hold, and the requirements of a taxonomy as rules that the supplier can meet.

Owns the limits of keys and values per supplier, and the problems of a taxonomy that goes beyond them. Writes no policy.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from finmod.errors import HARMFUL, Problem, UserError, counted, printable
from finmod.taxonomy.requirements import TagRequirement


@dataclass(frozen=True)
class TagLimits:
    """What keys and values one supplier takes.

    Attributes:
        supplier: Name in messages.
        thing: What the supplier calls a tag.
        count: Tags that one resource can carry.
        is_key: Whether a text can be a key.
        key_words: What a key may be, in words.
        is_value: Whether a text can be a value.
        value_words: What a value may be, in words.
        folds_case: Whether keys that differ only in case are one key.
        any_key: Whether the first of the keys that the supplier takes is written, where others write the first key.
        nearest: Proposes a value that the supplier takes; empty where none is at hand.
    """

    supplier: str
    thing: str
    count: int
    is_key: Callable[[str], bool]
    key_words: str
    is_value: Callable[[str], bool]
    value_words: str
    folds_case: bool = False
    any_key: bool = False
    nearest: Callable[[str], str] = lambda _: ""


@dataclass(frozen=True)
class TagRule:
    """One requirement with the keys that a supplier knows.

    Attributes:
        dimension: Name of the dimension.
        key: The key to write.
        wrong_keys: Keys that the taxonomy reads besides, as far as the supplier can carry them and tells them apart,
            and no other dimension writes them.
        values: Texts that the tag may hold, each once; empty for any text but the empty one.
        required: Whether a resource without the tag breaks the rule.
    """

    dimension: str
    key: str
    wrong_keys: tuple[str, ...]
    values: tuple[str, ...]
    required: bool


def _harmless(text: str, longest: int) -> bool:
    return bool(text) and len(text) <= longest and HARMFUL.isdisjoint(text) and not {"\n", "\t"} & set(text)


def _aws_signs(text: str, longest: int) -> bool:
    return _harmless(text, longest) and all(
        sign in "_.:/=+-@" or unicodedata.category(sign)[0] in "LNZ" for sign in text
    )


def _label_signs(text: str) -> bool:
    # Ll and Lo are letters in lower case and letters that have no case; 128 bytes are the limit beside 63 signs.
    fits = len(text) <= 63 and len(text.encode("utf-8", "surrogatepass")) <= 128  # noqa: PLR2004 - Google's own numbers
    kinds = {unicodedata.category(sign) for sign in text if sign not in "_-"}
    return bool(text) and fits and kinds <= {"Ll", "Lo", "Nd", "Nl", "No"}


def _as_label(text: str) -> str:
    """Return a label value that the taxonomy would still read as ``text``: case and separators count for nothing."""
    low = unicodedata.normalize("NFKC", text).lower()
    label = re.sub(r"[\s_./:-]+", "-", low).strip("-")
    return label if _label_signs(label) else ""


AWS = TagLimits(
    supplier="AWS",
    thing="tag",
    count=50,
    is_key=lambda text: _aws_signs(text, 128) and not text.lower().startswith("aws:"),
    key_words="1 to 128 letters, digits, spaces and _ . : / = + - @, without the prefix aws:",
    is_value=lambda text: _aws_signs(text, 256),
    value_words="1 to 256 letters, digits, spaces and _ . : / = + - @ (a * is a wildcard in tag policies)",
)
"""Source: AWS Organizations API Reference, "Tag" (lengths, signs that all services take); AWS General Reference,
"Tagging your AWS resources" (prefix, 50 tags)."""

AZURE = TagLimits(
    supplier="Azure",
    thing="tag",
    count=50,
    is_key=lambda text: _harmless(text, 128) and not set("<>%&\\?/'[]") & set(text),
    key_words="1 to 128 signs without < > % & \\ ? / and without ' [ ], which a policy's field cannot name safely",
    is_value=lambda text: _harmless(text, 256) and not (text.startswith("[") and text.endswith("]")),
    value_words="1 to 256 signs, not in square brackets, which Azure Policy reads as an expression",
    folds_case=True,
)
"""Source: Microsoft, "Use tags to organize your Azure resources" (512 signs a name, 128 on storage accounts; 256 a
value; names without regard to case, values with it)."""

GOOGLE = TagLimits(
    supplier="Google Cloud",
    thing="label",
    count=64,
    is_key=lambda text: _label_signs(text) and unicodedata.category(text[0]) in {"Ll", "Lo"},
    key_words="1 to 63 lower-case letters, digits, _ and -, a letter first",
    is_value=_label_signs,
    value_words="1 to 63 lower-case letters, digits, _ and -",
    any_key=True,
    nearest=_as_label,
)
"""Source: Google Cloud, "Requirements for labels" (63 signs, 64 labels); Bigtable Admin API, "Instance.labels" (the
classes of letters, 128 bytes)."""


def tag_rules(requirements: Iterable[TagRequirement], limits: TagLimits) -> tuple[TagRule, ...]:
    """Return the requirements as rules, in their order.

    Raises:
        UserError: All of what a supplier cannot hold: keys (FM2062), values (FM2063), keys of two dimensions (FM2064),
            more required tags than a resource can carry (FM2065).
    """
    given = tuple(requirements)
    keys = [_keys(requirement, limits) for requirement in given]
    written = {own[0].lower() if limits.folds_case else own[0] for own in keys if own}
    rules = tuple(
        TagRule(
            dimension=item.dimension,
            key=own[0],
            wrong_keys=tuple(key for key in own[1:] if (key.lower() if limits.folds_case else key) not in written),
            values=tuple(dict.fromkeys(item.values)),
            required=item.required,
        )
        for item, own in zip(given, keys, strict=True)
        if own
    )
    problems = [
        *(_key_problem(item, limits) for item, own in zip(given, keys, strict=True) if not own),
        *(_value_problem(item, value, limits) for item in given for value in dict.fromkeys(item.values)
          if not limits.is_value(value)),
        *_shared_keys(rules),
        *_too_many(rules, limits),
    ]  # fmt: skip
    if problems:
        raise UserError(*problems)
    return rules


def place(dimension: str) -> str:
    """Return where a dimension stands, for messages."""
    return f"dimensions.{printable(dimension, 60)}"


def nothing_to_enforce(target: str) -> UserError:
    """Return the error of an export that would hold no rule."""
    return UserError(
        Problem(
            code="FM2061",
            found=f"the taxonomy holds no tag rule that {target} could enforce",
            expected="a dimension with a tag source and with values or required",
            remedy="Give a dimension `from: [{tag: ...}]`, and values or required.",
        )
    )


def _keys(requirement: TagRequirement, limits: TagLimits) -> tuple[str, ...]:
    """Return the key to write and after it the wrong ones; nothing where no key can be written."""
    names = (requirement.key, *requirement.synonyms)
    usable = [name for name in names if limits.is_key(name)]
    if not usable or (usable[0] != requirement.key and not limits.any_key):
        return ()
    folded = {name.lower() if limits.folds_case else name: name for name in reversed(usable)}
    return tuple(name for name in dict.fromkeys(usable) if name in folded.values())


def _key_problem(requirement: TagRequirement, limits: TagLimits) -> Problem:
    others = " nor can its synonyms" if limits.any_key and requirement.synonyms else ""
    key = printable(requirement.key, 130)
    return Problem(
        code="FM2062",
        found=f"the tag key '{key}' cannot be a {limits.thing} key of {limits.supplier}{others}",
        expected=limits.key_words,
        where=place(requirement.dimension),
        remedy=f"Add a key that {limits.supplier} takes to the dimension's tag source."
        if limits.any_key
        else f"Write a key that {limits.supplier} takes first in the dimension's tag source.",
    )


def _value_problem(requirement: TagRequirement, value: str, limits: TagLimits) -> Problem:
    nearest = limits.nearest(value)
    named = f"'{nearest}'" if nearest else f"as {limits.supplier} can hold it"
    length = f" ({counted(len(value), 'sign')})"
    return Problem(
        code="FM2063",
        found=f"the value '{printable(value, 80)}'{length} cannot be a {limits.thing} value of {limits.supplier}",
        expected=limits.value_words,
        where=place(requirement.dimension),
        remedy=f"Name it {named} and keep the old name as its alias, or leave {limits.supplier} out of the export.",
    )


def _shared_keys(rules: Sequence[TagRule]) -> list[Problem]:
    first: dict[str, TagRule] = {}
    problems = []
    for rule in rules:
        other = first.setdefault(rule.key.lower(), rule)
        if other is not rule:
            problems.append(
                Problem(
                    code="FM2064",
                    found=f"the dimension writes the tag key '{printable(rule.key, 130)}', which "
                    f"{printable(other.dimension, 60)} writes too",
                    expected="one dimension per tag key, case aside",
                    where=place(rule.dimension),
                    remedy="Write another key first in the tag source of one of the two.",
                )
            )
    return problems


def _too_many(rules: Sequence[TagRule], limits: TagLimits) -> list[Problem]:
    required = sum(rule.required for rule in rules)
    if required <= limits.count:
        return []
    return [
        Problem(
            code="FM2065",
            found=f"{counted(required, 'dimension')} are required",
            expected=f"{limits.count} at most: a resource of {limits.supplier} carries no more {limits.thing}s",
            remedy="Take required from dimensions that can be answered without a tag.",
        )
    ]
