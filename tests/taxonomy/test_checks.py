"""What must hold between the parts of a taxonomy: every breach is told with both places, and nothing else is."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from finmod.taxonomy.checks import close_to
from finmod.terms.findings import codes
from tests.refusals import messages, refusals
from tests.taxonomy.small import read, refused

REFUSED = r"""
{p: {values: {a: {}, b: {aliases: a}}}}
    1:47: 'a' means 'b' and 'a' (taxonomy.yaml:1:27); expected one value for each text, whatever its case and
      separators. Take it from one of the two, or give both days that do not overlap. (FM2006)

{p: {values: {search-api: {}, Search_API: {}}}}
    1:43: 'Search_API' means 'Search_API' and 'search-api' (taxonomy.yaml:1:27); expected one value for each text,
      whatever its case and separators. Take it from one of the two, or give both days that do not overlap. (FM2006)

{p: {values: {a: {aliases: [x, Cost Centre]}, b: {aliases: cost.centre}}}}
    1:72: 'cost.centre' means 'b' and 'a' (taxonomy.yaml:1:44); expected one value for each text, whatever its case
      and separators. Take it from one of the two, or give both days that do not overlap. (FM2006)

{p: {values: {a: {aliases: {is: x, until: 2026-02-02}}}}}
    1:40: dimensions.p.values.a.aliases is a mapping; expected text or a list. Write a value of that kind. (FM1005)

{p: {values: {a: {aliases: [{is: x, until: 2026-02-02}]}, b: {aliases: [{is: X, since: 2026-02-01}]}}}}
    1:85: 'X' means 'b' and 'a' (taxonomy.yaml:1:41); expected one value for each text, whatever its case and
      separators. Take it from one of the two, or give both days that do not overlap. (FM2006)

{p: {values: {a: {aliases: x, until: 2026-02-02}, b: {aliases: x, since: 2026-02-01}}}}
    1:76: 'x' means 'b' and 'a' (taxonomy.yaml:1:40); expected one value for each text, whatever its case and
      separators. Take it from one of the two, or give both days that do not overlap. (FM2006)

{p: {values: {a: {aliases: 'x*'}, b: {aliases: 'X*'}}}}
    1:60: 'X*' means 'b' and 'a' (taxonomy.yaml:1:40); expected one value for each text, whatever its case and
      separators. Take it from one of the two, or give both days that do not overlap. (FM2006)

{p: {from: [{dimension: tema, map: {a: b}}]}, team: {}}
    1:26: no dimension is 'tema'; expected p or team. Did you mean 'team'? (FM2012)

{p: {from: [{when: {servicename: a}, is: b}]}}
    1:33: no dimension is 'servicename'; expected p. Did you mean 'ServiceName'? (FM2012)

{p: {from: [{when: {zzzzzz: a}, is: b}]}}
    1:33: no dimension is 'zzzzzz'; expected p. Add the dimension, or correct the name. (FM2012)

{p: {rolls_up: teams}, team: {}}
    1:14: no dimension is 'teams'; expected p or team. Did you mean 'team'? (FM2012)

{p: {values: [search, ads], from: [{account: {a: serch}}]}}
    1:59: 'serch' is no value of p; expected search or ads. Did you mean 'search'? (FM2011)

{p: {values: [search], from: [{is: zzz}]}}
    1:44: 'zzz' is no value of p; expected search. Add it under values of p, or correct it. (FM2011)

{p: {values: [search], from: [{when: {ServiceName: a}, is: Search}]}}
    1:44: 'Search' is no value of p; expected search. Did you mean 'search'? (FM2011)

{p: {values: {}, from: [{is: a}]}}
    1:38: 'a' is no value of p; expected none. Add it under values of p, or correct it. (FM2011)

{p: {from: [{dimension: t, map: {A: x, b*: y, c: z}}]}, t: {values: [a, b]}}
    1:59: 'c' is no value of t; expected a or b. Add it under values of t, or correct it. (FM2011)

