"""From what a model refuses to what the user reads: one placed problem per fault of a file.

Owns the wording and the place of each problem. What is allowed stands in the models; what was expected
is read from their JSON Schema, so that editor and message agree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from finmod.errors import Problem, UserError, near, printable
from finmod.settings.yaml import Document, Entry, Node, Steps

Schema = dict[str, Any]

MOST_PROBLEMS = 100

_REMEDIES = {
    "FM1003": "Write one of these values.",
    "FM1005": "Write a value of that kind.",
    "FM1006": "Correct the value.",
    "FM1007": "The columns are listed in docs/reference/schema/finmod.schema.json.",
    "FM1009": "Correct the path.",
}


class Settings(BaseModel):
    """The base of every model of a project file: no conversion, no unknown key, no change later."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, validate_by_name=False)


Model = TypeVar("Model", bound=BaseModel)


KEY = "[key]"
"""Behind the steps to a value it means its key, as pydantic has it."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with a value, or inside it.

    Attributes:
        code: Stable code.
        expected: What was expected.
        remedy: What to do; that of the code where it is None.
        steps: The way from the value to what is wrong; with ``KEY`` behind it where that is a key.
        found: What was found, behind the name of what is wrong; its value where it is None.
    """

    code: str
    expected: str
    remedy: str | None = None
    steps: Steps = ()
    found: str | None = None


def refusal(code: str, expected: str, remedy: str | None = None) -> Exception:
    """Return what a validator raises: the code, what was expected and what to do."""
    return refusals([Fault(code=code, expected=expected, remedy=remedy)])


def refusals(faults: Iterable[Fault]) -> Exception:
    """Return what a validator raises for several faults."""
    found = list(faults)
    return PydanticCustomError("refused", "expected {expected}", {"expected": found[0].expected, "faults": found})


def listing(words: Iterable[str], last: str = "or") -> str:
    """Return words as a sentence has them.

    >>> listing(["focus", "aws-cur", "aws-cur2"])
    'focus, aws-cur or aws-cur2'
    """
    *head, tail = words
    return f"{', '.join(head)} {last} {tail}" if head else tail


def did_you_mean(word: object, choices: Iterable[str]) -> str | None:
    """Return the hint that names the nearest choice, or None."""
    found = near(word, choices) if isinstance(word, str) else None
    return f"Did you mean {found!r}?" if found else None


def unknown_word(word: str, known: Collection[str], *, code: str, found: str) -> Problem:
    """Return what is said of a word that is none of some, of which there is one at least.

    Args:
        word: What was written.
        known: What could have been.
        code: Of the problem.
        found: What was found, a clause that has the word in it.
    """
    remedy = did_you_mean(word, known) or "Name one of these."
    return Problem(code=code, found=found, expected=listing(known), remedy=remedy)


def validated(model: type[Model], document: Document) -> Model:
    """Return a document as a model.

    Raises:
        UserError: All problems of the file in the order of its lines, at most ``MOST_PROBLEMS``.
    """
    result, details = None, list[ErrorDetails]()
    try:
        result = model.model_validate(document.root.plain())
    except ValidationError as error:
        details = error.errors(include_url=False)
    if result is not None and not document.problems:
        return result
    schema = model.model_json_schema()
    found = [item for detail in details[:MOST_PROBLEMS] for item in _problems(detail, schema, document)]
    found = sorted([*document.problems[:MOST_PROBLEMS], *found], key=line_and_column)
    total = len(document.problems) + len(details)
    if total > MOST_PROBLEMS:
        found = [*found[:MOST_PROBLEMS], _and_more(total, document)]
    raise UserError(*found)


def _and_more(total: int, document: Document) -> Problem:
    return Problem(
        code="FM1024",
        found=f"there are {total:,} problems; the first {MOST_PROBLEMS} are shown",
        where=document.name or None,
        remedy="Mend these first, and check that the file is the right one.",
    )


def first_problems(problems: list[Problem], name: str) -> list[Problem]:
    """Return as many problems of a file as anybody reads, and one more that says so where there are others."""
    if len(problems) <= MOST_PROBLEMS:
        return problems
    more = Problem(
        code="FM1024",
        found=f"there are more problems than the first {MOST_PROBLEMS}, which are shown",
        where=name,
        remedy="Mend these first, and check that the files are the right ones.",
    )
    return [*problems[:MOST_PROBLEMS], more]


def unplaced(data: Mapping[str, Any], options: Mapping[str, str]) -> Document:
    """Return data that stands in no file as a document.

    Args:
        data: Keys and values as a file would have them.
        options: Key -> what messages call it: the option of the command line.
    """
    return Document("", _node(data), options=options)


def _node(value: object) -> Node:
    if isinstance(value, Mapping):
        return Node(0, 0, {str(key): Entry(0, 0, _node(inside)) for key, inside in value.items()})
    if isinstance(value, list | tuple):
        return Node(0, 0, [_node(item) for item in value])
    return Node(0, 0, value, str(value))


def line_and_column(problem: Problem) -> tuple[int, ...]:
    """Return line and column of a problem, to bring those of one file into their order."""
    return tuple(int(part) for part in (problem.where or "").split(":")[-2:] if part.isdigit())


def _problems(detail: ErrorDetails, schema: Schema, document: Document) -> list[Problem]:
    steps: Steps = detail["loc"]
    if detail["type"] == "missing":
        return [_missing(steps, schema, document)]
    if detail["type"] == "extra_forbidden":
        return [_unknown(steps, schema, document)]
    if detail["type"] != "refused":
        return [_wrong(detail, steps, schema, document)]
    return [_refused(fault, (*steps, *fault.steps), document) for fault in detail["ctx"]["faults"]]


