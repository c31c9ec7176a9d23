"""Accepted aliases stand in the taxonomy, all of them or none, once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finmod.errors import UserError
from finmod.settings.edits.files import TaxonomyFiles
from finmod.settings.edits.taxonomy import NewAlias, add_aliases
from finmod.settings.yaml import parse_yaml
from finmod.taxonomy.fold import fold
from finmod.taxonomy.reading import read_taxonomy
from tests.settings.edits.aliases import HEAD, add, refused, written


def test_aliases_of_several_values_and_dimensions_are_added_at_once(tmp_path: Path) -> None:
    text = (
        "dimensions:\n  product: {values: [search, ads]}\n  team:\n    values:\n      web:\n      api: {aliases: [a]}\n"
    )
    path = written(tmp_path, text)
    new = [
        NewAlias("team", "api", "b"),
        NewAlias("product", "ads", "adz"),
        NewAlias("team", "web", "w"),
        NewAlias("product", "search", "srch"),
        NewAlias("product", "ads", "ad"),
    ]
    changes = add_aliases(path, new)
    assert path.read_text() == (
        "dimensions:\n  product: {values: {search: {aliases: [srch]}, ads: {aliases: [adz, ad]}}}\n"
        "  team:\n    values:\n      web: {aliases: [w]}\n      api: {aliases: [a, b]}\n"
    )
    assert [(change.alias, change.line) for change in changes] == list(zip(new, (6, 2, 5, 2, 2), strict=True))


@pytest.mark.parametrize(
    ("alias", "message"),
    [
        ("", "'' cannot be an alias; expected a text that is not blank."),
        ("a\x00b", "'a\N{REPLACEMENT CHARACTER}b' cannot be an alias; expected no control characters and no halves"),
        ("a\x1bb", "expected no control characters"),
        ("a\ud800", "expected no control characters and no halves of characters"),
        ("a\rb", "expected no control characters"),
        ("x" * 10_000, "expected at most 256 characters, as in any supplier's tags"),
        ("*", "expected a text without * and ?, and not between slashes: an alias with them is a pattern"),
        ("sear?h", "expected a text without * and ?"),
        ("/.+/", "expected a text without * and ?"),
    ],
)
def test_texts_that_cannot_be_aliases_are_refused(tmp_path: Path, alias: str, message: str) -> None:
    path = written(tmp_path, f"{HEAD} {{search: {{}}}}\n")
    said = refused(path, "fine", alias)
    assert message in said
    assert said.endswith("Correct the tag on the resources. (FM2043, docs/errors.md)")


def test_every_alias_that_cannot_be_added_is_told_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEAD} {{search: {{aliases: [srch]}}, ads: {{}}}}\n  open: {{}}\n")
    new = [
        NewAlias("prodct", "search", "a"),
        NewAlias("zz", "search", "a"),
        NewAlias("product", "serch", "a"),
        NewAlias("product", "zz", "a"),
        NewAlias("open", "search", "a"),
        NewAlias("product", "ads", "SRCH"),
        NewAlias("product", "search", "both"),
        NewAlias("product", "ads", "both"),
    ]
    with pytest.raises(UserError) as caught:
        add_aliases(path, new, fold=fold)
    assert [str(problem).replace("\n  ", " ") for problem in caught.value.problems] == [
        "taxonomy.yaml: there is no dimension 'prodct'. Did you mean 'product'? (FM2040, docs/errors.md)",
        "taxonomy.yaml: there is no dimension 'zz'. Add the dimension to taxonomy.yaml first. (FM2040, docs/errors.md)",
        "taxonomy.yaml: the dimension 'product' has no value 'serch'. Did you mean 'search'? (FM2041, docs/errors.md)",
        (
            "taxonomy.yaml: the dimension 'product' has no value 'zz'. Add the value to taxonomy.yaml first. "
            "(FM2041, docs/errors.md)"
        ),
        (
            "taxonomy.yaml: the dimension 'open' has no values: any text is one. List its values first. "
            "(FM2042, docs/errors.md)"
        ),
        (
            "taxonomy.yaml: 'SRCH' means 'search' already, in product; expected a text that means 'ads' alone. "
            "Take it from 'search' in taxonomy.yaml, or leave it out: --text accepts others. (FM2044, docs/errors.md)"
        ),
        (
            "taxonomy.yaml: 'both' means 'search' too, in product; expected a text that means 'ads' alone. "
            "Decide for one of the two. (FM2044, docs/errors.md)"
        ),
    ]
    assert path.read_text() == f"{HEAD} {{search: {{aliases: [srch]}}, ads: {{}}}}\n  open: {{}}\n"


def test_the_name_of_another_value_is_no_alias(tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEAD} {{search: {{}}, ads: {{}}}}\n")
    assert "'Search' means 'search' already, in product" in refused(path, "Search", value="ads")


@pytest.mark.parametrize(
    "values", ["{search: {aliases: [srch]}}", "{search: {aliases: srch}}", "{search: {aliases: [{is: srch}]}}"]
)
def test_an_alias_that_is_there_is_no_change(tmp_path: Path, values: str) -> None:
    path = written(tmp_path, f"{HEAD} {values}\n")
    before = path.stat().st_mtime_ns
    assert add(path, "srch", "search", "SRCH ", "Search") == ()
    assert path.stat().st_mtime_ns == before


def test_one_alias_given_twice_is_added_once(tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEAD} {{search: {{}}}}\n")
    assert len(add(path, "srch", "srch", "SRCH")) == 1
    assert path.read_text() == f"{HEAD} {{search: {{aliases: [srch]}}}}\n"


def test_each_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, f"{HEAD} {{ads: {{}}}}\n", "more.yaml")
    path = written(tmp_path, f"include: [more.yaml, more.yaml]\n{HEAD} {{search: {{}}}}\n    extends: true\n")
    opened: list[str] = []
    original = Path.open

    def noted(self: Path, mode: str) -> Any:  # noqa: ANN401 -- as Path.open has it
        opened.append(self.name)
        return original(self, mode)

    monkeypatch.setattr(Path, "open", noted)
    TaxonomyFiles(path, fold)
    assert opened == ["taxonomy.yaml", "more.yaml"]


def test_a_file_with_problems_is_left(tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEAD} {{search: {{}}, search: {{}}}}\n")
    assert "the key 'search' stands twice" in refused(path, "srch")
    path = written(tmp_path, f"{HEAD} {{search: {{aliases: }}}}\n")
    assert "aliases is empty" in refused(path, "srch")
    path = written(tmp_path, f"{HEAD} {{search: {{colour: red}}}}\n")
    assert "colour" in refused(path, "srch")


def test_values_in_included_files_of_the_user_are_found(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    other = written(
        tmp_path, "include: ../taxonomy.yaml\ndimensions: {product: {values: {search: {}}}}\n", "more/own.yaml"
    )
    path = written(tmp_path, f"include: [ai, more/own.yaml]\n{HEAD} {{ads: {{}}}}\n")
    changes = add(path, "srch")
    assert [(change.file, change.line) for change in changes] == [("more/own.yaml", 2)]
    assert "aliases: [srch]" in other.read_text()
    with pytest.raises(UserError) as caught:
        add(path, "x", value="gpt")
    assert str(caught.value).endswith(
        "Rule sets that finmod ships are not edited: write the value into taxonomy.yaml first, with the aliases and "
        "patterns that it has there. (FM2041, docs/errors.md)"
    )


def test_a_dimension_that_replaces_an_included_one_hides_what_its_texts_mean(tmp_path: Path) -> None:
    other = written(tmp_path, f"{HEAD} {{ads: {{aliases: [adz, srch]}}, maps: {{}}}}\n", "own.yaml")
    path = written(tmp_path, f"include: own.yaml\n{HEAD} {{search: {{}}, ads: {{aliases: [a]}}}}\n    extends: false\n")
    before = other.read_bytes()
    assert [change.file for change in add(path, "srch", "adz")] == ["taxonomy.yaml", "taxonomy.yaml"]
    assert other.read_bytes() == before
    assert "has no value 'maps'" in refused(path, "m", value="maps")
    assert set(read_taxonomy(tmp_path).dimensions["product"].values or {}) == {"search", "ads"}


def test_a_value_that_replaces_an_included_one_does_not_have_its_aliases(tmp_path: Path) -> None:
    written(tmp_path, f"{HEAD} {{search: {{aliases: [srch]}}, ads: {{aliases: adz}}}}\n", "own.yaml")
    path = written(tmp_path, f"include: own.yaml\n{HEAD} {{search: {{}}}}\n")
    assert [change.file for change in add(path, "srch")] == ["taxonomy.yaml"]
    (alias,) = (read_taxonomy(tmp_path).dimensions["product"].values or {})["search"].aliases
    assert alias.text == "srch"
    assert refused(path, "ADZ") == (
        "taxonomy.yaml: 'ADZ' means 'ads' already, in product; expected a text that means 'search' alone.\n  Take it "
        "from 'ads' in own.yaml, or leave it out: --text accepts others. (FM2044, docs/errors.md)"
    )


CSV = "value,aliases,owner\nsearch,srch,x\nads,,y\n"


def refusals(path: Path, new: list[NewAlias]) -> set[str]:
    """Add aliases; return the codes of what was in the way."""
    try:
        add_aliases(path, new, fold=fold)
    except UserError as error:
        return {problem.code for problem in error.problems}
    return set()


TEXT = st.text(min_size=1, max_size=12)
LAYOUTS = (
    "dimensions:{n}  product:{n}    values:{n}      # c{n}      search: {{}}  # d{n}      'ads': {{owner: x}}{n}",
    "dimensions: {{product: {{values: [search, ads]}}}}",
    "dimensions:{n}  product:{n}    values:{n}      - search  # d{n}      - ads{n}",
    "dimensions:{n}  product:{n}    values:{n}      search:{n}        aliases:{n}          - old{n}      ads:{n}",
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from(["search", "ads"]), TEXT), min_size=1, max_size=4),
    st.sampled_from(LAYOUTS),
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_text_is_added_once_or_refused(
    tmp_path: Path, wanted: list[tuple[str, str]], layout: str, newline: str
) -> None:
    path = written(tmp_path, layout.format(n=newline))
    before = path.read_bytes()
    new = [NewAlias("product", value, text) for value, text in wanted]
    if codes := refusals(path, new):
        assert path.read_bytes() == before
        assert codes <= {"FM2043", "FM2044"}
        return
    after = path.read_bytes()
    values = parse_yaml(after.decode(), "t").root.plain()["dimensions"]["product"]["values"]
    for value, text in wanted:
        told = [fold(value), *(fold(each) for each in (values[value] or {}).get("aliases", []))]
        assert told.count(fold(text)) == 1
    assert add_aliases(path, new, fold=fold) == ()
    assert path.read_bytes() == after
    if newline == "\r\n":
        assert after.count(b"\n") == after.count(b"\r\n")
