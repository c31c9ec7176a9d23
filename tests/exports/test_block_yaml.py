"""YAML that readers of YAML 1.1 and 1.2 read alike, whatever the texts are."""

from __future__ import annotations

from typing import Any

import pytest
from c7n.utils import yaml_load
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from finmod.exports.block_yaml import block_yaml

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
VALUE: st.SearchStrategy[Any] = st.recursive(
    st.one_of(TEXT, st.integers(-9, 99), st.booleans()),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4), st.dictionaries(TEXT, inner, min_size=1, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(TEXT, VALUE, min_size=1, max_size=4))
def test_what_is_written_is_read_back_by_both_versions(data: dict[str, Any]) -> None:
    text = block_yaml(data)
    assert yaml_load(text) == data
    assert YAML(typ="safe", pure=True).load(text) == data


@pytest.mark.parametrize(
    "text",
    ["on", "No", "y", "null", "~", "12:30", "1_000", "0o17", "1e3", "*x", "&x", "!x", "a: b", "a #b", "- a", "{a}",
     "[a]", "${x}", "'a'", '"a"', "a\\b", "", " a ",
      "%x", "@x", "`x", "a\n\nb", "\x85", "\u2028", "\ufeff", "😀", "=", "<<"],
)  # fmt: skip
def test_a_text_that_means_something_in_yaml_stays_a_text(text: str) -> None:
    written = block_yaml({"value": text, "values": [text]})
    assert yaml_load(written) == {"value": text, "values": [text]}
    assert YAML(typ="safe", pure=True).load(written) == {"value": text, "values": [text]}


def test_lists_of_mappings_stand_in_block_style() -> None:
    data: dict[str, Any] = {
        "policies": [{"name": "a", "filters": [{"not": [{"or": [{"key": "tag:x"}, {"key": "y"}]}]}], "days": 4}]
    }
    assert block_yaml(data) == (
        "policies:\n"
        "  - name: a\n"
        "    filters:\n"
        "      - not:\n"
        "          - or:\n"
        '              - key: "tag:x"\n'
        '              - key: "y"\n'
        "    days: 4\n"
    )
