"""taxonomy.yaml: every key is read, and what cannot be meant is told with its place and a remedy, all of it at once."""

from __future__ import annotations

import json
from decimal import Decimal

import jsonschema
import pytest

from finmod.errors import UserError
from finmod.settings.taxonomy import TaxonomyFile
from finmod.settings.validate import validated
from finmod.settings.yaml import parse_yaml
from tests.refusals import refusals, told

WHOLE = """
include: [ai, team/rules.yaml]
dimensions:
  product:
    label: Product line
    values:
      search:
        aliases: [srch, {is: "find*", since: 2026-01-01, until: 2026-07-01}]
        patterns: search-*
        owner: search-team
        parent: [{is: discovery, until: 2026-04-01}, {is: retail, since: 2026-04-01}]
        shared: true
        label: Search
        since: 2025-01-01
        until: 2027-01-01
      ads:
    values_file: more.csv
    from:
      - {tag: [product, app]}
      - {is: search}
    required: 0.95
    rolls_up: department
    extends: false
  team: {values: teams.csv}
  env: {values: [prod, dev]}
  customer: {}
taggable:
  - {when: {ServiceName: Support}, is: false}
"""


def read(text: str) -> TaxonomyFile:
    return validated(TaxonomyFile, parse_yaml(text, "taxonomy.yaml"))


def refused(text: str) -> list[str]:
    with pytest.raises(UserError) as caught:
        read(text)
    return [told(problem) for problem in caught.value.problems]


def test_every_key_is_read() -> None:
    found = read(WHOLE)

    product = found.dimensions["product"]
    assert product.values is not None
    search = product.values["search"]
    assert found.include == ("ai", "team/rules.yaml")
    assert (product.label, product.values_file, product.required) == ("Product line", "more.csv", Decimal("0.95"))
    assert (product.rolls_up, product.extends, len(product.rules)) == ("department", False, 2)
    assert [(each.text, each.since, each.until) for each in search.aliases] == [
        ("srch", None, None),
        ("find*", "2026-01-01", "2026-07-01"),
    ]
    assert [each.value for each in search.parent or ()] == ["discovery", "retail"]
    assert (search.patterns, search.owner, search.shared, search.label) == (
        ("search-*",),
        "search-team",
        True,
        "Search",
    )
    assert (search.since, search.until) == ("2025-01-01", "2027-01-01")
    assert (found.taggable[0].taggable, list(found.taggable[0].when)) == (False, ["ServiceName"])


def test_values_are_a_mapping_a_list_the_name_of_a_file_or_not_there() -> None:
    found = read(WHOLE).dimensions

    assert list(found["product"].values or {}) == ["search", "ads"]
    assert list(found["env"].values or {}) == ["prod", "dev"]
    assert (found["team"].values, found["team"].values_file) == (None, "teams.csv")
    assert (found["customer"].values, found["customer"].values_file) == (None, None)


@pytest.mark.parametrize("text", ["{}", "dimensions:", "dimensions: {}", "include: []", "taggable: []"])
def test_a_taxonomy_may_say_nothing(text: str) -> None:
    assert read(text) == TaxonomyFile()


@pytest.mark.parametrize(("text", "expected"), [("0", "0"), ("1", "1"), ("0.95", "0.95"), ("1.0", "1.0")])
def test_a_share_is_exact(text: str, expected: str) -> None:
    assert str(read(f"dimensions: {{p: {{required: {text}}}}}").dimensions["p"].required) == expected


def test_editors_know_the_same_keys() -> None:
    schema = TaxonomyFile.model_json_schema()

    jsonschema.Draft202012Validator.check_schema(schema)
    plain = json.loads(json.dumps(parse_yaml(WHOLE, "taxonomy.yaml").root.plain(), default=float))
    jsonschema.validate(plain, schema)


