"""Every value of a YAML text has its place, to the character."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from finmod.settings.places import Place, places
from finmod.settings.quoting import yaml_scalar
from finmod.settings.yaml import parse_yaml


def found(place: Place) -> Iterator[Place]:
    yield place
    for key, value in place.entries or ():
        yield from found(key)
        yield from found(value)
    for item in place.items or ():
        yield from found(item)


def test_scalars_stand_where_they_are_said_to() -> None:
    text = "a: &x 'b c'   # d\r\n\N{GRINNING FACE}: [e, \"f\\x41\", *x]\r\ng:\r\n  - h\r\n"
    stands = [(each.text, text[each.start : each.end]) for each in found(places(text)) if each.is_scalar]
    assert stands == [
        ("a", "a"),
        ("b c", "&x 'b c'"),
        ("\N{GRINNING FACE}", "\N{GRINNING FACE}"),
        ("e", "e"),
        ("fA", '"f\\x41"'),
        ("g", "g"),
        ("h", "h"),
    ]


def test_brackets_anchors_and_nothing_are_told_apart() -> None:
    text = "a: &x [b]\nc: *x\nd:\ne: {f}\n"
    root = places(text)
    values = {key.text: value for key, value in root.entries or ()}
    assert (values["a"].flow, values["a"].anchored, text[values["a"].opened :][:2]) == (True, True, "b]")
    assert values["c"].repeats
    assert values["d"].is_absent
    assert [value.is_absent for _, value in values["e"].entries or ()] == [True]
    assert root.entry("z") is None
    assert values["a"].entry("b") is None


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1), min_size=1))
def test_any_text_is_found_again(texts: list[str]) -> None:
    text = f"a: [{', '.join(map(yaml_scalar, texts))}]\n"
    pair = places(text).entry("a")
    assert pair is not None
    assert [item.text for item in pair[1].items or ()] == texts == parse_yaml(text, "t").root.plain()["a"]
