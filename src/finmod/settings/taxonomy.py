"""taxonomy.yaml: business dimensions, their values, the rules that name charges, and what must be tagged.

Owns the models of that file. Files that it includes have the same form; how they come together is told in ``taxonomy``.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from finmod.settings.rule import Dated, Flag, RuleSettings, Targets, Text, Texts, When, is_number, texts, unquoted
from finmod.settings.source import many
from finmod.settings.validate import Fault, Settings, refusal, refusals

TAXONOMY = "taxonomy.yaml"

DIMENSION_NAME = "^[a-z][a-z0-9_-]{0,39}$"
_KIND, _FORM, _TWICE = "FM1005", "FM1006", "FM1015"
_SHARE, _WRITE_SHARE = "a share from 0 to 1, such as 0.95", "Write 0.95 for 95 %."
_LONGEST = 200


def _dimension_name(value: str) -> str:
    if not re.fullmatch(DIMENSION_NAME, value) or value.endswith("\n"):
        expected = "a lower-case letter, then lower-case letters, digits, _ or -, at most 40 characters"
        raise refusal(_FORM, expected, "Rename the dimension.")
    return value


VALUE_NAME = f"a name of 1 to {_LONGEST} printable characters, without blanks around it"
"""What messages expect of a value's name."""


def is_value_name(text: str) -> bool:
    """Return whether a text can be the name of a value."""
    return 0 < len(text) <= _LONGEST and text == text.strip() and text.isprintable()


def _value_name(value: str) -> str:
    if not is_value_name(value):
        raise refusal(_FORM, VALUE_NAME, "Correct the name.")
    return value


def _aliases(value: object) -> object:
    given = texts(value)
    return (
        tuple({"is": each} if isinstance(each, str) else each for each in given) if isinstance(given, tuple) else given
    )


class Alias(Dated):
    """Another text for a value, for a time."""

    text: Text = Field(alias="is", description="The text, or a glob.", examples=["srch"])


class ValueSettings(Dated):
    """One value of a dimension."""

    aliases: Annotated[tuple[Alias, ...], BeforeValidator(_aliases, json_schema_input_type=str | list[str | Alias])] = (
        Field(default=(), description="Other texts for it, as they stand in tags; globs too.", examples=[["srch"]])
    )
    patterns: Texts = Field(
        default=(), description="Patterns of names that mean it, for rules with patterns.", examples=[["search-*"]]
    )
    owner: Text | None = Field(default=None, description="Who answers for it.", examples=["search-team"])
    parent: Targets | None = Field(
        default=None, description="The value of the dimension above that it belongs to.", examples=["discovery"]
    )
    shared: Flag = Field(
        default=False, description="Whether others use it too, as a platform: no missing tag is inferred to be it."
    )
    label: Text | None = Field(default=None, description="How reports call it.", examples=["Search"])


def _values(value: object) -> object:
    """Read a list of names as values without settings, and a name with nothing behind it too."""
    if isinstance(value, list):
        faults = [
            unquoted((place,)) if is_number(item)
            else Fault(code=_KIND, expected="text", remedy="Write name: {...} of each value.", steps=(place,))
            for place, item in enumerate(value) if not isinstance(item, str)
        ]  # fmt: skip
        faults += [
            Fault(code=_TWICE, expected="each value once", remedy="Take one of the two out.", steps=(place,))
            for place, item in enumerate(value) if isinstance(item, str) and item in value[:place]
        ]  # fmt: skip
        if faults:
            raise refusals(faults)
        return {item: {} for item in value}
    if isinstance(value, dict):
        return {name: {} if inside is None else inside for name, inside in value.items()}
    return value


def _share(value: object) -> object:
    if value is None or isinstance(value, Decimal):
        return value
    if isinstance(value, bool) or not isinstance(value, int):
        raise refusal(_KIND, _SHARE, _WRITE_SHARE)
    return Decimal(value)


class DimensionSettings(Settings):
    """One business dimension."""

    label: Text | None = Field(default=None, description="How reports call it.", examples=["Product"])
    values: Annotated[
        dict[Annotated[str, AfterValidator(_value_name)], ValueSettings] | None,
        BeforeValidator(_values, json_schema_input_type=dict[str, ValueSettings | None] | list[str] | str | None),
    ] = Field(
        default=None,
        description="Its values: name to settings, a list of names, or a CSV file with the columns value, aliases, "
        "patterns, owner, parent, shared, since, until. Without values any text is one.",
        examples=[{"search": {"aliases": ["srch"], "owner": "search-team"}}],
    )
    values_file: Text | None = Field(
        default=None, description="CSV file with values, beside those of values.", examples=["taxonomy/products.csv"]
    )
    rules: Annotated[tuple[RuleSettings, ...], BeforeValidator(many, json_schema_input_type=list[RuleSettings])] = (
        Field(
            default=(),
            alias="from",
            description="Where the value comes from: the first rule that answers, wins.",
            examples=[[{"tag": ["product", "app"]}]],
        )
    )
    required: Annotated[Decimal | None, BeforeValidator(_share)] = Field(
        default=None,
        description="Share of taggable spend whose tag must be understood, 0 to 1.",
        examples=[Decimal("0.95")],
        json_schema_extra={"minimum": 0, "maximum": 1},
    )
    rolls_up: Text | None = Field(
        default=None,
        description="The dimension above: each value names its parent there.",
        examples=["department"],
    )
    extends: Flag = Field(
        default=True, description="Whether it adds to an included dimension of that name; false replaces that."
    )

    @model_validator(mode="before")
    @classmethod
    def _file_of_values(cls, data: Any) -> Any:  # noqa: ANN401 -- as the file has it
        """Read ``values: products.csv`` as the file of the values."""
        if not isinstance(data, dict) or not isinstance(data.get("values"), str):
            return data
        faults = []
        if not data["values"].strip():
            faults.append(
                Fault(code=_FORM, expected="a CSV file, or values", remedy="Name the file.", steps=("values",))
            )
        if "values_file" in data:
            found, remedy = "names a file too", "Put the values into one file, or write them under values."
            faults.append(Fault(code=_FORM, expected="one file", remedy=remedy, steps=("values_file",), found=found))
        if faults:
            raise refusals(faults)
        return {**data, "values": None, "values_file": data["values"]}

    @model_validator(mode="after")
    def _a_share(self) -> DimensionSettings:
        if self.required is not None and not 0 <= self.required <= 1:
            raise refusals([Fault(code=_FORM, expected=_SHARE, remedy=_WRITE_SHARE, steps=("required",))])
        return self


class TaggableSettings(Settings):
    """What says of some charges whether they can carry tags, against finmod's own table."""

    when: When = Field(description="As in rules.", examples=[{"ServiceName": "AmazonCloudWatch"}])
    taggable: Flag = Field(alias="is", description="Whether they can carry tags.", examples=[False])


class TaxonomyFile(Settings):
    """What every dollar is called."""

    include: Texts = Field(
        default=(),
        description="Rule sets of finmod by name, or other files of this form, relative to this one.",
        examples=[["ai", "shared-spend"]],
    )
    dimensions: Annotated[
        dict[Annotated[str, AfterValidator(_dimension_name)], DimensionSettings],
        BeforeValidator(lambda value: {} if value is None else value),
    ] = Field(
        default={},
        description="The business dimensions: name to values and rules.",
        json_schema_extra={"propertyNames": {"pattern": DIMENSION_NAME}},
    )
    taggable: Annotated[
        tuple[TaggableSettings, ...], BeforeValidator(many, json_schema_input_type=list[TaggableSettings])
    ] = Field(default=(), description="What can carry tags, where finmod's own table says otherwise.")