REFUSED = """
dimension: {}
    1:1: dimension is no key of this file; expected include, dimensions or taggable. Did you mean 'dimensions'?
      (FM1004)

include: 5
    1:10: include is 5; expected text or a list. Put it in quotes. (FM1005)

include:
    1:1: include is empty; expected text or a list. Write a value of that kind. (FM1005)

include: ['']
    1:11: include.1 is ''; expected text. Write a text, or leave it out. (FM1006)

taggable:
    1:1: taggable is empty; expected a list. Write a value of that kind. (FM1005)

dimensions: []
    1:13: dimensions is an empty list; expected a mapping (lines of the form 'key: value'). Write a value of that
      kind. (FM1005)

dimensions: {Product: {}}
    1:14: dimensions has the key 'Product'; expected a lower-case letter, then lower-case letters, digits, _ or -,
      at most 40 characters. Rename the dimension. (FM1006)

dimensions: {ppppppppppppppppppppppppppppppppppppppppp: {}}
    1:14: dimensions has the key 'ppppppppppppppppppppppppppppppppppppppppp'; expected a lower-case letter, then
      lower-case letters, digits, _ or -, at most 40 characters. Rename the dimension. (FM1006)

dimensions: {p: }
    1:14: dimensions.p is empty; expected a mapping (lines of the form 'key: value'). Write a value of that kind.
      (FM1005)

dimensions: {p: {requird: 1}}
    1:18: dimensions.p.requird is no key of this file; expected label, values, values_file, from, required, rolls_up
      or extends. Did you mean 'required'? (FM1004)

dimensions: {p: {required: 2}}
    1:28: dimensions.p.required is 2; expected a share from 0 to 1, such as 0.95. Write 0.95 for 95 %. (FM1006)

dimensions: {p: {required: -0.1}}
    1:28: dimensions.p.required is -0.1; expected a share from 0 to 1, such as 0.95. Write 0.95 for 95 %. (FM1006)

dimensions: {p: {required: 95%}}
    1:28: dimensions.p.required is '95%'; expected a share from 0 to 1, such as 0.95. Write 0.95 for 95 %. (FM1005)

dimensions: {p: {required: true}}
    1:28: dimensions.p.required is true; expected a share from 0 to 1, such as 0.95. Write 0.95 for 95 %. (FM1005)

dimensions: {p: {extends: maybe}}
    1:27: dimensions.p.extends is 'maybe'; expected true or false. Write true or false. (FM1005)

dimensions: {p: {label: ''}}
    1:25: dimensions.p.label is ''; expected text. Write a text, or leave it out. (FM1006)

dimensions: {p: {from: {tag: a}}}
    1:24: dimensions.p.from is a mapping; expected a list. Write a value of that kind. (FM1005)

dimensions: {p: {values: 5}}
    1:26: dimensions.p.values is 5; expected a mapping (lines of the form 'key: value'), a list or text. Write a
      value of that kind. (FM1005)

dimensions: {p: {values: ' '}}
    1:26: dimensions.p.values is ' '; expected a CSV file, or values. Name the file. (FM1006)

dimensions: {p: {values: a.csv, values_file: b.csv}}
    1:46: dimensions.p.values_file names a file too; expected one file. Put the values into one file, or write them
      under values. (FM1006)

dimensions: {p: {values: [a, 4711]}}
    1:30: dimensions.p.values.2 is 4711; expected text. Put it in quotes. (FM1005)

dimensions: {p: {values: [a, {b: {}}]}}
    1:30: dimensions.p.values.2 is a mapping; expected text. Write name: {...} of each value. (FM1005)

dimensions: {p: {values: [a, b, a]}}
    1:33: dimensions.p.values.3 is 'a'; expected each value once. Take one of the two out. (FM1015)

dimensions: {p: {values: {a: 5}}}
    1:30: dimensions.p.values.a is 5; expected a mapping (lines of the form 'key: value'). Write a value of that
      kind. (FM1005)

dimensions: {p: {values: {' a': {}}}}
    1:27: dimensions.p.values has the key ' a'; expected a name of 1 to 200 printable characters, without blanks
      around it. Correct the name. (FM1006)

dimensions: {p: {values: {"a\\tb": {}}}}
    1:27: dimensions.p.values has the key 'a\\tb'; expected a name of 1 to 200 printable characters, without blanks
      around it. Correct the name. (FM1006)

dimensions: {p: {values: {a: {}, a: {}}}}
    1:34: the key 'a' stands twice, the first time in line 1; expected each key once. Remove or rename one of the
      two. (FM1015)

dimensions: {p: {values: {a: {aliases: 4711}}}}
    1:40: dimensions.p.values.a.aliases is 4711; expected text or a list. Put it in quotes. (FM1005)

dimensions: {p: {values: {a: {aliases: [b, 4711]}}}}
    1:44: dimensions.p.values.a.aliases.2 is 4711; expected text. Put it in quotes. (FM1005)

dimensions: {p: {values: {a: {aliases: [{}]}}}}
    1:41: dimensions.p.values.a.aliases.1.is is missing. Add it, such as 'is: srch'. (FM1002)

dimensions: {p: {values: {a: {aliases: [{is: b, since: 2026-02-01, until: 2026-01-01}]}}}}
    1:75: dimensions.p.values.a.aliases.1.until is '2026-01-01'; expected a day after 2026-02-01, on which it
      begins. Correct one of the days. (FM2004)

dimensions: {p: {values: {a: {parent: [{is: x}, {is: y}]}}}}
    1:49: dimensions.p.values.a.parent.2 is 'y' while 'x' holds too; expected one value for each day. Give 'x' an
      until, or this one a since, so that one ends before the other begins. (FM2005)

dimensions: {p: {values: {a: {owner: 5}}}}
    1:38: dimensions.p.values.a.owner is 5; expected text. Put it in quotes: "5". (FM1005)

dimensions: {p: {values: {a: {shared: 1}}}}
    1:39: dimensions.p.values.a.shared is 1; expected true or false. Write true or false. (FM1005)

dimensions: {p: {values: {a: {since: 2026-1-1}}}}
    1:38: dimensions.p.values.a.since is '2026-1-1'; expected a day as YYYY-MM-DD, such as 2026-07-01. Write the day
      as YYYY-MM-DD. (FM2001)

dimensions: {p: {values: {a: {ownr: x}}}}
    1:31: dimensions.p.values.a.ownr is no key of this file; expected since, until, aliases, patterns, owner,
      parent, shared or label. Did you mean 'owner'? (FM1004)

taggable: [{is: false}]
    1:12: taggable.1.when is missing. Add it, such as 'when: {'ServiceName': 'AmazonCloudWatch'}'. (FM1002)

taggable: [{when: {ServiceName: a}, is: 'no'}]
    1:41: taggable.1.is is 'no'; expected true or false. Write true or false. (FM1005)
"""


@pytest.mark.parametrize(("text", "messages"), refusals(REFUSED))
def test_what_cannot_be_meant_is_told_with_place_and_remedy(text: str, messages: list[str]) -> None:
    assert refused(text) == [f"taxonomy.yaml:{each}" for each in messages]


def test_every_fault_of_a_file_is_told_at_once_in_the_order_of_lines() -> None:
    text = """
    include: 5
    dimensions:
      Q: {}
      p: {label: "", from: [{}, {tag: 5}]}
    taggable: 5
    more: 5
    """

    assert [each.split(" ", 1)[0] for each in refused(text)] == [
        "taxonomy.yaml:2:14:",
        "taxonomy.yaml:4:7:",
        "taxonomy.yaml:5:18:",
        "taxonomy.yaml:5:29:",
        "taxonomy.yaml:5:39:",
        "taxonomy.yaml:6:15:",
        "taxonomy.yaml:7:5:",
    ]
