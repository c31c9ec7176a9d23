"""What a supplier's tags can hold, and how a taxonomy that goes beyond it is told."""

from __future__ import annotations

import pytest

from finmod.errors import UserError
from finmod.exports.tag_rules import AWS, AZURE, GOOGLE, TagLimits, tag_rules
from tests.exports.needs import PRODUCT, need


@pytest.mark.parametrize(
    ("limits", "key"),
    [
        (AWS, "Cost Centre:a/b"),
        (AWS, "k" * 128),
        (AWS, "Größe"),
        (AZURE, "Acct.CostCenter-1 x"),
        (AZURE, "${x}"),
        (GOOGLE, "cost_centre-1"),
        (GOOGLE, "größe"),
        (GOOGLE, "製品"),
        (GOOGLE, "k" * 63),
    ],
)
def test_a_key_that_the_supplier_takes_is_kept_letter_by_letter(limits: TagLimits, key: str) -> None:
    assert tag_rules([need("product", key=key)], limits)[0].key == key


@pytest.mark.parametrize(
    ("limits", "key"),
    [
        (AWS, "k" * 129),
        (AWS, "aws:product"),
        (AWS, "AWS:product"),
        (AWS, "a&b"),
        (AWS, "a*"),
        (AWS, "a\tb"),
        (AWS, "\u2028"),
        (AZURE, "k" * 129),
        (AZURE, "a<b"),
        (AZURE, "a/b"),
        (AZURE, "it's"),
        (AZURE, "a]b"),
        (AZURE, "a\x1b[31m"),
        (GOOGLE, "Product"),
        (GOOGLE, "1product"),
        (GOOGLE, "cost centre"),
        (GOOGLE, "k" * 64),
        (GOOGLE, "製" * 43),
        (GOOGLE, "a'b"),
    ],
)
def test_a_key_that_the_supplier_refuses_is_told(limits: TagLimits, key: str) -> None:
    with pytest.raises(UserError) as caught:
        tag_rules([need("product", key=key)], limits)
    assert [problem.code for problem in caught.value.problems] == ["FM2062"]
    assert f"a {limits.thing} key of {limits.supplier}" in str(caught.value)


def test_a_refused_key_says_limit_place_and_remedy() -> None:
    with pytest.raises(UserError) as caught:
        tag_rules([need("product", key="aws:product")], AWS)
    assert str(caught.value) == (
        "dimensions.product: the tag key 'aws:product' cannot be a tag key of AWS; expected 1 to 128 letters, digits, "
        "spaces and _ . : / = + - @, without the prefix aws:.\n"
        "  Write a key that AWS takes first in the dimension's tag source. (FM2062, docs/errors.md)"
    )


def test_google_takes_the_first_of_the_keys_that_can_be_a_label() -> None:
    [rule] = tag_rules([need("product", key="Product", synonyms=("cost:product", "product", "app"))], GOOGLE)
    assert (rule.key, rule.wrong_keys) == ("product", ("app",))


def test_google_says_that_no_key_can_be_a_label() -> None:
    with pytest.raises(UserError) as caught:
        tag_rules([need("product", key="Product", synonyms=("PRODUCT",))], GOOGLE)
    assert str(caught.value) == (
        "dimensions.product: the tag key 'Product' cannot be a label key of Google Cloud nor can its synonyms; "
        "expected 1 to 63 lower-case letters, digits, _ and -, a letter first.\n"
        "  Add a key that Google Cloud takes to the dimension's tag source. (FM2062, docs/errors.md)"
    )


def test_a_synonym_that_the_supplier_could_never_carry_is_no_wrong_key() -> None:
    [rule] = tag_rules([need("product", synonyms=("app", "a<b", "aws:product"))], AZURE)
    assert rule.wrong_keys == ("app", "aws:product")


def test_azure_tells_no_keys_apart_by_case_and_aws_does() -> None:
    assert tag_rules([PRODUCT], AZURE)[0].wrong_keys == ("app",)
    assert tag_rules([PRODUCT], AWS)[0].wrong_keys == ("Product", "app")


def test_a_key_that_another_dimension_writes_is_no_wrong_key() -> None:
    rules = tag_rules([PRODUCT, need("application", key="app")], AWS)
    assert [rule.wrong_keys for rule in rules] == [("Product",), ()]


