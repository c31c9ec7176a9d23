"""Metrics and the product P&L over years of books: whole commands in this process, beside a query of the same table."""

from __future__ import annotations

import json
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.commands import project_of_commands
from finmod.engines.duckdb import Engine
from finmod.ledger.applied import files_of, runs
from finmod.ledger.ledger import Ledger
from finmod.ledger.reduce import relation
from finmod.ledger.tables import ALLOCATED
from finmod.settings.project import Project, load_project
from finmod.workspace.metric import metric

GOAL = 0.5
METRICS = "cost_per_call: {cost: EffectiveCost, per: calls}\ncost: {cost: EffectiveCost}\n"