{p: {from: [{when: {t: [A, b*], SkuId: zz}, is: x}, {when: {t: {not: [c]}}, is: y}]}, t: {values: [a, b]}}
    1:73: 'c' is no value of t; expected a or b. Add it under values of t, or correct it. (FM2011)

{p: {values: {a: {parent: x}}}}
    1:31: 'a' has a parent; expected rolls_up beside values. Add rolls_up: to p. (FM2015)

{p: {values: {a: {parent: yy}}, rolls_up: d}, d: {values: [xx, yyy]}}
    1:31: 'yy' is no value of d; expected xx or yyy. Did you mean 'yyy'? (FM2015)

{p: {values: {a: {parent: z}}, rolls_up: d}, d: {values: {}}}
    1:31: 'z' is no value of d; expected none. Add it under values of d. (FM2015)

{p: {from: [{dimension: p, map: {a: b}}]}}
    1:14: p waits for itself; expected dimensions that can be known one after another. Take one of the rules out that
      look at another dimension. (FM2013)

{p: {from: [{dimension: q, map: {a: b}}]}, q: {from: [{when: {r: a}, is: b}]}, r: {from: [{when: {p: a}, is: b}]}}
    1:14: p, q and r wait for each other; expected dimensions that can be known one after another. Take one of the
      rules out that look at another dimension. (FM2013)

{p: {rolls_up: q}, q: {rolls_up: p}}
    1:14: p and q wait for each other; expected dimensions that can be known one after another. Take one of the rules
      out that look at another dimension. (FM2013)

{p: {rolls_up: q, from: [{dimension: q, map: {a: b}}]}, q: {}}
    1:14: p and q wait for each other; expected dimensions that can be known one after another. Take one of the rules
      out that look at another dimension. (FM2013)

{cost-centre: {}, cost_centre: {}}
    1:31: the column x_CostCentre of tables is that of cost-centre too (taxonomy.yaml:1:14); expected a column of its
      own for each dimension. Rename the dimension. (FM2016)

{source: {}}
    1:14: the column x_Source of tables is finmod's own; expected a column of its own for each dimension. Rename the
      dimension. (FM2016)

{p: {from: [{name: {/(a+)+/: x}}]}}
    1:33: the repeat (a+)+ can read one text in very many ways, and other tools would try them all: /(a+)+/; expected
      a pattern that reads each text in one way. Write a+ in place of (a+)+, [a-z-]+ in place of ([a-z]+-?)+, (a|b)* in
      place of (a|ab|b)*. (FM2008)