def _refused(fault: Fault, steps: Steps, document: Document) -> Problem:
    is_key = steps[-1:] == (KEY,)
    steps, node, key = document.find(steps[:-1] if is_key else steps)
    if fault.found is not None:
        found = f"{_name(steps, document)} {fault.found}"
    elif is_key:
        key_of = f"{_name(steps[:-1], document)} {'names' if document.options else 'has the key'}"
        found = f"{key_of} {_text(str(steps[-1]))}"
    else:
        found = _is(steps, node, document)
    where = _where(document, key if is_key else (node.line, node.column))
    remedy = fault.remedy or _REMEDIES[fault.code]
    return Problem(code=fault.code, found=found, expected=fault.expected, where=where, remedy=remedy)


def _missing(steps: Steps, schema: Schema, document: Document) -> Problem:
    examples = _at(schema, steps).get("examples", ["..."])
    _, _, at = document.find(steps[:-1])
    return Problem(
        code="FM1002",
        found=f"{_name(steps, document)} is missing",
        where=_where(document, at),
        remedy=f"Add it, such as '{steps[-1]}: {examples[0]}'.",
    )


def _unknown(steps: Steps, schema: Schema, document: Document) -> Problem:
    known = [key for choice in _choices(_at(schema, steps[:-1]), schema) for key in choice.get("properties", {})]
    there, _, at = document.find(steps)
    hint = did_you_mean(steps[-1], known)
    return Problem(
        code="FM1004",
        found=f"{_name(there, document)} is no key of this file",
        expected=listing(known),
        where=_where(document, at),
        remedy=hint or "Remove it.",
    )


def _wrong(detail: ErrorDetails, steps: Steps, schema: Schema, document: Document) -> Problem:
    """Return the problem of a value of the wrong type, outside a list of choices or out of range."""
    steps, node, _ = document.find(steps)
    allowed = _at(schema, steps)
    kind = detail["type"]
    code = {"literal_error": "FM1003", "greater_than_equal": "FM1006", "less_than_equal": "FM1006"}.get(kind, "FM1005")
    words = [str(word) for choice in _choices(allowed, schema) for word in choice.get("enum", ())]
    remedy = did_you_mean(node.content, words)
    if kind == "string_type" and isinstance(node.content, int | Decimal):
        remedy = f'Put it in quotes: "{node.text}".'
    return Problem(
        code=code,
        found=_is(steps, node, document),
        expected=_phrase(allowed, schema),
        where=_where(document, (node.line, node.column)),
        remedy=remedy or _REMEDIES[code],
    )


def _where(document: Document, at: tuple[int, int]) -> str | None:
    return f"{document.name}:{at[0]}:{at[1]}" if document.name else None


def _name(steps: Steps, document: Document) -> str:
    """Return the path to a value as a person counts, items of a list from 1; an option by its own name."""
    if steps and steps[0] in document.options:
        # An option is given once for each of its values, so that the value tells which one is meant.
        inside = (printable(step, 80) for step in steps[1:] if isinstance(step, str))
        return " ".join((document.options[str(steps[0])], *inside))
    words = [str(step + 1) if isinstance(step, int) else printable(step, 80) for step in steps]
    return ".".join(words) or "the file"


def _is(steps: Steps, node: Node, document: Document) -> str:
    name = _name(steps, document)
    if node.content is None:
        return f"{name} is empty"
    if isinstance(node.content, dict | list):
        kind = "mapping" if isinstance(node.content, dict) else "list"
        return f"{name} is {'a' if node.content else 'an empty'} {kind}"
    return f"{name} is {_text(node.content) if isinstance(node.content, str) else printable(node.text)}"


def _text(text: str) -> str:
    return repr(printable(text, 80))


def _resolved(schema: Schema, root: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    return {**root["$defs"][schema["$ref"].rsplit("/", 1)[1]], **{k: v for k, v in schema.items() if k != "$ref"}}


def _choices(schema: Schema, root: Schema) -> list[Schema]:
    """Return the alternatives of a schema, null left out."""
    inside = [_resolved(choice, root) for choice in schema.get("anyOf", [schema])]
    return [choice for choice in inside if choice.get("type") != "null"]


def _at(root: Schema, steps: Steps) -> Schema:
    """Return the schema of the value at a path; empty where any value is allowed."""
    schema = _resolved(root, root)
    for step in steps:
        for choice in _choices(schema, root):
            inside = choice.get("items") if isinstance(step, int) else choice.get("properties", {}).get(step)
            inside = inside or (choice.get("additionalProperties") if isinstance(step, str) else None)
            if isinstance(inside, dict):
                schema = _resolved(inside, root)
                break
        else:
            return {}
    return schema


def _phrase(schema: Schema, root: Schema) -> str:
    """Return what a schema allows, as the words after 'expected'."""
    return listing(dict.fromkeys(_phrase_of_one(choice) for choice in _choices(schema, root)))


def _phrase_of_one(schema: Schema) -> str:
    if "enum" in schema:
        return listing(map(str, schema["enum"]))
    if schema.get("type") == "integer":
        return f"a whole number from {schema['minimum']} to {schema['maximum']}"
    if schema.get("type") == "number" and {"minimum", "maximum"} <= schema.keys():
        return f"a number from {schema['minimum']} to {schema['maximum']}"
    return {"array": "a list", "object": "a mapping (lines of the form 'key: value')"}.get(schema["type"], "text")
