"""An alias goes where it belongs in every form of values, and no other character moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.settings.edits.taxonomy import NewAlias, add_aliases
from finmod.settings.yaml import parse_yaml
from tests.settings.edits.aliases import HEAD, add, refused, written


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (" {search: {}}\n", " {search: {aliases: [srch]}}\n"),
        (" {search, ads}\n", " {search: {aliases: [srch]}, ads}\n"),
        (" {search: , ads: }\n", " {search: {aliases: [srch]} , ads: }\n"),
        (" {search: {owner: x}}\n", " {search: {aliases: [srch], owner: x}}\n"),
        (" {search: { owner: x }}\n", " {search: { aliases: [srch], owner: x }}\n"),
        (" {search: {aliases: [], owner: x}}\n", " {search: {aliases: [srch], owner: x}}\n"),
        (" {search: {aliases: ['a b', c,]}}\n", " {search: {aliases: ['a b', c, srch,]}}\n"),
        (" {search: {aliases: a}}\n", " {search: {aliases: [a, srch]}}\n"),
        (" {search: {aliases: 'a b'}}\n", " {search: {aliases: ['a b', srch]}}\n"),
        (
            " {search: {aliases: [{is: a, since: 2026-01-01}]}}\n",
            " {search: {aliases: [{is: a, since: 2026-01-01}, srch]}}\n",
        ),
        ("\n      search:\n      ads: {}\n", "\n      search: {aliases: [srch]}\n      ads: {}\n"),
        ("\n      search:   # big\n      ads:\n", "\n      search: {aliases: [srch]}   # big\n      ads:\n"),
        ("\n      search: ~  # none\n", "\n      search: {aliases: [srch]}  # none\n"),
        ("\n      'search': {}\n", "\n      'search': {aliases: [srch]}\n"),
        ("\n      search :\n", "\n      search : {aliases: [srch]}\n"),
        (
            "\n      search:  # ours\n        # the owner\n        owner: x\n",
            "\n      search:  # ours\n        aliases: [srch]\n        # the owner\n        owner: x\n",
        ),
        ("\n      search: &s\n        owner: x\n", "\n      search: &s\n        aliases: [srch]\n        owner: x\n"),
        (
            "\n      search:\n        aliases:  # list\n          - a  # one\n          # behind\n        owner: x\n",
            (
                "\n      search:\n        aliases:  # list\n          - a  # one\n          - srch\n"
                "          # behind\n        owner: x\n"
            ),
        ),
        (
            "\n      search:\n        aliases:\n        -   a\n        -   is: b\n            since: 2026-01-01\n",
            (
                "\n      search:\n        aliases:\n        -   a\n        -   is: b\n            since: 2026-01-01\n"
                "        -   srch\n"
            ),
        ),
        (
            "\n      search: {\n        owner: x,  # who\n      }\n",
            "\n      search: {\n        aliases: [srch], owner: x,  # who\n      }\n",
        ),
        (
            "\n      search:\n        aliases: [\n          a,  # one\n          b   # two\n        ]\n",
            "\n      search:\n        aliases: [\n          a,  # one\n          b, srch   # two\n        ]\n",
        ),
        (" [search, ads]  # names\n", " {search: {aliases: [srch]}, ads}  # names\n"),
        (" [ads, 'search', \"x y\"]\n", " {ads, 'search': {aliases: [srch]}, \"x y\"}\n"),
        (
            " [\n      ads,  # a\n      search # s\n    ]\n",
            " {\n      ads,  # a\n      search: {aliases: [srch]} # s\n    }\n",
        ),
        (
            "\n      - ads  # a\n      # the big one\n      - search\n",
            "\n        ads:  # a\n      # the big one\n        search: {aliases: [srch]}\n",
        ),
        ("\n    - search\n    - ads\n", "\n      search: {aliases: [srch]}\n      ads:\n"),
    ],
)
def test_an_alias_goes_into_every_form_of_values(tmp_path: Path, before: str, after: str) -> None:
    path = written(tmp_path, HEAD + before)
    changes = add(path, "srch")
    assert path.read_text() == HEAD + after
    assert [change.file for change in changes] == ["taxonomy.yaml"]
    assert "srch" in changes[0].text
    assert changes[0].text == path.read_text().splitlines()[changes[0].line - 1]
    assert [each.name for each in tmp_path.iterdir()] == ["taxonomy.yaml"]


@pytest.mark.parametrize("end", ["\n", "", "\n\n# the end", "   "])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_the_mark_of_the_encoding_stay(tmp_path: Path, mark: bytes, newline: str, end: str) -> None:
    lines = [
        "# \N{SNOWMAN} ours",
        *HEAD.split("\n"),
        "      ads: {}   ",
        "      search:",
        "        aliases:",
        "          - a",
    ]
    text = newline.join(lines) + end.replace("\n", newline)
    path = written(tmp_path, mark + text.encode())
    add(path, "srch", "serach")
    line = newline + f"          - srch{newline}          - serach"
    assert path.read_bytes() == mark + (newline.join(lines) + line + end.replace("\n", newline)).encode() or (
        end == "   " and path.read_bytes() == mark + (newline.join(lines) + end + line).encode()
    )


def test_everything_else_stays_byte_for_byte(tmp_path: Path) -> None:
    long = "x" * 3000
    text = (
        "%YAML 1.2\n---\n# top\n\ninclude: []   # none\ndimensions:\n"
        "  'team' : &team {values: [a,   b]}   # odd   blanks\n"
        "  product:   # what\n"
        '    label: "Pro\\x64uct"\n'
        "    values:   \n"
        "\n"
        "      # before\n"
        "      search:      {owner :  'it''s'  ,  patterns: [\"search-*\"]   }   # \N{GRINNING FACE}\n"
        f"      ads: {{label: {long}}}\n"
        "      caf\N{LATIN SMALL LETTER E WITH ACUTE}:\n"
        "            owner:    y\n"
        "    from:\n"
        "    - tag:   [product,Product]\n"
        "    -  is: search\n"
        "       when: {ServiceName: |\n"
        "          lit, x}\n".replace("|\n          lit, x", "lit")
    )
    path = written(tmp_path, text)
    add_aliases(
        path,
        [
            NewAlias("product", "search", "srch"),
            NewAlias("product", "caf\N{LATIN SMALL LETTER E WITH ACUTE}", "coffee"),
        ],
    )
    assert path.read_text() == text.replace("{owner :", "{aliases: [srch], owner :").replace(
        "      caf\N{LATIN SMALL LETTER E WITH ACUTE}:\n",
        "      caf\N{LATIN SMALL LETTER E WITH ACUTE}:\n            aliases: [coffee]\n",
    )


@pytest.mark.parametrize(
    ("alias", "stands"),
    [
        ("search-api", "search-api"),
        ("a: b", '"a: b"'),
        ("# no", '"# no"'),
        ('say "x"', '"say \\"x\\""'),
        ("it's", '"it\'s"'),
        ("a\\b", '"a\\\\b"'),
        ("a\nb", '"a\\nb"'),
        ("a\tb", '"a\\tb"'),
        (" a ", '" a "'),
        ("no", '"no"'),
        ("True", '"True"'),
        ("1e3", '"1e3"'),
        ("2026-01-01", '"2026-01-01"'),
        ("- x", '"- x"'),
        ("--", None),
        ("[x]", '"[x]"'),
        ("{x}", '"{x}"'),
        ("&x", '"&x"'),
        ("!!x", '"!!x"'),
        ("a, b", '"a, b"'),
        ("\N{RIGHT-TO-LEFT OVERRIDE}x", '"\\u202ex"'),
        ("\N{LINE SEPARATOR}", None),
        ("x\N{LINE SEPARATOR}", '"x\\u2028"'),
        ("\N{NO-BREAK SPACE}x", '"\\u00a0x"'),
        ("\U000e0041x", '"\\U000e0041x"'),
        (
            "caf\N{LATIN SMALL LETTER E WITH ACUTE} \N{GRINNING FACE}",
            '"caf\N{LATIN SMALL LETTER E WITH ACUTE} \N{GRINNING FACE}"',
        ),
        ("<script>", '"<script>"'),
        ("=1+1", '"=1+1"'),
        ("x" * 256, f'"{"x" * 256}"'),
    ],
)
def test_hostile_texts_are_quoted(tmp_path: Path, alias: str, stands: str | None) -> None:
    path = written(tmp_path, f"{HEAD} {{search: {{}}}}\n")
    if stands is None:
        assert "cannot be an alias; expected a text" in refused(path, alias)
        return
    add(path, alias)
    assert path.read_text() == f"{HEAD} {{search: {{aliases: [{stands}]}}}}\n"
    read = parse_yaml(path.read_text(), "t").root.plain()
    assert read["dimensions"]["product"]["values"]["search"]["aliases"] == [alias]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "dimensions:\n  product:\n    values:\n      search: &s {owner: x}\n      ads: *s\n",
            "taxonomy.yaml:4: aliases cannot be added to 'search' of 'product': more would change than that",
        ),
        (
            "dimensions:\n  product:\n    values:\n      ads: &s {owner: x}\n      search: *s\n",
            (
                "taxonomy.yaml:5: aliases cannot be added to 'search' of 'product': it is written as "
                "an alias (*name) of another place"
            ),
        ),
        (
            "dimensions:\n  team: {values: &v [search]}\n  product: {values: *v}\n",
            (
                "taxonomy.yaml: aliases cannot be added to 'search' of 'product': it is written as "
                "an alias (*name) of another place"
            ),
        ),
        (
            "dimensions:\n  product:\n    values:\n      ? search\n      : {owner: x}\n      ? ads\n",
            None,
        ),
        (
            "dimensions:\n  product:\n    values:\n      ? search\n",
            "taxonomy.yaml:4: aliases cannot be added to 'search' of 'product': more would change than that",
        ),
        (
            "dimensions:\n  product:\n    values:\n      search:\n        aliases: |\n          a\n",
            (
                "taxonomy.yaml:4: aliases cannot be added to 'search' of 'product': it is written as "
                "a text over several lines"
            ),
        ),
        (
            "dimensions:\n  product:\n    values:\n      -\n        search\n",
            (
                "taxonomy.yaml:5: aliases cannot be added to 'search' of 'product': it is written as "
                "something that does not begin on a line of its own"
            ),
        ),
        (
            "dimensions:\n  product:\n    values:\n      - search\n      -    ads\n",
            None,
        ),
    ],
)
def test_forms_that_would_change_more_are_refused(tmp_path: Path, text: str, why: str | None) -> None:
    path = written(tmp_path, text)
    if why is None:
        assert len(add(path, "srch")) == 1
        return
    said = refused(path, "srch")
    assert said == f"{why}.\n  Add by hand: aliases: [srch]. (FM2045, docs/errors.md)"
