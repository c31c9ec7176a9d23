"""What drivers.yaml says of a driver, as a digest: whether its rows were loaded by what stands there now."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from finmod.errors import UserError
from finmod.ledger.drivers import DriverLoad
from finmod.settings.drivers import Driver
from finmod.sources.drivers.queries import Query, query_of

OTHER_ENTRY = "was loaded by another entry of drivers.yaml, or another query, than it has now"


def definition_of(driver: Driver, query: Query | None) -> str:
    """Return a digest of what drivers.yaml says of a driver, and of the query that it names."""
    # Where a server stands and how long it may take says nothing of its values: its rows in the ledger stay.
    source = {"prometheus", "token", "timeout"} if driver.settings.source.prometheus else {"timeout"}
    said = driver.settings.model_dump(mode="json", exclude={"label": True, "description": True, "source": source})
    text = query.text if query else None
    return hashlib.sha256(json.dumps([said, text], sort_keys=True).encode()).hexdigest()


def is_by_another_entry(root: Path, driver: Driver, load: DriverLoad | None) -> bool:
    """Return whether rows were loaded by another entry than stands there now; a query that is gone is another one."""
    if load is None:
        return False
    try:
        return definition_of(driver, query_of(root, driver)) != load.definition
    except UserError:
        return True
