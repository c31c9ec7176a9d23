"""Tag keys of suppliers: which key on a bill is the one that a rule asks for.

Owns what suppliers put around a key: AWS ``user:``, Google's project labels and tags of a namespace, Oracle's
namespaces, the ways in which bills tell Kubernetes labels.

Source: AWS, "User-defined cost allocation tags" (user:); Google Cloud, "Structure of Detailed data export" (labels,
project.labels, tags.namespace) and "GKE cost allocation" (k8s-label/, k8s-namespace); Oracle, "Cost and Usage Reports
Overview" (tags/NAMESPACE.KEY); AWS, "Split cost allocation data" (aws:eks:), "AWS-generated cost allocation
tags"; Google Cloud, "Requirements for labels" (goog-); Microsoft, "Hidden Tags in Microsoft Azure" (hidden-).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from finmod.taxonomy.fold import fold

_OWN = re.compile(r"(?:user|tag|label)[:_](?P<key>.+)", re.DOTALL)
_NAMESPACE = re.compile(
    r"(?!k8s-label/)(?:[0-9]+|[a-z][a-z0-9-]{4,28}[a-z0-9])/(?P<key>[^/]+)|[A-Za-z0-9_-]+\.(?P<oracle>[^./:]+)",
    re.DOTALL,
)
_PROJECT = re.compile(r"project:(?P<key>.+)", re.DOTALL)
_KUBERNETES = re.compile(r"(?:k8s-label/|k8s[-_]|aws[:_]eks[:_]|kubernetes[:_]|label[:_]|eks:)(?P<key>.+)", re.DOTALL)

# AWS reserves aws:, which is how a load writes CUR 2.0's aws_ too; Google reserves goog-. Teams hide keys in Azure's
# portal by hidden- as well; Azure's services write a few of these, ms-resource-usage and aks-managed-. Oracle's
# defaults stand in the namespaces Oracle-Tags and orcl-cloud.
_OF_SUPPLIERS = re.compile(
    r"goog_|(?:user[:_]|tag[:_]|label[:_]|k8s-label/)?(?:"
    r"aws:|eks:|elasticmapreduce:|elasticbeanstalk:|[a-z0-9.-]+\.k8s\.aws/|"
    r"goog-|hidden-(?:link:|related:|title$|devtestlabs-)|ms-resource-usage|aks-managed-|microsoft\.|"
    r"orcl-cloud[./]|oracle-?tags[./]|"
    r"(?:node\.|topology\.|beta\.|failure-domain\.beta\.)?kubernetes\.io/|k8s\.io/|(?:[a-z-]+\.)?x-k8s\.io/|karpenter\.sh/"
    r")",
    re.IGNORECASE,
)


def ranked(asked: Sequence[str], there: Iterable[str], *, labels: bool = False) -> list[str]:
    """Return the keys of bills that a rule's keys mean, in the order in which they are asked.

    The order of the rule comes first. Of one asked key the very text comes first, then other case and separators, then
    the resource's own key in a supplier's form, then that of a namespace, then that of the project it lies in.

    Args:
        asked: Keys of the rule.
        there: Keys of the bill.
        labels: Whether Kubernetes labels are meant.

    >>> ranked(["product"], ["project:product", "Northwind.Product", "Product", "user:product", "productline"])
    ['Product', 'user:product', 'Northwind.Product', 'project:product']
    """
    found: dict[str, tuple[int, int, str]] = {}
    keys = sorted(there)
    forms = [(key, _forms(key, labels=labels)) for key in keys]
    for place, wanted in enumerate(asked):
        folded = fold(wanted)
        for key, of_key in forms:
            rank = 0 if key == wanted else of_key.get(folded)
            if rank is not None:
                found.setdefault(key, (place, rank, key))
    return sorted(found, key=lambda key: found[key])


def _forms(key: str, *, labels: bool) -> dict[str, int]:
    """Return each folded key that a bill's key stands for, with how near it is."""
    found = {fold(key): 1}
    patterns = [_OWN, _NAMESPACE, _PROJECT] if not labels else [_KUBERNETES, _OWN]
    for rank, pattern in enumerate(patterns, start=2):
        match = pattern.fullmatch(key)
        if match:
            inner = next(text for text in match.groups() if text)
            found.setdefault(fold(inner), rank)
    return found


def is_set_by_supplier(key: str) -> bool:
    """Return whether a key is one that a supplier's systems write themselves, and no team of yours.

    Recommended labels of users, such as ``app.kubernetes.io/part-of``, are none.

    >>> [is_set_by_supplier(key) for key in ("aws:createdBy", "user:kubernetes.io/cluster/a", "goog-gke-node", "team")]
    [True, True, True, False]
    """
    return _OF_SUPPLIERS.match(key) is not None


def pointer(key: str) -> str:
    """Return the JSON pointer of a key.

    >>> pointer("a/b~c")
    '/a~1b~0c'
    """
    return "/" + key.replace("~", "~0").replace("/", "~1")
