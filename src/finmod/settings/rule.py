"""One rule of taxonomy.yaml: where a dimension's value comes from.

Owns the models of rules, of what they map to, and of their dates. How a rule is applied is told in ``taxonomy``.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from finmod.focus.columns import KEY_COLUMNS
from finmod.settings.source import many, one_or_many
from finmod.settings.validate import Fault, Settings, did_you_mean, listing, refusal, refusals
from finmod.settings.yaml import Steps

_KIND_OF_VALUE, _FORM, _DAY, _KIND, _COLUMN, _SPAN = "FM1005", "FM1006", "FM2001", "FM2002", "FM2003", "FM2004"

COLUMNS: tuple[str, ...] = (*KEY_COLUMNS, "x_ProviderName", "x_PublisherName", "x_Source")
"""What rules can look at: every text column of a charge, and the source that it came from."""

KINDS = (
    "tag", "label", "account", "account_name", "project", "name", "id", "column", "patterns", "lookup", "parent",
    "dimension", "when", "is",
)  # fmt: skip
"""The keys that say what a rule is; ``is`` is also the value of ``when``."""

_ALSO = {"when": ("is",), "column": ("map",), "dimension": ("map",)}
_MAPS = {
    "account": "SubAccountId", "project": "SubAccountId", "account_name": "SubAccountName", "name": "name",
    "id": "ResourceId",
}  # fmt: skip
_LISTS = frozenset({"tag", "label"})
_PREFIXED = re.compile(r"(tag|label)\.\S.*", re.DOTALL)


def is_day(text: str) -> bool:
    """Return whether a text is a day as ``YYYY-MM-DD``; Python takes other forms too."""
    try:
        return bool(date.fromisoformat(text)) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is not None
    except ValueError:
        return False


def _day(value: object) -> object:
    if isinstance(value, str) and is_day(value):
        return value
    raise refusal(_DAY, "a day as YYYY-MM-DD, such as 2026-07-01", "Write the day as YYYY-MM-DD.")


def _text(value: str) -> str:
    if not value.strip():
        raise refusal(_FORM, "text", "Write a text, or leave it out.")
    return value


def _column(value: str) -> str:
    if value not in COLUMNS:
        suppliers = "A supplier's own columns name nothing. " if value.startswith("x_") else ""
        hint = did_you_mean(value, COLUMNS)
        hint = hint or f"{suppliers}The columns are the text columns of docs/reference/focus.md."
        raise refusal(_COLUMN, "a text column of FOCUS, or x_Source", hint)
    return value


def _place(value: str) -> str:
    """Refuse what a condition cannot look at; whether a dimension of that name is there is known to the file alone."""
    if _PREFIXED.fullmatch(value) or value in COLUMNS or re.fullmatch(r"[a-z][a-z0-9_-]*", value):
        return value
    hint = None if "." in value else did_you_mean(value, COLUMNS)
    hint = hint or "Tags are written tag.KEY, labels label.KEY."
    raise refusal(_COLUMN, "a text column of FOCUS, tag.KEY, label.KEY or a dimension", hint)


def is_number(value: object) -> bool:
    """Return whether YAML read something as a number, or as true or false, and not as text."""
    return isinstance(value, bool | int | Decimal)


def unquoted(steps: Steps = (), expected: str = "text") -> Fault:
    """Return the fault of a number where a text is meant: as a number it may have lost zeros."""
    return Fault(code=_KIND_OF_VALUE, expected=expected, remedy="Put it in quotes.", steps=steps)


def texts(value: object) -> object:
    """Read one text as a list of one, for validators; numbers must stand in quotes."""
    if is_number(value):
        raise refusals([unquoted(expected="text or a list")])
    faults = [
        unquoted((place,)) for place, item in enumerate(value if isinstance(value, list) else ()) if is_number(item)
    ]
    if faults:
        raise refusals(faults)
    return one_or_many(value)


def _flag(value: object) -> object:
    if not isinstance(value, bool):
        raise refusal(_KIND_OF_VALUE, "true or false", "Write true or false.")
    return value


Day = Annotated[str, BeforeValidator(_day, json_schema_input_type=str)]
Flag = Annotated[bool, BeforeValidator(_flag, json_schema_input_type=bool)]
Text = Annotated[str, AfterValidator(_text)]
Texts = Annotated[
    tuple[Text, ...],
    BeforeValidator(texts, json_schema_input_type=str | list[str]),
]
Column = Annotated[str, AfterValidator(_column)]


class Dated(Settings):
    """What holds for a time.

    Attributes:
        since: First day, ``YYYY-MM-DD``; None where it always held.
        until: Day after the last one; None where it still holds.
    """

    since: Day | None = Field(default=None, description="First day on which it holds.", examples=["2026-04-01"])
    until: Day | None = Field(
        default=None, description="Day after the last one on which it holds.", examples=["2026-07-01"]
    )

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.since and self.until and self.until <= self.since:
            expected = f"a day after {self.since}, on which it begins"
            raise refusals([Fault(code=_SPAN, expected=expected, remedy="Correct one of the days.", steps=("until",))])
        return self


class Target(Dated):
    """A value that something is called, for a time.

    Attributes:
        value: Name of the value.
    """

    value: Text = Field(alias="is", description="The value.", examples=["search"])


def targets(value: object) -> object:
    """Read one text as a list of one target, for validators."""
    if is_number(value):
        raise refusals([unquoted(expected="text or a list")])
    return ({"is": value},) if isinstance(value, str) else many(value)


def _not_overlapping(value: tuple[Target, ...]) -> tuple[Target, ...]:
    """Refuse targets that hold on one day: which of them is meant, nobody could tell."""
    if not value:
        raise refusal(_FORM, "a value", "Name the value.")
    faults = []
    for number, item in enumerate(value):
        for earlier in value[:number]:
            if overlap(item, earlier):
                day = max(filter(None, (item.since, earlier.since)), default=None)
                found = f"is {item.value!r} while {earlier.value!r} holds too{f', from {day} on' if day else ''}"
                remedy = (
                    f"Give {earlier.value!r} an until, or this one a since, so that one ends before the other begins."
                )
                faults.append(
                    Fault(code="FM2005", expected="one value for each day", remedy=remedy, steps=(number,), found=found)
                )
                break
    if faults:
        raise refusals(faults)
    return value


def overlap(one: Dated, other: Dated) -> bool:
    """Return whether there is a day on which both hold."""
    return (one.since or "") < (other.until or "~") and (other.since or "") < (one.until or "~")


Targets = Annotated[
    tuple[Target, ...],
    BeforeValidator(targets, json_schema_input_type=str | list[Target]),
    AfterValidator(_not_overlapping),
]
Map = Annotated[dict[Text, Targets], AfterValidator(lambda value: _not_empty(value, "at least one line"))]


def _not_empty(value: Any, expected: str) -> Any:  # noqa: ANN401 -- any collection
    if not value:
        raise refusal(_FORM, expected, "Fill it, or remove the rule.")
    return value


class Lookup(Settings):
    """A CSV beside the project that says what something is called.

    Attributes:
        file: Its path, relative to the folder of the file that names it.
        key: Column of the CSV that holds what is looked up, as it stands: no globs, whatever the case.
        value: Column of the CSV that holds the value.
        column: Column of a charge that is looked up; ``key`` where it is not given.
    """

    file: Text = Field(description="CSV file, relative to this one.", examples=["accounts.csv"])
    key: Text = Field(description="Its column with what is looked up: texts, not globs.", examples=["SubAccountId"])
    value: Text = Field(description="Its column with the value.", examples=["product"])
    column: Column | None = Field(
        default=None, description="Column of a charge that is looked up, where it is called otherwise than key."
    )

    @model_validator(mode="after")
    def _looks_at_a_column(self) -> Self:
        if self.column is None and self.key not in COLUMNS:
            hint = did_you_mean(self.key, COLUMNS)
            remedy = hint or f"Say which column of a charge it is: column: SubAccountId beside key: {self.key}."
            expected = "a text column of FOCUS, or column beside it"
            raise refusals([Fault(code=_COLUMN, expected=expected, remedy=remedy, steps=("key",))])
        return self


def _condition(value: object) -> object:
    """Read what a condition may be as a mapping: texts, what must not be, or nothing for absent."""
    if isinstance(value, dict):
        return value
    return {"absent": True} if value is None else {"any": texts(value)}


class Condition(Settings):
    """What a column, tag or dimension must be: one of some texts, none of them, or absent."""

    any: Texts = Field(
        default=(), description="Texts, globs or /patterns/, one of which it must be.", examples=[["search*"]]
    )
    none: Texts = Field(
        default=(), alias="not", description="Texts, globs or /patterns/ that it must not be.", examples=[["test*"]]
    )
    absent: Flag = Field(default=False, description="Whether there must be none.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.absent and (self.any or self.none):
            expected, remedy = "absent alone", "Make two rules of it, or take absent out."
            raise refusals([Fault(code=_FORM, expected=expected, remedy=remedy, steps=("absent",))])
        if not (self.absent or self.any or self.none):
            expected = "texts, {not: texts}, or nothing at all for absent"
            raise refusal(_FORM, expected, 'Write "*" for whatever it is.')
        return self


OneCondition = Annotated[
    Condition, BeforeValidator(_condition, json_schema_input_type=str | list[str] | Condition | None)
]
When = Annotated[
    dict[Annotated[str, AfterValidator(_place)], OneCondition],
    AfterValidator(lambda value: _not_empty(value, "at least one condition")),
]


class RuleSettings(Dated):
    """One rule: exactly one key says where the value comes from."""

    tag: Texts = Field(
        default=(),
        description="Tag keys, the first of which is the one to write; case, separators and suppliers' prefixes are "
        "ignored.",
        examples=[["product", "app"]],
    )
    label: Texts = Field(default=(), description="Kubernetes labels.", examples=[["app.kubernetes.io/part-of"]])
    account: Map | None = Field(
        default=None,
        description="SubAccountId, or a glob of it, to value.",
        examples=[{"111122223333": "search"}],
    )
    account_name: Map | None = Field(
        default=None, description="SubAccountName, or a glob of it, to value.", examples=[{"search-*": "search"}]
    )
    project: Map | None = Field(
        default=None, description="The same as account, in Google's word.", examples=[{"northwind-maps": "search"}]
    )
    name: Map | None = Field(
        default=None,
        description="Pattern of resource names to value; the last part of ResourceId where there is no name.",
        examples=[{"search-*": "search"}],
    )
    id: Map | None = Field(
        default=None,
        description="Pattern of resource ids to value.",
        examples=[{"*/resourcegroups/rg-search*": "search"}],
    )
    column: Column | None = Field(
        default=None,
        description="Column of FOCUS whose text is the value, or is mapped to one.",
        examples=["ServiceName"],
    )
    map: Map | None = Field(
        default=None, description="Of column and dimension: text, glob or /pattern/ to value.", examples=[{"a": "b"}]
    )
    patterns: Column | None = Field(
        default=None, description="Column that the patterns of the values are compared with.", examples=["ResourceName"]
    )
    lookup: Lookup | None = Field(default=None, description="A CSV that says what something is called.")
    parent: str | None = Field(
        default=None,
        description="resource: what the resource is called that this one is part of, by its id.",
        examples=["resource"],
        json_schema_extra={"enum": ["resource"]},
    )
    parents: Text | None = Field(
        default=None, description="Of parent: CSV with the columns child and parent, resource ids.", examples=["p.csv"]
    )
    dimension: Text | None = Field(
        default=None, description="Another dimension that says it, by map.", examples=["team"]
    )
    when: When | None = Field(
        default=None,
        description="Conditions that must all hold: FOCUS column, tag.KEY, label.KEY or dimension to text, glob, "
        "/pattern/, list of them, {not: list}, or nothing for absent.",
        examples=[{"ServiceName": "Amazon SageMaker", "SubAccountId": ["4444*"]}],
    )
    value: Text | None = Field(
        default=None, alias="is", description="The value where when holds; alone: whatever it is.", examples=["ml"]
    )

    @property
    def kind(self) -> str:
        """Return the key that says what the rule is."""
        return next(name for name in KINDS if self._has(name))

    def _has(self, kind: str) -> bool:
        return bool(getattr(self, "value" if kind == "is" else kind))

    @model_validator(mode="before")
    @classmethod
    def _is_not_empty(cls, data: Any) -> Any:  # noqa: ANN401 -- as the file has it
        """Refuse a source that is named and left out: ``when:`` beside ``is`` would become a rule for everything."""
        given = data if isinstance(data, dict) else {}
        empty = [kind for kind in KINDS if given.get(kind, kind) is None or (kind in _LISTS and given.get(kind) == [])]
        if empty:
            remedy = "Fill it, or take the line out."
            faults = [Fault(code=_KIND_OF_VALUE, expected="something", remedy=remedy, steps=(kind,)) for kind in empty]
            raise refusals(faults)
        return data

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        kinds = [name for name in KINDS if self._has(name)]
        also = _ALSO.get(kinds[0], ()) if kinds else ()
        faults = []
        if not kinds:
            remedy = "Say where the value comes from."
            faults.append(Fault(code=_KIND, expected=listing(KINDS), remedy=remedy, found="has no source"))
        faults += [
            Fault(code=_KIND, expected=f"{kinds[0]} alone", remedy="Make two rules of it: the first one wins.",
                  steps=(name,), found=f"stands beside {kinds[0]}")
            for name in kinds[1:] if name not in also
        ]  # fmt: skip
        faults += self._incomplete(kinds[0] if kinds else "")
        if faults:
            raise refusals(faults)
        return self

    def _incomplete(self, kind: str) -> list[Fault]:
        found = []
        if kind == "when" and self.value is None:
            found.append(("is", "a value for what the conditions find", "Add is: and the value."))
        if kind == "dimension" and self.map is None:
            found.append(("map", "a map from its values", "Add map: {their value: value of this dimension}."))
        faults = [
            Fault(code=_KIND, expected=expected, remedy=remedy, found=f"has no {key}")
            for key, expected, remedy in found
        ]
        if self.map is not None and kind not in {"", "column", "dimension"}:
            faults.append(Fault(code=_KIND, expected="map beside column or dimension", remedy="Add column:.",
                                steps=("map",), found="stands alone"))  # fmt: skip
        if self.parent not in {None, "resource"}:
            faults.append(
                Fault(code="FM1003", expected="resource", remedy="Write parent: resource.", steps=("parent",))
            )
        if self.parents and self.parent is None:
            faults.append(Fault(code=_KIND, expected="parents beside parent", remedy="Add parent: resource.",
                                steps=("parents",), found="stands alone"))  # fmt: skip
        return faults

    @property
    def mapped(self) -> tuple[str, dict[str, tuple[Target, ...]]] | None:
        """Return key and map of a rule that maps texts to values; None for any other rule."""
        if self.kind in {"column", "dimension"}:
            return ("map", self.map) if self.map else None
        return (self.kind, getattr(self, self.kind)) if self.kind in _MAPS else None

    @property
    def looked_at(self) -> str | None:
        """Return the column of a charge that a map, lookup or column rule looks at; ``name`` and ``id`` as they are."""
        if self.kind == "lookup" and self.lookup is not None:
            return self.lookup.column or self.lookup.key
        if self.kind in {"column", "patterns"}:
            return self.column or self.patterns
        return _MAPS.get(self.kind)
