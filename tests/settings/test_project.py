"""finmod.yaml is validated whole: every problem at its place, with what was expected and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finmod.errors import UserError
from finmod.settings.project import Project, find_project, load_project
from finmod.settings.source import FORMATS, source_settings
from finmod.settings.validate import MOST_PROBLEMS, listing

ONE_OF_THE_FORMATS = listing(FORMATS)
HEAD = "name: northwind\ncurrency: USD\n"
NORTHWIND = """\
# finmod.yaml
name: northwind
currency: USD                      # reporting currency
fiscal_year_start: 2               # month
store: .finmod
sources:
  aws:    {format: aws-cur2, path: exports/aws/**/*.parquet}
  saas:   {format: focus, path: [exports/focus/*.parquet, more], set: {BillingCurrency: USD, x_Team: a}}
  old:    {format: aws-cur, path: cur, unreadable_as_null: [SkuPriceDetails, ProviderName], date_order: mdy}
fx: fx.csv
invoices: invoices.csv
check: {fail_on: warning, ignore: [FM1019]}
"""


def load(folder: Path, text: str) -> Project:
    (folder / "finmod.yaml").write_text(text, encoding="utf-8")
    return load_project(folder)


def refused(folder: Path, text: str) -> str:
    with pytest.raises(UserError) as caught:
        load(folder, text)
    return str(caught.value)


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    project = load(tmp_path, NORTHWIND)
    assert (project.name, project.currency, project.fiscal_year_start) == ("northwind", "USD", 2)
    assert (project.root, project.store) == (tmp_path, tmp_path / ".finmod")
    assert (project.fx, project.invoices) == (tmp_path / "fx.csv", (tmp_path / "invoices.csv",))
    assert (project.check.fail_on, project.check.ignore) == ("warning", ("FM1019",))
    assert list(project.sources) == ["aws", "saas", "old"]
    saas, old = project.sources["saas"], project.sources["old"]
    assert (saas.format, saas.paths) == ("focus", ("exports/focus/*.parquet", "more"))
    assert saas.constants == {"BillingCurrency": "USD", "x_Team": "a"}
    assert (old.unreadable_as_null, old.date_order) == (("SkuPriceDetails", "ProviderName"), "mdy")


def test_what_the_file_leaves_out_has_a_default(tmp_path: Path) -> None:
    project = load(tmp_path, HEAD + "sources:\n")
    assert (project.fiscal_year_start, project.store, project.sources) == (1, tmp_path / ".finmod", {})
    assert (project.fx, project.invoices, project.check.fail_on, project.check.ignore) == (None, (), "error", ())


def test_several_files_of_invoices_are_named_in_order(tmp_path: Path) -> None:
    project = load(tmp_path, HEAD + "invoices: [b.csv, detail/a.parquet]\n")
    assert project.invoices == (tmp_path / "b.csv", tmp_path / "detail" / "a.parquet")
    assert load(tmp_path, HEAD + "invoices:\n").invoices == ()


def test_a_file_of_invoices_is_named_once(tmp_path: Path) -> None:
    assert refused(tmp_path, HEAD + "invoices: [a.csv, ./a.csv]\n").startswith(
        "finmod.yaml:3:19: invoices.2 is './a.csv' once more; expected each file once: its invoices would count twice."
    )


def test_the_store_may_stand_elsewhere(tmp_path: Path) -> None:
    assert load(tmp_path, HEAD + "store: /var/ledger\n").store == Path("/var/ledger")


SOURCE = HEAD + "sources:\n  a:\n    path: x.csv\n    format: focus\n"
WRITE_ONE = "\n  Write one of these values. (FM1003, docs/errors.md)"
KIND = "\n  Write a value of that kind. (FM1005, docs/errors.md)"
LOCAL = (
    "\n  Addresses such as s3:// cannot be read yet: copy the files to a folder and name that. (FM1008, docs/errors.md)"
)
STORE = "\n  Object stores cannot hold the ledger yet: name a folder, such as .finmod. (FM1008, docs/errors.md)"
SOURCE_NAME = (
    "; expected a lower-case letter, then lower-case letters, digits, _ or -, at most 63 characters."
    "\n  Rename the source. (FM1006, docs/errors.md)"
)
ISO = "; expected a currency code of ISO 4217, such as USD.\n  "


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "name: a\n",
            "finmod.yaml:1:1: currency is missing.\n  Add it, such as 'currency: USD'. (FM1002, docs/errors.md)",
        ),
        (
            "currency: USD\nname: 2024\n",
            'finmod.yaml:2:7: name is 2024; expected text.\n  Put it in quotes: "2024". (FM1005, docs/errors.md)',
        ),
        ("currency: USD\nname:\n", f"finmod.yaml:2:1: name is empty; expected text.{KIND}"),
        (
            "currency: USD\nname: ' '\n",
            (
                "finmod.yaml:2:7: name is ' '; expected a name of 1 to 100 printable characters."
                "\n  Correct the value. (FM1006, docs/errors.md)"
            ),
        ),
        (
            "name: a\ncurrency: usd\n",
            f"finmod.yaml:2:11: currency is 'usd'{ISO}Did you mean 'USD'? (FM1006, docs/errors.md)",
        ),
        (
            "name: a\ncurrency: '\u20ac'\n",
            f"finmod.yaml:2:11: currency is '\u20ac'{ISO}Correct the value. (FM1006, docs/errors.md)",
        ),
        (
            HEAD + "fiscal_year_start: 13\n",
            (
                "finmod.yaml:3:20: fiscal_year_start is 13; expected a whole number from 1 to 12."
                "\n  Correct the value. (FM1006, docs/errors.md)"
            ),
        ),
        (
            HEAD + "fiscal_year_start: 2.0\n",
            f"finmod.yaml:3:20: fiscal_year_start is 2.0; expected a whole number from 1 to 12.{KIND}",
        ),
        (
            HEAD + "fiscal_year_start: true\n",
            f"finmod.yaml:3:20: fiscal_year_start is true; expected a whole number from 1 to 12.{KIND}",
        ),
        (
            HEAD + "sorces: {}\n",
            (
                "finmod.yaml:3:1: sorces is no key of this file; expected name, currency, fiscal_year_start, calendar, "
                "store, sources, fx, invoices, events or check.\n  Did you mean 'sources'? (FM1004, docs/errors.md)"
            ),
        ),
        (
            SOURCE + "    zzz: 1\n",
            (
                "finmod.yaml:7:5: sources.a.zzz is no key of this file; expected format, path, actual, "
                "amortized, set, unreadable_as_null, date_order, accept, columns, tags, charge_period, separator, "
                "decimal_comma, divide_by or compare_with.\n  Remove it. (FM1004, docs/errors.md)"
            ),
        ),
        (
            SOURCE + "    constants: {}\n",
            (
                "finmod.yaml:7:5: sources.a.constants is no key of this file; expected format, path, actual, "
                "amortized, set, unreadable_as_null, date_order, accept, columns, tags, charge_period, separator, "
                "decimal_comma, divide_by or compare_with.\n  Remove it. (FM1004, docs/errors.md)"
            ),
        ),
        (HEAD + "store: s3://b/l\n", f"finmod.yaml:3:8: store is 's3://b/l'; expected a local folder.{STORE}"),
        (HEAD + "store: gs://b/l\n", f"finmod.yaml:3:8: store is 'gs://b/l'; expected a local folder.{STORE}"),
        (HEAD + "store: az://b/l\n", f"finmod.yaml:3:8: store is 'az://b/l'; expected a local folder.{STORE}"),
        (
            HEAD + "store: a/../..\n",
            (
                "finmod.yaml:3:8: store is 'a/../..'; expected a folder of its own inside or beside the project."
                "\n  Name a folder, such as .finmod. (FM1009, docs/errors.md)"
            ),
        ),
        (
            HEAD + "invoices: ~/i.csv\n",
            (
                "finmod.yaml:3:11: invoices is '~/i.csv'; expected a path without ~."
                "\n  Write the whole path of the home folder. (FM1009, docs/errors.md)"
            ),
        ),
        (
            HEAD + "sources: []\n",
            "finmod.yaml:3:10: sources is an empty list; expected a mapping (lines of the form 'key: value')." + KIND,
        ),
        (
            HEAD + "sources: {AWS: {format: focus, path: x}}\n",
            f"finmod.yaml:3:11: sources has the key 'AWS'{SOURCE_NAME}",
        ),
        (
            HEAD + 'sources: {"a\\n": {format: focus, path: x}}\n',
            f"finmod.yaml:3:11: sources has the key 'a\\n'{SOURCE_NAME}",
        ),
        (
            HEAD + "sources: {a: {format: aws-cur3, path: x}}\n",
            (
                f"finmod.yaml:3:23: sources.a.format is 'aws-cur3'; expected {ONE_OF_THE_FORMATS}."
                "\n  Did you mean 'aws-cur'? (FM1003, docs/errors.md)"
            ),
        ),
        (
            HEAD + "sources: {a: {format: 3, path: x}}\n",
            f"finmod.yaml:3:23: sources.a.format is 3; expected {ONE_OF_THE_FORMATS}.{WRITE_ONE}",
        ),
        (
            HEAD + "sources: {a: {format: focus}}\n",
            (
                "finmod.yaml:3:14: sources.a has no path; expected the files of the bill."
                "\n  Add path: with a file, a folder or a glob. (FM1027, docs/errors.md)"
            ),
        ),
        (
            HEAD + "sources: {a: {format: focus, path: {b: c}}}\n",
            f"finmod.yaml:3:36: sources.a.path is a mapping; expected text or a list.{KIND}",
        ),
        (
            HEAD + "sources: {a: {format: focus, path: []}}\n",
            (
                "finmod.yaml:3:36: sources.a.path is an empty list; expected at least one path."
                "\n  Name the files of the bill. (FM1006, docs/errors.md)"
            ),
        ),
        (
            HEAD + "sources: {a: {format: focus, path: [b, s3://c]}}\n",
            f"finmod.yaml:3:40: sources.a.path.2 is 's3://c'; expected a local path.{LOCAL}",
        ),
        (
            HEAD + "sources: {a: {format: focus, path: ''}}\n",
            (
                "finmod.yaml:3:36: sources.a.path is ''; expected a path of printable characters."
                "\n  Correct the path. (FM1009, docs/errors.md)"
            ),
        ),
        (
            SOURCE + "    date_order: us\n",
            f"finmod.yaml:7:17: sources.a.date_order is 'us'; expected iso, mdy or dmy.{WRITE_ONE}",
        ),
        (
            SOURCE + "    set: {BilingCurrency: USD}\n",
            (
                "finmod.yaml:7:11: sources.a.set has the key 'BilingCurrency'; expected a FOCUS column id or a name "
                "that starts with x_.\n  Did you mean 'BillingCurrency'? (FM1007, docs/errors.md)"
            ),
        ),
        (
            SOURCE + "    set: {BillingAccountId: 012345678901}\n",
            (
                "finmod.yaml:7:29: sources.a.set.BillingAccountId is 012345678901; expected text."
                '\n  Put it in quotes: "012345678901". (FM1005, docs/errors.md)'
            ),
        ),
        (
            SOURCE + "    set: {BillingCurrency: usd, ChargeCategory: Use, RegionId: ''}\n",
            (
                f"finmod.yaml:7:28: sources.a.set.BillingCurrency is 'usd'{ISO}Did you mean 'USD'? (FM1006, "
                "docs/errors.md)\n"
                "finmod.yaml:7:49: sources.a.set.ChargeCategory is 'Use'; expected a value that FOCUS allows in "
                "ChargeCategory, such as Usage.\n  Did you mean 'Usage'? (FM1003, docs/errors.md)\n"
                "finmod.yaml:7:64: sources.a.set.RegionId is ''; expected text."
                "\n  Leave it out: a column without a value is NULL. (FM1006, docs/errors.md)"
            ),
        ),
        (
            SOURCE + "    unreadable_as_null: [x_Row]\n",
            (
                "finmod.yaml:7:26: sources.a.unreadable_as_null.1 is 'x_Row'; expected a column of the bill."
                "\n  x_Row is filled by finmod: remove it. (FM1007, docs/errors.md)"
            ),
        ),
        (
            SOURCE + "    unreadable_as_null: Tags\n",
            f"finmod.yaml:7:25: sources.a.unreadable_as_null is 'Tags'; expected a list.{KIND}",
        ),
        (
            HEAD + "check: {fail_on: info}\n",
            f"finmod.yaml:3:18: check.fail_on is 'info'; expected error or warning.{WRITE_ONE}",
        ),
        (
            HEAD + "check: {ignore: [errors]}\n",
            (
                "finmod.yaml:3:18: check.ignore.1 is 'errors'; expected a code of a finding, such as FM1201."
                "\n  The codes are listed in docs/errors.md. (FM1022, docs/errors.md)"
            ),
        ),
    ],
)
def test_a_problem_is_told_at_its_place(tmp_path: Path, text: str, message: str) -> None:
    assert refused(tmp_path, text) == message


def test_all_problems_are_told_in_the_order_of_the_lines(tmp_path: Path) -> None:
    text = "name: 1\ncurrency: usd\nstore: !x .finmod\nsources: {A: {format: f, path: 2}}\nname: b\n"
    with pytest.raises(UserError) as caught:
        load(tmp_path, text)
    found = [(problem.code, problem.where) for problem in caught.value.problems]
    assert found == [
        ("FM1005", "finmod.yaml:1:7"),
        ("FM1006", "finmod.yaml:2:11"),
        ("FM1016", "finmod.yaml:3:8"),
        ("FM1006", "finmod.yaml:4:11"),
        ("FM1003", "finmod.yaml:4:23"),
        ("FM1005", "finmod.yaml:4:32"),
        ("FM1015", "finmod.yaml:5:1"),
    ]


def test_a_key_that_stands_twice_alone_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, HEAD + "name: b\n").startswith("finmod.yaml:3:1: the key 'name' stands twice")


def test_a_flood_of_problems_is_cut_and_counted(tmp_path: Path) -> None:
    message = refused(tmp_path, HEAD + "".join(f"k{n}: 1\n" for n in range(20_000)))
    assert message.count("FM1004") == MOST_PROBLEMS
    assert message.endswith(
        "\nfinmod.yaml: there are 20,000 problems; the first 100 are shown."
        "\n  Mend these first, and check that the file is the right one. (FM1024, docs/errors.md)"
    )


def test_hostile_text_is_shown_without_control_characters(tmp_path: Path) -> None:
    assert "\x1b" not in refused(tmp_path, HEAD + 'sources: {"\\e[31m": 1}\n')


def test_the_project_is_found_from_a_folder_inside(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    load(tmp_path, HEAD)
    assert find_project(tmp_path / "a" / "b") == tmp_path


def test_no_project_names_init_and_the_folder_where_one_was_named(tmp_path: Path) -> None:
    here = "\n  Run `finmod init` to start a project here, or name one with --project DIR. (FM1001, docs/errors.md)"
    folder = tmp_path / "a b"
    with pytest.raises(UserError) as caught:
        find_project(tmp_path)
    assert str(caught.value) == f"there is no finmod.yaml in {tmp_path} or any folder above it.{here}"
    with pytest.raises(UserError) as caught:
        load_project(folder)
    there = f"\n  Run `finmod init '{folder}'` to start a project there, or name another folder with --project DIR."
    assert str(caught.value) == f"there is no finmod.yaml in {folder}.{there} (FM1001, docs/errors.md)"


def test_a_source_without_a_file_gets_the_same_checks() -> None:
    found = source_settings("focus", ["a.csv"], constants={"BillingCurrency": "EUR"}, date_order="dmy")
    assert (found.paths, found.constants, found.date_order) == (("a.csv",), {"BillingCurrency": "EUR"}, "dmy")
    with pytest.raises(UserError) as caught:
        source_settings("fokus", [], constants={"Tag": "x"})
    assert str(caught.value) == (
        f"--format is 'fokus'; expected {ONE_OF_THE_FORMATS}.\n  Did you mean 'focus'? (FM1003, docs/errors.md)\n"
        "PATH is an empty list; expected at least one path.\n  Name the files of the bill. (FM1006, docs/errors.md)\n"
        "--set names 'Tag'; expected a FOCUS column id or a name that starts with x_."
        "\n  Did you mean 'Tags'? (FM1007, docs/errors.md)"
    )


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ({"accept": ["FM1127", "FM1"]}, "--accept is 'FM1'; expected a refusal that can be accepted"),
        ({"unreadable_as_null": ["Tags", ""]}, "--unreadable-as-null is ''; expected a FOCUS column id"),
        ({"date_order": "ymd"}, "--date-order is 'ymd'; expected iso, mdy or dmy"),
        ({"constants": {"RegionId": "a", "SkuId": ""}}, "--set SkuId is ''; expected text"),
        ({"constants": {"R" * 200: "a"}}, f"--set names '{'R' * 80}... (200 characters)'"),
    ],
)
def test_an_option_is_called_by_its_own_name(wish: dict[str, Any], found: str) -> None:
    with pytest.raises(UserError) as caught:
        source_settings("focus", ["a.csv"], **wish)
    assert str(caught.value).startswith(found)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


LINES = st.sampled_from(
    [*NORTHWIND.splitlines(), "  x: &a [1]", "  y: *a", "name: !t z", "\tq", "sources:", "? [", "1: 2"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["focus", "USD", "x_a"]),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
    max_leaves=6,
)
KEYS = ["name", "currency", "fiscal_year_start", "store", "sources", "fx", "invoices", "check", "other"]
FILES = st.one_of(
    st.text(max_size=80),
    st.lists(LINES, max_size=12).map("\n".join),
    st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=9).map(repr),
    st.dictionaries(st.sampled_from(["format", "path", "set", "unreadable_as_null"]), VALUES).map(
        lambda source: f"{HEAD}sources: {{a: {source!r}}}"
    ),
)


@settings(max_examples=400)
@given(text=FILES)
def test_any_text_is_a_project_or_a_user_error(folder: Path, text: str) -> None:
    (folder / "finmod.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        project = load_project(folder)
    except UserError as error:
        str(error).encode()  # what is shown must be text that a terminal can take
        assert all(problem.remedy for problem in error.problems)  # noqa: PT017 - both outcomes are fine, a third is not
    else:
        assert isinstance(project, Project)