{p: {values: {a: {aliases: '/a(?=b)/', patterns: '/(b/'}}, from: [{when: {SkuId: ['/c{2000}/', x]}, is: a}]}}
    1:40: the pattern cannot be used: invalid perl operator: (?=: /a(?=b)/; expected a regular expression of RE2: no
      look-around, no back-reference. Correct it, or write a glob such as search-*. (FM2008)
    1:62: the pattern cannot be used: missing ): (b: /(b/; expected a regular expression of RE2: no look-around, no
      back-reference. Correct it, or write a glob such as search-*. (FM2008)
    1:87: the pattern cannot be used: invalid repetition size: {2000}: /c{2000}/; expected a regular expression of
      RE2: no look-around, no back-reference. Correct it, or write a glob such as search-*. (FM2008)
"""


@pytest.mark.parametrize(("text", "expected"), refusals(REFUSED))
def test_what_does_not_hold_is_told(text: str, expected: list[str], tmp_path: Path) -> None:
    assert refused(tmp_path, f"dimensions: {text}") == [f"taxonomy.yaml:{each}" for each in expected]


FINE = """
{p: {values: {a: {aliases: [A, a, x, X]}}}}
{p: {values: {a: {aliases: [{is: x, until: 2026-02-01}]}, b: {aliases: [{is: x, since: 2026-02-01}]}}}}
{p: {values: {a: {aliases: x, until: 2026-02-01}, b: {aliases: x, since: 2026-02-01}}}}
{p: {values: {a: {until: 2026-02-01}, b: {aliases: [{is: a, since: 2026-02-01}]}}}}
{p: {values: {a: {until: 2026-02-01}, b: {aliases: a, since: 2026-02-01}}}}
{p: {values: {a: {aliases: x}}}, q: {values: {b: {aliases: x}}}}
{p: {values: {a: {aliases: 'xy*'}, b: {aliases: 'x*'}}}}
{p: {values: {a: {}, a1: {}, a-1: {}}}}
{p: {values: [a], from: [{dimension: t, map: {'*': a}}, {is: a}]}, t: {}}
{p: {from: [{is: anything}]}}
{p: {values: {a: {parent: x}}, rolls_up: d}, d: {}}
{p: {values: {a: {parent: x}}, rolls_up: d}, d: {values: [x]}}
{p: {from: [{dimension: q, map: {a: b}}, {when: {q: d, r: b}, is: c}]}, q: {from: [{when: {r: a}, is: b}]}, r: {}}
{p: {rolls_up: q}, p2: {rolls_up: q}, q: {rolls_up: r}, r: {}}
{p: {rolls_up: q, from: [{when: {r: x}, is: y}]}, q: {}, r: {}}
{p: {from: [{when: {t: [x, 'y*', '/z+/']}, is: a}]}, t: {}}
"""


@pytest.mark.parametrize("text", FINE.strip().split("\n"))
def test_what_holds_is_told_by_nobody(text: str, tmp_path: Path) -> None:
    assert read(tmp_path, f"dimensions: {text}").dimensions


@pytest.mark.parametrize("text", ["\uff21\uff22\uff23", "\u200a abc\u3000", "ABC.", "_aBc_"])
def test_width_case_and_separators_around_make_no_other_text(text: str, tmp_path: Path) -> None:
    (message,) = refused(tmp_path, f"dimensions: {{p: {{values: {{abc: {{}}, x: {{aliases: '{text}'}}}}}}}}")

    assert "means 'x' and 'abc' (taxonomy.yaml:1:27)" in message


def test_one_alias_of_two_values_is_found_across_yaml_csv_and_included_files(tmp_path: Path) -> None:
    files = {"a.yaml": "dimensions: {p: {values: {c: {aliases: x.y}}}}", "v.csv": "value,aliases\nb,a|X_Y\n"}
    text = "include: a.yaml\ndimensions: {p: {values: {a: {aliases: X-y}}, values_file: v.csv}}"

    assert refused(tmp_path, text, files) == messages("""
        v.csv:2:2: 'a' means 'b' and 'a' (taxonomy.yaml:2:27); expected one value for each text, whatever its case and
          separators. Take it from one of the two, or give both days that do not overlap. (FM2006)
        v.csv:2:2: 'X_Y' means 'b' and 'a' (taxonomy.yaml:2:40); expected one value for each text, whatever its case and
          separators. Take it from one of the two, or give both days that do not overlap. (FM2006)
        a.yaml:1:40: 'x.y' means 'c' and 'a' (taxonomy.yaml:2:40); expected one value for each text, whatever its case
          and separators. Take it from one of the two, or give both days that do not overlap. (FM2006)
    """)


def test_an_unknown_value_in_a_csv_is_told_at_its_cell(tmp_path: Path) -> None:
    text = "dimensions: {p: {values: [search], from: [{lookup: {file: l.csv, key: SubAccountId, value: p}}]}}"

    assert refused(tmp_path, text, {"l.csv": "SubAccountId,p\n1,search\n2,serch\n"}) == [
        "l.csv:3:2: 'serch' is no value of p; expected search. Did you mean 'search'? (FM2011)"
    ]


def test_what_can_carry_tags_is_checked_once(tmp_path: Path) -> None:
    text = """
    dimensions: {p: {values: [a]}, q: {}}
    taggable:
      - {when: {r: a}, is: true}
      - {when: {p: b, SkuId: /(/}, is: true}
    """

    assert refused(tmp_path, text) == messages("""
        taxonomy.yaml:3:13: no dimension is 'r'; expected p or q. Add the dimension, or correct the name. (FM2012)
        taxonomy.yaml:4:13: 'b' is no value of p; expected a. Add it under values of p, or correct it. (FM2011)
        taxonomy.yaml:4:19: the pattern cannot be used: missing ): (: /(/; expected a regular expression of RE2: no
          look-around, no back-reference. Correct it, or write a glob such as search-*. (FM2008)
    """)
    assert refused(tmp_path, "taggable: [{when: {r: a}, is: true}]") == [
        "taxonomy.yaml:1:20: no dimension is 'r'. Add the dimension, or correct the name. (FM2012)"
    ]


def test_more_than_a_hundred_dimensions_are_refused(tmp_path: Path) -> None:
    text = "dimensions:\n" + "".join(f"  d{at}: {{rolls_up: d{at - 1}}}\n" for at in range(1, 3000)) + "  d0: {}\n"

    assert refused(tmp_path, text) == messages("""
        taxonomy.yaml:102:3: there are 3,000 dimensions; expected 100 at most: each is a column of tables. Make values
          of them. (FM2016)
    """)
    fewer = "dimensions:\n" + "".join(f"  d{at}: {{rolls_up: d{at - 1}}}\n" for at in range(1, 100)) + "  d0: {}\n"
    assert [each.name for each in read(tmp_path, fewer).in_order()][:2] == ["d99", "d98"]


@pytest.mark.parametrize(
    "name",
    ["source", "provider-name", "charge-date", "billing-period", "charge-key", "charges", "file", "row", "true-up-of",
     "fx-rate", "reporting-currency"],
)  # fmt: skip
def test_columns_of_finmod_are_no_dimensions(name: str, tmp_path: Path) -> None:
    (message,) = refused(tmp_path, f"dimensions: {{{name}: {{}}}}")

    assert (
        "of tables is finmod's own; expected a column of its own for each dimension. Rename the dimension. (FM2016)"
        in message
    )


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    text = """
    dimensions:
      p:
        values: {a: {parent: x}, b: {aliases: A}}
        from:
          - {account: {"1": zzz, "2*": a}}
          - {account: {"2": b}}
          - {when: {qq: a, SkuId: /(/}, is: a}
      source: {rolls_up: source}
    """

    assert sorted(each.rpartition("(")[2][:-1] for each in refused(tmp_path, text)) == [
        "FM2006", "FM2007", "FM2008", "FM2011", "FM2012", "FM2013", "FM2015", "FM2016",
    ]  # fmt: skip


def test_a_pattern_that_is_long_is_refused_as_a_glob_too(tmp_path: Path) -> None:
    (message,) = refused(tmp_path, f"dimensions: {{p: {{from: [{{when: {{SkuId: {'a*' * 1001}}}, is: x}}]}}}}")
    assert message.startswith("taxonomy.yaml:1:33: the pattern has 2,002 characters: a*a*")
    assert message.endswith("; expected 2,000 at most. Use a lookup in a CSV, or several patterns. (FM2008)")


def test_the_closest_name_is_found_among_very_many() -> None:
    many = {f"product-{at}": at for at in range(5000)} | {"search": 0}

    assert close_to("serch", many) == close_to("serch", ["search", "ads"]) == "search"
    assert close_to("zzzzzzzz", many) is None


def test_codes_and_catalogue_agree() -> None:
    package = Path(str(resources.files("finmod")))
    used = {code for file in package.rglob("*.py") for code in re.findall(r'"(FM20[01]\d)"', file.read_text("utf-8"))}

    assert used == {code for code in codes() if code.startswith(("FM200", "FM201"))}
