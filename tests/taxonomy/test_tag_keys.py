"""Which key of a bill a rule means: the text itself, other spellings, and the forms that suppliers put around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finmod.engines.duckdb import Engine, literal
from finmod.taxonomy.tag_keys import is_set_by_supplier, pointer, ranked


@pytest.mark.parametrize(
    "key",
    [
        "product",
        "Product",
        "PRODUCT",
        "product ",
        "_product_",  # as written, Azure's case
        "user:product",
        "user_product",
        "user:Product",  # AWS: of users, in a CUR and in its columns
        "tag:product",
        "tag_product",
        "label:product",
        "label_product",
        "123456789012/product",
        "northwind-maps/product",
        "northwind-maps/Product",  # Google: tags of a namespace
        "Operations.Product",
        "ops_1.product",  # Oracle: a namespace
        "project:product",
        "project:Product",  # Google: labels of a project
    ],
)
def test_a_rule_finds_its_key_in_the_form_of_each_supplier(key: str) -> None:
    assert ranked(["product"], [key, "other"]) == [key]


@pytest.mark.parametrize(
    "key",
    [
        "products",
        "productline",
        "product-id",
        "my product",
        "userproduct",
        "user:",
        "user:product:x",
        "users:product",
        "aws:product",
        "project:user:product",
        "abc/def/product",
        "Abc/product",
        "ab/product",
        "a.b.product",
        "/product",
        "product/",
        ".",
        "",
        "k8s-label/product",
        "kubernetes:product",
        "eks:product",
    ],
)
def test_a_rule_finds_no_other_key(key: str) -> None:
    assert ranked(["product"], [key]) == ([] if key.strip("/") != "product" else [key])


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ("cost-centre", "Cost Centre"),
        ("cost centre", "user:cost_centre"),
        ("cost.centre", "COST/CENTRE"),
        ("a/b", "a:b"),
        ("createdBy", "createdby"),
        ("stra\u00dfe", "STRASSE"),
        ("\uff41pp", "app"),
    ],
)
def test_case_width_and_kinds_of_separators_do_not_count(asked: str, key: str) -> None:
    assert ranked([asked], [key]) == [key]


def test_the_nearest_form_comes_first() -> None:
    there = [
        "project:product",
        "northwind-maps/product",
        "user:product",
        "PRODUCT",
        "product",
        "Finance.Product",
        "tag_product",
    ]

    assert ranked(["product"], there) == [
        "product",
        "PRODUCT",
        "tag_product",
        "user:product",
        "Finance.Product",
        "northwind-maps/product",
        "project:product",
    ]


def test_the_order_of_the_rule_comes_before_the_form() -> None:
    assert ranked(["product", "app"], ["app", "project:product"]) == ["project:product", "app"]
    assert ranked(["app", "product"], ["product", "project:app", "app"]) == ["app", "project:app", "product"]


def test_a_key_that_two_asked_ones_mean_stands_once() -> None:
    assert ranked(["Product", "product"], ["product", "PRODUCT"]) == ["PRODUCT", "product"]


@pytest.mark.parametrize(
    "key",
    [
        "app.kubernetes.io/part-of",
        "APP.Kubernetes.io/part_of",
        "k8s-label/app.kubernetes.io/part-of",
        "k8s-app.kubernetes.io/part-of",
        "label:app.kubernetes.io/part-of",
        "label_app_kubernetes_io_part_of",
        "kubernetes:app.kubernetes.io/part-of",
        "kubernetes_app_kubernetes_io_part_of",
        "user:app.kubernetes.io/part-of",
    ],
)
def test_a_label_is_found_as_bills_tell_it(key: str) -> None:
    assert ranked(["app.kubernetes.io/part-of"], [key], labels=True) == [key]


@pytest.mark.parametrize(
    ("asked", "key"),
    [("namespace", "aws:eks:namespace"), ("namespace", "k8s-namespace"), ("cluster-name", "aws:eks:cluster-name")],
)
def test_what_clusters_say_themselves_is_a_label(asked: str, key: str) -> None:
    assert ranked([asked], [key], labels=True) == [key]
    assert ranked([asked], [key]) == []


def test_tags_of_projects_and_namespaces_are_no_labels() -> None:
    assert ranked(["app"], ["project:app", "123456/app", "Finance.app"], labels=True) == []


# A line each: AWS, Google, Azure, Oracle, Kubernetes.
SUPPLIERS_OWN = """
aws:createdBy AWS:createdBy user:eks:cluster-name elasticmapreduce:job-flow-id user:elbv2.k8s.aws/cluster
goog-gke-node goog_gke_node label:goog-terraform-provisioned
hidden-title hidden-related:a hidden-DevTestLabs-LabUId ms-resource-usage aks-managed-poolName Microsoft.Fabric
orcl-cloud/free-tier-retained Oracle-Tags.CreatedBy
user:kubernetes.io/cluster/a k8s-label/topology.kubernetes.io/zone karpenter.sh/nodepool label:node.kubernetes.io/role
"""

TEAMS_OWN = """
user:aws_team user_aws_team aws_team label_aws_owner tag_aws_account user_goog_owner awsteam aws-team google-owner
hidden-budget hidden-titles hidden-ShutdownAutomation hidden-links user:hidden app.kubernetes.io/part-of team
"""


@pytest.mark.parametrize("key", [*SUPPLIERS_OWN.split(), "hidden-link: /app-insights-resource-id"])
def test_a_key_that_the_systems_of_a_supplier_write_is_told_as_such(key: str) -> None:
    assert is_set_by_supplier(key)


@pytest.mark.parametrize("key", TEAMS_OWN.split())
def test_a_key_that_a_team_writes_is_none_of_the_supplier(key: str) -> None:
    assert not is_set_by_supplier(key)


ODD_KEYS = [
    "a/b~c",
    "",
    "0",
    "-1",
    "a.b",
    "$.a",
    "*",
    "a'b",
    'a"b',
    "a\\b",
    "~1",
    "~0/",
    "\x00",
    "\n",
    "\u00e9",
    "[0]",
    "a b",
]


@pytest.mark.parametrize("key", ODD_KEYS)
def test_a_pointer_finds_any_key_and_no_other(key: str) -> None:
    with Engine(threads=1) as engine:
        there = "SELECT json_object(?, 'x', 'other', 'y') AS j"
        assert engine.row(f"SELECT json_extract_string(j, [{literal(pointer(key))}])[1] FROM ({there})", [key]) == (
            "x",
        )


@given(asked=st.lists(st.text(max_size=6), max_size=3), there=st.lists(st.text(max_size=8), unique=True, max_size=6))
def test_keys_are_given_once_and_the_very_text_of_the_first_asked_leads(asked: list[str], there: list[str]) -> None:
    found = ranked(asked, there)

    assert len(found) == len(set(found))
    assert set(found) <= set(there)
    assert {key for key in asked if key in there} <= set(found)
    if asked and asked[0] in there:
        assert found[0] == asked[0]
    assert ranked(asked, list(reversed(there))) == found
