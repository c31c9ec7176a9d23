"""Cloud Custodian's own engine in a process of its own: it validates policies and runs their filters, without a cloud.

Run as ``python -W ignore custodian_engine.py``, as c7n calls functions that newer Pythons have deprecated; one process
answers all questions of a run, as c7n takes seconds to import. Each line of standard input is JSON: ``policies`` (the
text of a file), ``resources`` (a list, each with ``InstanceId``), ``foreign`` (True takes policies of a cloud whose
package is not installed: they run as policies of aws.ec2, without their actions, as the generic filters are the same
code for every cloud). Each line of standard output is JSON: ``errors``, and ``found``, policy -> ids. An empty object
asks for the registry: every type of AWS -> the actions that it has.
"""

from __future__ import annotations

import atexit
import copy
import json
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any


def run(text: str, resources: Sequence[dict[str, Any]] = (), *, foreign: bool = False) -> dict[str, Any]:
    """Return what the engine says of a file of policies: ``errors`` of its schema, ``found``: policy -> ids."""
    return _answer({"policies": text, "resources": list(resources), "foreign": foreign})


def actions() -> dict[str, list[str]]:
    """Return every type of AWS that the engine has -> the names of its actions."""
    return _answer({})


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    engine = _engine()
    assert engine.stdin is not None
    assert engine.stdout is not None
    engine.stdin.write(f"{json.dumps(question)}\n")
    engine.stdin.flush()
    line = engine.stdout.readline()
    assert line, "the engine ended: its standard error stands above"
    answer: dict[str, Any] = json.loads(line)
    return answer


@cache
def _engine() -> subprocess.Popen[str]:
    words = [sys.executable, "-W", "ignore", str(Path(__file__))]
    engine = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    atexit.register(_end, engine)
    return engine


def _end(engine: subprocess.Popen[str]) -> None:
    with engine:
        engine.kill()


def _actions() -> dict[str, list[str]]:
    from c7n.provider import clouds  # noqa: PLC0415 - only the process that judges needs it
    from c7n.resources import load_resources  # noqa: PLC0415 - as above
    from c7n.resources.resource_map import ResourceMap  # noqa: PLC0415 - as above

    load_resources(("aws.*",))
    kinds = {name: clouds["aws"].resources.get(name.removeprefix("aws.")) for name in ResourceMap}
    return {name: sorted(kind.action_registry.keys()) for name, kind in kinds.items()}


def _judge(asked: dict[str, Any]) -> dict[str, Any]:
    from c7n.config import Config  # noqa: PLC0415 - only the process that judges needs it
    from c7n.exceptions import PolicyValidationError  # noqa: PLC0415 - as above
    from c7n.loader import PolicyLoader  # noqa: PLC0415 - as above
    from c7n.utils import yaml_load  # noqa: PLC0415 - as above

    data = yaml_load(asked["policies"])
    if asked["foreign"]:
        for policy in data["policies"]:
            policy["resource"] = "aws.ec2"
            policy.pop("actions", None)
    loader = PolicyLoader(Config.empty(region="us-east-1", account_id="111122223333"))
    try:
        # Loading judges by the schema first, then by the code of each filter and action.
        policies = loader.load_data(data, "memory")
    except PolicyValidationError as error:
        return {"errors": [str(error)], "found": {}}
    found: dict[str, list[str]] = {}
    for policy in policies:
        policy.validate()
        found[policy.name] = []
        if asked["resources"]:
            # As before every run; it reads the files of boto, so it takes a while.
            policy.expand_variables(policy.get_variables())
            kept = policy.resource_manager.filter_resources(copy.deepcopy(asked["resources"]))
            found[policy.name] = [resource["InstanceId"] for resource in kept]
    return {"errors": [], "found": found}


if __name__ == "__main__":
    # What the engine itself prints goes to standard error: the answers stand alone.
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        question = json.loads(line)
        answers.write(f"{json.dumps(_judge(question) if question else _actions())}\n")
        answers.flush()
