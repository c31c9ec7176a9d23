"""The frame: its order, its checks, and what an id says of its parent."""

from __future__ import annotations

import pytest

from finmod.errors import InternalError
from finmod.taxonomy.inference.frame import parent_path, resource_frame


def test_a_frame_is_sorted_by_key_and_knows_where_its_rows_were() -> None:
    ordered, order = resource_frame(["b", "a"], ["x", None], account=["1", "2"], usage=[[1, 2], [3, 4]]).sorted()
    assert ordered.key.tolist() == ["a", "b"]
    assert ordered.account.tolist() == ["2", "1"]
    assert ordered.usage is not None
    assert ordered.usage.tolist() == [[3, 4], [1, 2]]
    assert order.tolist() == [1, 0]


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(InternalError, match=r"the columns of a resource frame have \[1, 2\] rows"):
        resource_frame(["a", "b"], [None, None], account=["1"])


def test_a_key_stands_once() -> None:
    with pytest.raises(InternalError, match="two rows of a resource frame have the same key"):
        resource_frame(["a", "a"], [None, None])


def test_an_unknown_column_is_refused() -> None:
    with pytest.raises(InternalError, match="a resource frame has no column acount"):
        resource_frame(["a"], [None], acount=["1"])


@pytest.mark.parametrize(
    ("resource_id", "parent"),
    [
        (None, None),
        ("", None),
        ("i-0a1b2c3d", None),
        ("arn:aws:s3:::search-logs", None),
        ("arn:aws:lambda:eu-west-1:111122223333:function:index", "arn:aws:lambda:eu-west-1:111122223333:function"),
        ("arn:aws:ecs:eu-west-1:1111:service/prod/web", "arn:aws:ecs:eu-west-1:1111:service/prod"),
        ("/subscriptions/5C0F/resourceGroups/RG-1/providers/M.C/vm/a", "/subscriptions/5C0F/resourceGroups/RG-1"),
        ("//gke.googleapis.com/projects/p/locations/l/clusters/c/nodePools/n", "projects/p/locations/l/clusters/c"),
        ("ocid1.instance.oc1.eu-frankfurt-1.aaaa0", None),
        ("proj-assist/endpoint/large-in-00000", "proj-assist"),
    ],
)
def test_the_parent_stands_in_the_id(resource_id: str | None, parent: str | None) -> None:
    assert parent_path(resource_id) == parent
