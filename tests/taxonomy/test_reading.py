"""A taxonomy read from its files: what includes bring, what goes first, and what is wrong with files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.taxonomy.reading import ReadFiles, read_taxonomy, rule_set, rule_sets
from tests.refusals import messages, told
from tests.taxonomy.small import names, read, refused, tags, write


def test_without_a_file_the_command_that_writes_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read_taxonomy(tmp_path)

    (message,) = map(told, caught.value.problems)
    assert message == (
        f"there is no taxonomy.yaml in {tmp_path}; expected a file that says what charges are called. Write one to "
        "start from: finmod tags init. (FM2000)"
    )


def test_rules_of_a_file_stand_before_those_that_it_includes(tmp_path: Path) -> None:
    files = {
        "a.yaml": "include: b.yaml\ndimensions: {p: {from: [{is: a}]}}",
        "b.yaml": "dimensions: {p: {from: [{is: b}]}, q: {from: [{is: b}]}}",
        "c.yaml": "dimensions: {p: {from: [{is: c}]}}",
    }
    found = read(tmp_path, "include: [a.yaml, c.yaml]\ndimensions: {p: {from: [{tag: p}]}}", files)

    assert [(rule.number, rule.text, rule.value, rule.included) for rule in found.dimensions["p"].rules] == [
        (1, "tag p", None, False),
        (2, "whatever it is", "a", True),
        (3, "whatever it is", "b", True),
        (4, "whatever it is", "c", True),
    ]
    assert list(found.dimensions) == ["p", "q"]
    assert [rule.place.split(":")[0] for rule in found.dimensions["p"].rules[1:]] == ["a.yaml", "b.yaml", "c.yaml"]


def test_two_included_files_that_share_a_dimension_are_put_together(tmp_path: Path) -> None:
    files = {"a.yaml": "dimensions: {q: {values: [x]}}", "b.yaml": "dimensions: {q: {values: [y]}}"}

    found = read(tmp_path, "include: [a.yaml, b.yaml]\ndimensions: {p: {}}", files)
    assert list(found.dimensions["q"].values or {}) == ["x", "y"]


def test_a_value_of_the_file_itself_replaces_that_of_an_included_one_and_stands_first(tmp_path: Path) -> None:
    files = {"a.yaml": "dimensions: {p: {values: {x: {owner: a}, y: {owner: a}}}}"}
    found = read(tmp_path, "include: a.yaml\ndimensions: {p: {values: {z: {}, y: {owner: mine}}}}", files)

    assert [(name, each.owner) for name, each in (found.dimensions["p"].values or {}).items()] == [
        ("z", None),
        ("y", "mine"),
        ("x", "a"),
    ]


def test_what_a_file_leaves_open_is_that_of_the_included_one(tmp_path: Path) -> None:
    files = {"a.yaml": "dimensions: {p: {label: Product line, required: 0.5, rolls_up: d, values: [x]}, d: {}}"}
    found = read(tmp_path, "include: a.yaml\ndimensions: {p: {from: [{tag: p}]}}", files).dimensions["p"]

    assert (found.label, str(found.required), found.rolls_up, list(found.values or {})) == (
        "Product line",
        "0.5",
        "d",
        ["x"],
    )


def test_what_a_file_says_goes_before_the_included_one(tmp_path: Path) -> None:
    files = {"a.yaml": "dimensions: {p: {label: Theirs, required: 0.5, rolls_up: d}, d: {}}"}
    text = "include: a.yaml\ndimensions: {p: {label: Mine, required: 0, rolls_up: e}, e: {}}"
    found = read(tmp_path, text, files).dimensions["p"]

    assert (found.label, str(found.required), found.rolls_up) == ("Mine", "0", "e")


def test_a_dimension_that_does_not_extend_replaces_the_included_one(tmp_path: Path) -> None:
    files = {"a.yaml": "dimensions: {p: {values: [x], from: [{is: x}], required: 0.5}}"}
    found = read(tmp_path, "include: a.yaml\ndimensions: {p: {extends: false, from: [{is: y}]}}", files).dimensions["p"]

    assert (found.values, [rule.value for rule in found.rules], found.required) == (None, ["y"], None)


def test_a_file_that_two_others_include_stands_once(tmp_path: Path) -> None:
    files = {
        "a.yaml": "include: c.yaml",
        "b.yaml": "include: c.yaml",
        "c.yaml": "dimensions: {p: {from: [{is: c}]}}",
    }
    found = read(tmp_path, "include: [a.yaml, b.yaml, c.yaml, ./c.yaml]", files)

    assert len(found.dimensions["p"].rules) == 1


def test_files_that_each_include_the_next_one_twice_are_read_in_a_moment(tmp_path: Path) -> None:
    files = {f"f{at}.yaml": f"include: [f{at + 1}.yaml, ./f{at + 1}.yaml]" for at in range(18)}

    assert read(tmp_path, "include: f0.yaml", {**files, "f18.yaml": "dimensions: {p: {}}"}).dimensions.keys() == {"p"}


def test_files_of_an_included_one_stand_beside_it(tmp_path: Path) -> None:
    files = {
        "sub/a.yaml": "include: b.yaml\ndimensions: {p: {values: v.csv}}",
        "sub/b.yaml": "dimensions: {q: {values: ../w.csv}}",
        "sub/v.csv": "value\nx\n",
        "w.csv": "value\ny\n",
    }
    found = read(tmp_path, "include: sub/a.yaml", files).dimensions

    assert [each.place for name in found for each in (found[name].values or {}).values()] == [
        "sub/v.csv:2:1",
        "w.csv:2:1",
    ]


def test_patterns_of_included_values_count_and_own_ones_go_first(tmp_path: Path) -> None:
    files = {"a.yaml": "dimensions: {p: {values: {x: {patterns: s-*}, y: {patterns: s-a*}}}}"}
    text = "include: a.yaml\ndimensions: {p: {values: {z: {patterns: s-ab*}}, from: [{patterns: ResourceName}]}}"

    found = names(read(tmp_path, text, files), [{"ResourceName": name} for name in ("s-1", "s-abc", "s-a", "t")])
    assert found.values("p") == ["x", "z", "x", None]


def test_what_can_carry_tags_is_said_by_the_file_itself_first(tmp_path: Path) -> None:
    files = {"a.yaml": "taggable: [{when: {ServiceName: a}, is: true}]"}
    found = read(tmp_path, "include: a.yaml\ntaggable: [{when: {ServiceName: a}, is: false}]", files).taggable

    assert [each.taggable for each in found] == [False, True]


def test_includes_that_cannot_be_are_told_together(tmp_path: Path) -> None:
    text = """
    include:
      - nope.yaml
      - /a.yaml
      - s3://a/b.yaml
      - ~/a.yaml
      - nosuchset
      - sub
      - folder.yaml
      - pipe.yaml
      - circle.yaml
      - bad.yaml
    """
    (tmp_path / "folder.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "circle.yaml").symlink_to(tmp_path / "circle.yaml")

    found = refused(tmp_path, text, {"bad.yaml": "dimensions: 5", "sub/a.yaml": "{}"})
    told_sets = [each for each in found if "there is no rule set" in each]
    assert [each.split("; ")[0].split(". ")[0] for each in told_sets] == [
        "taxonomy.yaml:6:5: there is no rule set 'nosuchset'",
        "taxonomy.yaml:7:5: there is no rule set 'sub'",
    ]
    assert [each for each in found if each not in told_sets] == messages("""
        taxonomy.yaml:2:5: there is no file 'nope.yaml'. Put the file there, or correct its name. (FM2014)
        taxonomy.yaml:3:5: the path is '/a.yaml'; expected a path relative to this file. Correct the path. (FM2014)
        taxonomy.yaml:4:5: the path is 's3://a/b.yaml'; expected a local file. Correct the path. (FM2014)
        taxonomy.yaml:5:5: the path is '~/a.yaml'; expected a path without ~. Correct the path. (FM2014)
        folder.yaml: the file cannot be read: is a directory. Check that it exists and that you may read it. (FM1011)
        pipe.yaml: this is no file. Put a file there: finmod init writes one. (FM1011)
        circle.yaml: the file cannot be read: too many levels of symbolic links. Check that it exists and that you
          may read it. (FM1011)
        bad.yaml:1:13: dimensions is 5; expected a mapping (lines of the form 'key: value'). Write a value of that
          kind. (FM1005)
    """)


def test_a_rule_set_that_is_not_there_names_its_own_ending(tmp_path: Path) -> None:
    (message,) = refused(tmp_path, "include: zzzzzz")

    assert message.startswith("taxonomy.yaml:1:10: there is no rule set 'zzzzzz'")
    assert message.endswith("A file of your own is named with its ending, such as rules.yaml. (FM2014)")
    assert rule_set("zzzzzz") is None


def test_every_rule_set_can_be_included(tmp_path: Path) -> None:
    for name in rule_sets():
        places = [each.place for each in read(tmp_path, f"include: {name}").dimensions.values()]
        assert any(place.startswith(f"{name} (rule set of finmod)") for place in places)


@pytest.mark.parametrize("name", ["x (rule set of finmod).yaml", "ai (rule set of finmod)"])
def test_patterns_of_a_file_that_is_called_like_a_rule_set_are_checked(name: str, tmp_path: Path) -> None:
    own = "dimensions: {p: {from: [{when: {SkuId: /(a+)+/}, is: x}]}}"

    (message,) = refused(tmp_path, f"include: [ai, {name!r}]", {name: own})
    assert message.startswith(f"{name}:1:33: the repeat (a+)+ can read one text in very many ways")


def test_a_file_that_includes_itself_is_told(tmp_path: Path) -> None:
    assert refused(tmp_path, "include: taxonomy.yaml") == [
        "taxonomy.yaml:1:10: taxonomy.yaml includes itself. Take one of the lines out. (FM2014)"
    ]
    (tmp_path / "link.yaml").symlink_to("taxonomy.yaml")
    assert refused(tmp_path, "include: link.yaml") == [
        "taxonomy.yaml:1:10: taxonomy.yaml includes itself. Take one of the lines out. (FM2014)"
    ]


def test_files_that_include_each_other_are_told_with_the_way(tmp_path: Path) -> None:
    files = {"a.yaml": "include: sub/b.yaml", "sub/b.yaml": "include:\n  - ../c.yaml", "c.yaml": "include: a.yaml"}

    assert refused(tmp_path, "include: a.yaml", files) == [
        "c.yaml:1:10: a.yaml includes itself, by sub/b.yaml and c.yaml. Take one of the lines out. (FM2014)"
    ]


def test_a_chain_of_very_many_files_is_told(tmp_path: Path) -> None:
    files = {f"f{at}.yaml": f"include: f{at + 1}.yaml" for at in range(2000)}

    assert refused(tmp_path, "include: f0.yaml", files) == [
        "f19.yaml:1:10: files include each other more than 20 deep. Include them side by side. (FM2014)"
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"\xff\xfed\x00",
            "taxonomy.yaml:1:1: the byte 0xff is not UTF-8. Save the file again with the encoding UTF-8. (FM1013)",
        ),
        (b"a: \x00", "taxonomy.yaml:1:4: not YAML: the character '\\x00' is not allowed. See the line named"),
        (b"\x89PNG\r\n", "taxonomy.yaml:1:1: the byte 0x89 is not UTF-8."),
        (b"", "taxonomy.yaml:1:1: the file is empty; expected lines of the form 'key: value'."),
        (b"- a\n- b\n", "taxonomy.yaml:1:1: the top level is a list; expected lines of the form 'key: value'."),
        (b"include: [a", "taxonomy.yaml:"),
        (b"include: &a [*a]", "taxonomy.yaml:1:14: the alias *a stands inside the value that it names."),
        (
            b"include: !!python/object:os.system [x]",
            "taxonomy.yaml:1:10: the value has the tag !!python/object:os.system",
        ),
        (b"[" * 60 + b"]" * 60, "taxonomy.yaml:1:51: values are nested more than 50 levels deep."),
        (
            b"include: []\n---\ninclude: []\n",
            "taxonomy.yaml:2:1: a second document starts here; expected one document.",
        ),
        (b" " * 1_000_001, "taxonomy.yaml: the file is larger than 1,000,000 bytes."),
    ],
    ids=["UTF-16", "NUL", "image", "empty", "list", "open", "alias", "tag", "deep", "two", "large"],
)
def test_what_is_no_yaml_of_ours_is_told(content: bytes, message: str, tmp_path: Path) -> None:
    write(tmp_path, "", {"taxonomy.yaml": content})

    with pytest.raises(UserError) as caught:
        read_taxonomy(tmp_path)
    assert told(caught.value.problems[0]).startswith(message)


def test_a_mark_of_byte_order_and_other_line_ends_do_no_harm(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbfdimensions:\r\n  p:\r\n    from:\r\n      - tag: p\r\n"

    assert names(read(tmp_path, "", {"taxonomy.yaml": content}), [{"Tags": tags(p="x")}]).values("p") == ["x"]


@pytest.mark.parametrize("kind", ["folder", "pipe", "link to nothing", "link to itself"])
def test_what_stands_in_place_of_the_file_is_told(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "taxonomy.yaml"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("x" if kind == "link to nothing" else path)

    with pytest.raises(UserError) as caught:
        read_taxonomy(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["FM1011"]


def test_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    files = {
        "a.yaml": "dimensions: {p: {from: [{lookup: {file: l.csv, key: SubAccountId, value: p}}]}}",
        "b.yaml": "dimensions: {q: {from: [{}]}}",
        "v.csv": "value\na\na\n",
    }
    found = refused(tmp_path, "include: [a.yaml, b.yaml]\ndimensions: {p: {values: v.csv}}", files)

    assert [each.split(": ", 1)[0] for each in found] == ["v.csv:3:1", "a.yaml:1:26", "b.yaml:1:25"]


def test_of_very_many_problems_the_first_hundred_are_told(tmp_path: Path) -> None:
    rows = "".join(f"{at},x{at}\n" for at in range(5000))
    text = "dimensions: {p: {values: v.csv, from: [{lookup: {file: l.csv, key: SubAccountId, value: p}}]}}"
    values = "value\n" + "".join(f"y{at}\n" for at in range(3000))
    found = refused(tmp_path, text, {"v.csv": values, "l.csv": f"SubAccountId,p\n{rows}"})

    assert len(found) == 101
    assert found[99].startswith("l.csv:101:2: 'x99' is no value of p; expected y0, y1, ")
    assert found[100] == (
        "taxonomy.yaml: there are more problems than the first 100, which are shown. Mend these first, and check that "
        "the files are the right ones. (FM1024)"
    )


def test_the_files_that_it_is_read_from_are_told(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    for name, text in {
        "taxonomy.yaml": "include: [more/a.yaml, ai]\ndimensions: {p: {values: v.csv}}",
        "more/a.yaml": "dimensions: {q: {from: [{lookup: {file: ../l.csv, key: SubAccountId, value: q}}]}}",
        "v.csv": "value\na\n",
        "l.csv": "SubAccountId,q\n1,x\n",
        "other.csv": "",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    files = ReadFiles()
    read_taxonomy(tmp_path, files)
    assert {path.resolve().relative_to(tmp_path.resolve()).as_posix() for path in files.paths} == {
        "taxonomy.yaml", "more/a.yaml", "v.csv", "l.csv",
    }  # fmt: skip
    assert list(files.rule_sets) == ["ai"]
    assert "dimensions:" in files.rule_sets["ai"]