def test_every_value_beyond_a_limit_is_told_with_its_dimension_and_what_to_do() -> None:
    with pytest.raises(UserError) as caught:
        tag_rules([need("product", "search", "Search & Ads", "x" * 64, "Data Lake")], GOOGLE)
    assert str(caught.value) == (
        "dimensions.product: the value 'Search & Ads' (12 signs) cannot be a label value of Google Cloud; expected 1 "
        "to 63 lower-case letters, digits, _ and -.\n"
        "  Name it as Google Cloud can hold it and keep the old name as its alias, or leave Google Cloud out of the "
        "export. (FM2063, docs/errors.md)\n"
        f"dimensions.product: the value '{'x' * 64}' (64 signs) cannot be a label value of Google Cloud; expected 1 to "
        "63 lower-case letters, digits, _ and -.\n"
        "  Name it as Google Cloud can hold it and keep the old name as its alias, or leave Google Cloud out of the "
        "export. (FM2063, docs/errors.md)\n"
        "dimensions.product: the value 'Data Lake' (9 signs) cannot be a label value of Google Cloud; expected 1 to 63 "
        "lower-case letters, digits, _ and -.\n"
        "  Name it 'data-lake' and keep the old name as its alias, or leave Google Cloud out of the export. "
        "(FM2063, docs/errors.md)"
    )


@pytest.mark.parametrize(
    ("limits", "value"),
    [(AWS, 'a"b'), (AWS, "a*"), (AWS, "x" * 257), (AWS, ""), (AWS, "a\nb"), (AZURE, "x" * 257),
     (AZURE, "[concat('a')]"), (AZURE, "a\x00"), (GOOGLE, "${x}"), (GOOGLE, "Search")],
)  # fmt: skip
def test_a_value_that_the_supplier_refuses_is_told(limits: TagLimits, value: str) -> None:
    with pytest.raises(UserError) as caught:
        tag_rules([need("product", "search", value)], limits)
    assert [problem.code for problem in caught.value.problems] == ["FM2063"]


@pytest.mark.parametrize(
    ("limits", "value"),
    [(AWS, "Search team @ a/b=c"), (AZURE, "it's \"[x] {y} ${z} *"), (AZURE, "x" * 256), (GOOGLE, "1-a_b"),
     (GOOGLE, "größe")],
)  # fmt: skip
def test_a_value_that_the_supplier_takes_is_kept_letter_by_letter(limits: TagLimits, value: str) -> None:
    assert tag_rules([need("product", value, value)], limits)[0].values == (value,)


def test_a_hostile_text_of_100_kilobytes_is_told_shortly() -> None:
    with pytest.raises(UserError) as caught:
        tag_rules([need("product", "\x1b[2J" + "x" * 100_000)], AZURE)
    assert len(str(caught.value)) < 600
    assert "\x1b" not in str(caught.value)
    assert "(100,004 signs)" in str(caught.value)


def test_two_dimensions_that_write_one_key_are_told() -> None:
    with pytest.raises(UserError) as caught:
        tag_rules([PRODUCT, need("service", key="PRODUCT")], AWS)
    assert str(caught.value) == (
        "dimensions.service: the dimension writes the tag key 'PRODUCT', which product writes too; expected one "
        "dimension per tag key, case aside.\n"
        "  Write another key first in the tag source of one of the two. (FM2064, docs/errors.md)"
    )


def test_more_required_tags_than_a_resource_can_carry_are_told() -> None:
    tag_rules([need(f"d{number}") for number in range(50)], AWS)
    with pytest.raises(UserError) as caught:
        tag_rules([need(f"d{number}") for number in range(51)], AWS)
    assert str(caught.value) == (
        "51 dimensions are required; expected 50 at most: a resource of AWS carries no more tags.\n"
        "  Take required from dimensions that can be answered without a tag. (FM2065, docs/errors.md)"
    )


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(UserError) as caught:
        tag_rules([need("a", "x*", key="aws:a"), need("b", "y*"), need("c", key="B")], AWS)
    assert [problem.code for problem in caught.value.problems] == ["FM2062", "FM2063", "FM2063", "FM2064"]
