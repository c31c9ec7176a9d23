"""The frame that inference reads: one row per resource, columns as arrays, as far as a bill shows them.

Owns the columns, their checks and the parent that stands in a resource's id. What is concluded from them stands in the
other files of inference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from finmod.errors import InternalError

Texts = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Dates = npt.NDArray[np.datetime64]
Usage = npt.NDArray[np.float32]

_TEXTS = ("source", "supplier", "account", "account_name", "region", "service", "resource_type", "name", "resource_id",
          "parent")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ResourceFrame:
    """Resources, one per row; arrays of equal length. A text that the bill lacks is None, never "".

    Attributes:
        key: Unique and not None: what the caller calls the resource.
        label: Name of the known value of the dimension that is inferred; None where it is missing.
        source: Name of the source.
        supplier: Who sells it; resources of a service are compared across sources of one supplier.
        account: SubAccountId.
        account_name: SubAccountName.
        region: RegionId.
        service: ServiceName.
        resource_type: ResourceType.
        name: ResourceName, as people gave it.
        resource_id: ResourceId, as the supplier gave it.
        parent: Path of what it is part of, see ``parent_path``.
        dimensions: Other dimension -> its known value per resource, such as team.
        first_day: First day with a charge, NaT where unknown.
        last_day: Last day with a charge, NaT where unknown.
        usage: Resource x day, such as EffectiveCost of each day of a month; NaN where unknown. None where no days are
            known at all. A shape to compare, never a sum of money.
        cost: EffectiveCost of each resource, Decimal, one currency; only shares of it are told.
    """

    key: Texts
    label: Texts
    source: Texts
    supplier: Texts
    account: Texts
    account_name: Texts
    region: Texts
    service: Texts
    resource_type: Texts
    name: Texts
    resource_id: Texts
    parent: Texts
    dimensions: Mapping[str, Texts]
    first_day: Dates
    last_day: Dates
    usage: Usage | None
    cost: Texts

    @property
    def count(self) -> int:
        """Return the number of resources."""
        return len(self.key)

    def __post_init__(self) -> None:
        columns = [self.label, *(getattr(self, name) for name in _TEXTS), *self.dimensions.values()]
        columns += [self.first_day, self.last_day, self.cost, *([] if self.usage is None else [self.usage])]
        if any(len(column) != self.count for column in columns):
            message = f"the columns of a resource frame have {sorted({len(column) for column in columns})} rows"
            raise InternalError(message)
        if len(set(self.key.tolist())) != self.count:
            message = "two rows of a resource frame have the same key"
            raise InternalError(message)

    def sorted(self) -> tuple[ResourceFrame, Ints]:
        """Return the frame in the order of its keys, and the place in this frame of each of its rows."""
        order = np.argsort(self.key, kind="stable").astype(np.int64)
        taken = {
            name: getattr(self, name)[order] for name in ("key", "label", *_TEXTS, "first_day", "last_day", "cost")
        }
        dimensions = {name: column[order] for name, column in self.dimensions.items()}
        usage = None if self.usage is None else self.usage[order]
        return replace(self, **taken, dimensions=dimensions, usage=usage), order


def resource_frame(  # noqa: PLR0913 -- one argument per kind of column
    key: Sequence[str],
    label: Sequence[str | None],
    *,
    dimensions: Mapping[str, Sequence[str | None]] | None = None,
    first_day: Sequence[date | None] | None = None,
    last_day: Sequence[date | None] | None = None,
    usage: npt.ArrayLike | None = None,
    cost: Sequence[Decimal] | None = None,
    **texts: Sequence[str | None],
) -> ResourceFrame:
    """Return a frame of plain sequences; what is not given is unknown, and a cost that is not given is 0.

    Args:
        key: See ``ResourceFrame``, as all that follow.
        label: Known values.
        dimensions: Values of other dimensions.
        first_day: First days.
        last_day: Last days.
        usage: Resource x day.
        cost: Costs.
        texts: Columns by name: source, account, service and so on.
    """
    count = len(key)
    unknown: list[str | None] = [None] * count
    unheard = sorted(set(texts) - set(_TEXTS))
    if unheard:
        message = f"a resource frame has no column {', '.join(unheard)}"
        raise InternalError(message)
    return ResourceFrame(
        key=_objects(key),
        label=_objects(label),
        **{name: _objects(texts.get(name, unknown)) for name in _TEXTS},
        dimensions={name: _objects(column) for name, column in (dimensions or {}).items()},
        first_day=np.array(first_day if first_day is not None else unknown, dtype="datetime64[D]"),
        last_day=np.array(last_day if last_day is not None else unknown, dtype="datetime64[D]"),
        usage=None if usage is None else np.asarray(usage, dtype=np.float32),
        cost=_objects(cost if cost is not None else [Decimal(0)] * count),
    )


def _objects(values: Sequence[object]) -> Texts:
    column = np.empty(len(values), dtype=np.object_)
    column[:] = list(values)
    return column


_TYPE_AND_NAME = 2


def parent_path(resource_id: str | None) -> str | None:
    """Return what a resource is part of, as far as its id tells it; None where it tells nothing.

    Of Azure it is the resource group, of Google what stands before type and name (project and location, or a cluster),
    of an ARN what stands before the last part. An Oracle id has no parent in it.

    >>> parent_path("/subscriptions/5c0f/resourcegroups/rg-05/providers/microsoft.compute/virtualmachines/vm-1")
    '/subscriptions/5c0f/resourcegroups/rg-05'
    >>> parent_path("//compute.googleapis.com/projects/shop/locations/eu/instances/gce-1")
    'projects/shop/locations/eu'
    >>> parent_path("arn:aws:rds:eu-west-1:111122223333:db/orders")
    'arn:aws:rds:eu-west-1:111122223333:db'
    >>> parent_path("i-0abc") is None
    True
    """
    if not resource_id:
        return None
    if resource_id.startswith("arn:"):
        cut = max(resource_id.rfind("/"), resource_id.rfind(":"))
        # arn:aws:s3:::bucket has neither region nor account before its name.
        return resource_id[:cut] if cut > 0 and not resource_id[:cut].endswith(":") else None
    at = resource_id.lower().find("/providers/")
    if resource_id.lower().startswith("/subscriptions/") and at > 0:
        return resource_id[:at]
    path = resource_id
    if path.startswith("//"):
        path = path[2:].partition("/")[2]
    parts = path.split("/")
    return "/".join(parts[:-_TYPE_AND_NAME]) or None if len(parts) > _TYPE_AND_NAME else None
