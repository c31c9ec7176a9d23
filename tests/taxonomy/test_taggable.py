"""Which spend can carry tags: the table's own soundness, and a verdict for each kind of charge."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

import pytest

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.normalize.charges import KEY_TEXTS
from finmod.taxonomy.taggable import CARRIES_TAGS, OVERRULED, TAGGABLE, UNKNOWN, evidence_sql, reasons, verdict_sql

_TABLE: dict[str, Any] = json.loads(
    resources.files("finmod.taxonomy").joinpath("taggable.json").read_text(encoding="utf-8")
)
_LINES = _TABLE["lines"]

AWS = {"ServiceProviderName": "AWS", "InvoiceIssuerName": "Amazon Web Services, Inc.", "ChargeCategory": "Usage"}
AZURE = {"ServiceProviderName": "Microsoft", "InvoiceIssuerName": "Microsoft", "ChargeCategory": "Usage"}
GOOGLE = {"ServiceProviderName": "Google Cloud", "InvoiceIssuerName": "Google Cloud", "ChargeCategory": "Usage"}
ORACLE = {"ServiceProviderName": "Oracle", "InvoiceIssuerName": "Oracle", "ChargeCategory": "Usage"}
GROUP = "/subscriptions/s1/resourceGroups/rg/providers"
BUCKET = "arn:aws:s3:::orders"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as made:
        yield made


def key_sql(texts: Mapping[str, str | None]) -> str:
    """Return SQL for one charge key; texts that are not given are NULL."""
    named = {"x_Source": "bills", **dict.fromkeys(KEY_TEXTS), **texts}
    columns = (
        f"{'NULL::VARCHAR' if text is None else literal(text)} AS {identifier(name)}" for name, text in named.items()
    )
    return f"SELECT {', '.join(columns)}"


def verdict(engine: Engine, texts: Mapping[str, str | None], **given: Any) -> str:  # noqa: ANN401 -- as verdict_sql
    """Return the verdict on one charge key."""
    return str(engine.row(f"SELECT {verdict_sql(**given)} FROM ({key_sql(texts)})")[0])


def verdicts(
    engine: Engine, keys: Mapping[str, tuple[Mapping[str, str | None], bool]], *, shows_tags: str = "false"
) -> dict[str, str]:
    """Return the verdict on each of some charge keys by name, in one query; beside each, if its bill has resources."""
    rows = " UNION ALL ".join(
        f"{key_sql(texts)}, {literal(name)} AS name, {named} AS named" for name, (texts, named) in keys.items()
    )
    sql = verdict_sql(names_resources="named", shows_tags=shows_tags)
    return dict(engine.rows(f"SELECT name, {sql} FROM ({rows})"))


def test_every_line_names_a_page_a_verdict_and_a_supplier_that_are_there() -> None:
    known = {TAGGABLE, UNKNOWN, *reasons()}
    assert {line["page"] for line in _LINES} == set(_TABLE["pages"])
    assert {line["is"] for line in _LINES} <= known
    assert known - {line["is"] for line in _LINES} == {OVERRULED}
    named = {name for line in _LINES for name in ([line["supplier"]] if isinstance(line.get("supplier"), str) else [])}
    assert named == set(_TABLE["suppliers"])
    assert {name for line in _LINES for name in line} <= {
        *("supplier", "seller", "when", "type", "resource", "bill", "is", "page", "note"),
    }


def _sample(text: str) -> str:
    return text.replace("*", "x").replace(" x ", " some ")


def _example(line: Mapping[str, Any]) -> dict[str, str | None]:
    """Return a charge key that a line of the table is made for."""
    supplier = line.get("supplier", "")
    supplier = supplier if isinstance(supplier, str) else supplier[0]
    known = _TABLE["suppliers"].get(supplier, {"names": ["acme"]})
    texts: dict[str, str | None] = {"InvoiceIssuerName": known["names"][0], "ChargeCategory": "Usage"}
    texts["ServiceProviderName"] = "Some Seller" if "seller" in line else known["names"][0]
    if line.get("resource") == ["named"]:
        texts["ResourceId"] = "r-1"
    if "type" in line:
        namespace, *parts = line["type"][0].replace("*", "things").split("/")
        texts["ResourceId"] = f"{GROUP}/{namespace}/" + "/".join(f"{part}/n" for part in parts)
    for column, globs in line.get("when", {}).items():
        texts[column] = None if globs[0] is None else _sample(globs[0])
        if column == "ResourceType" and globs[0] is None:
            texts["ResourceId"] = "metrics"
    return texts


def test_no_line_is_hidden_by_one_before_it(engine: Engine) -> None:
    keys = {
        str(place): (_example(line), line.get("resource", ["unseen"]) != ["unseen"])
        for place, line in enumerate(_LINES)
    }

    assert verdicts(engine, keys, shows_tags="true") == {str(place): line["is"] for place, line in enumerate(_LINES)}


_CASES: tuple[tuple[str, dict[str, str], str], ...] = (
    ("tax", AWS | {"ChargeCategory": "Tax", "ServiceName": "Amazon Simple Storage Service"}, "tax"),
    ("tax with a resource", AZURE | {"ChargeCategory": "Tax", "ResourceId": f"{GROUP}/microsoft.web/sites/a"}, "tax"),
    ("support", AWS | {"ChargeCategory": "Purchase", "ServiceName": "AWS Support (Business)"}, "support"),
    ("support, as AWS's FOCUS export has it", AWS | {"ServiceName": "AWS Business Support"}, "support"),
    ("a service that supports", AWS | {"ServiceName": "Supported Apps", "ResourceId": "i-1"}, "taggable"),
    ("credit", AWS | {"ChargeCategory": "Credit", "ServiceName": "Amazon Elastic Compute Cloud"}, "credit"),
    ("credit on a resource", AWS | {"ChargeCategory": "Credit", "ResourceId": BUCKET}, "taggable"),
    ("refund", AWS | {"ChargeCategory": "Adjustment", "ChargeClass": "Correction"}, "refund"),
    ("enterprise discount", AWS | {"ChargeCategory": "Adjustment"}, "adjustment"),
    (
        "reservation fee",
        AWS | {"ChargeCategory": "Purchase", "CommitmentDiscountId": "arn:aws:ec2:x:1:reserved-instances/r"},
        "commitment",
    ),
    (
        "savings plan fee",
        AWS | {"ChargeCategory": "Purchase", "ResourceId": "arn:aws:savingsplans::1:savingsplan/s"},
        "commitment",
    ),
    (
        "savings plan negation",
        AWS | {"SkuMeter": "SavingsPlanNegation", "ServiceName": "AWS Lambda", "ResourceId": "arn:aws:lambda:x"},
        "commitment",
    ),
    (
        "usage that a plan covers",
        AWS | {"CommitmentDiscountStatus": "Used", "CommitmentDiscountId": "arn:p", "ResourceId": "i-1"},
        "taggable",
    ),
    ("unused part", AWS | {"CommitmentDiscountStatus": "Unused", "ResourceId": "arn:p"}, "commitment-unused"),
    ("a bucket", AWS | {"ServiceName": "Amazon Simple Storage Service", "ResourceId": BUCKET}, "taggable"),
    ("a bucket of which the type is known", AWS | {"ResourceType": "bucket"}, "taggable"),
    ("transfer of an instance", AWS | {"SkuMeter": "DataTransfer-Out-Bytes", "ResourceId": "i-1"}, "taggable"),
    ("transfer of nothing", AWS | {"SkuMeter": "USE1-USW2-AWS-Out-Bytes"}, "data-transfer"),
    ("transfer told by words", AWS | {"ChargeDescription": "$0.02 per GB - data transfer out"}, "data-transfer"),
    ("requests of nothing", AWS | {"ServiceName": "Amazon Simple Queue Service"}, "no-resource"),
    ("an API that nobody owns", AWS | {"ServiceName": "AWS Cost Explorer"}, "no-tags"),
    ("a model", AWS | {"ServiceName": "Amazon Bedrock"}, "taggable"),
    ("a model that is sold", AWS | {"ServiceName": "Claude Opus 4.1 (Amazon Bedrock Edition)"}, "taggable"),
    ("software on an instance", AWS | {"ServiceProviderName": "Red Hat", "ResourceId": "i-1"}, "taggable"),
    ("software as a service", AWS | {"ServiceProviderName": "Beacon Grid", "SkuMeter": "MP:x"}, "marketplace"),
    ("a seller without a meter", AWS | {"ServiceProviderName": "Beacon Grid"}, "marketplace"),
    ("a virtual machine", AZURE | {"ResourceId": f"{GROUP}/Microsoft.Compute/virtualMachines/v"}, "taggable"),
    ("a database", AZURE | {"ResourceId": f"{GROUP}/Microsoft.Sql/servers/s/databases/d"}, "taggable"),
    ("a firewall", AZURE | {"ResourceId": f"{GROUP}/microsoft.network/AzureFirewalls/f"}, "not-in-bill"),
    ("a pool", AZURE | {"ResourceId": f"{GROUP}/Microsoft.NetApp/netAppAccounts/a/capacityPools/p"}, "taggable"),
    (
        "a volume",
        AZURE | {"ResourceId": f"{GROUP}/Microsoft.NetApp/netAppAccounts/a/capacityPools/p/volumes/v"},
        "not-in-bill",
    ),
    ("a classic machine", AZURE | {"ResourceId": f"{GROUP}/Microsoft.ClassicCompute/virtualMachines/v"}, "no-tags"),
    ("a plan of a subscription", AZURE | {"ResourceId": "/subscriptions/s/providers/x.y/pricings/p"}, "no-tags"),
    (
        "a reservation",
        AZURE | {"ChargeCategory": "Purchase", "ResourceId": "/providers/Microsoft.Capacity/reservationOrders/r"},
        "commitment",
    ),
    ("a purchase", AZURE | {"ChargeCategory": "Purchase"}, "purchase"),
    ("a seller's plan", AZURE | {"ServiceProviderName": "Beacon Grid", "ChargeCategory": "Purchase"}, "marketplace"),
    ("a seller's plan as resource", AZURE | {"ResourceId": f"{GROUP}/Microsoft.SaaS/resources/r"}, "not-in-bill"),
    ("a reseller's machine", AZURE | {"InvoiceIssuerName": "Contoso", "ResourceId": f"{GROUP}/a.b/c/d"}, "taggable"),
    ("a machine without its type", AZURE | {"ServiceName": "Virtual Machines", "ResourceId": "/x"}, "taggable"),
    ("usage of nothing", AZURE | {"ServiceName": "Advanced Threat Protection"}, "no-resource"),
    ("rounding", AZURE | {"ChargeCategory": "Adjustment", "ServiceName": "Rounding error"}, "adjustment"),
    ("a query", GOOGLE | {"ServiceName": "BigQuery", "SkuMeter": "Analysis"}, "taggable"),
    ("its discount", GOOGLE | {"ServiceName": "BigQuery", "ChargeCategory": "Adjustment"}, "taggable"),
    (
        "a gateway",
        GOOGLE | {"ServiceName": "Networking", "SkuMeter": "Networking Cloud NAT Data Processing"},
        "no-tags",
    ),
    ("egress", GOOGLE | {"ServiceName": "Networking", "SkuMeter": "Network Internet Egress"}, "taggable"),
    ("findings", GOOGLE | {"ServiceName": "Security Command Center"}, "no-tags"),
    ("a commitment", GOOGLE | {"ServiceName": "Compute Engine", "SkuMeter": "Commitment v1: Cpu"}, "commitment"),
    ("rounding of Google", GOOGLE | {"ServiceName": "Invoice", "ChargeCategory": "Adjustment"}, "adjustment"),
    ("what the page does not list", GOOGLE | {"ServiceName": "Cloud DNS"}, "unknown"),
    ("a volume of Oracle", ORACLE | {"ServiceName": "BLOCK_STORAGE", "ResourceId": "ocid1.volume.oc1..a"}, "taggable"),
    ("metrics", ORACLE | {"ServiceName": "TELEMETRY", "ResourceId": "oci_compute"}, "no-tags"),
    ("tokens", {"ServiceProviderName": "OpenAI", "InvoiceIssuerName": "OpenAI", "ChargeCategory": "Usage"}, "no-tags"),
    ("rent", {"ServiceProviderName": "Granite Row", "ChargeCategory": "Purchase"}, "purchase"),
    ("a server of nobody", {"ServiceProviderName": "Granite Row", "ResourceId": "s-1"}, "unknown"),
    ("an ARN alone", {"ResourceId": "arn:aws:ec2:us-east-1:1:instance/i-1"}, "taggable"),
    ("nothing at all", {}, "no-resource"),
)


@pytest.fixture(scope="module")
def judged(engine: Engine) -> dict[str, str]:
    """The verdict on each case."""
    return verdicts(engine, {name: (texts, True) for name, texts, _ in _CASES})


@pytest.mark.parametrize(("name", "expected"), [(name, expected) for name, _, expected in _CASES])
def test_a_charge_is_judged_by_what_it_is(name: str, expected: str, judged: dict[str, str]) -> None:
    assert judged[name] == expected


def test_a_charge_with_tags_is_taggable_whatever_the_table_says(engine: Engine) -> None:
    tagged = {name: (texts | {"Tags": '{"team":"search"}'}, True) for name, texts, _ in _CASES}

    assert set(verdicts(engine, tagged).values()) == {TAGGABLE}


@pytest.mark.parametrize("tags", [None, "", "{}", "null"])
def test_tags_that_are_none_tell_nothing(tags: str | None, engine: Engine) -> None:
    assert engine.row(f"SELECT {CARRIES_TAGS} FROM ({key_sql({'Tags': tags})})") == (False,)
    assert verdict(engine, AWS | {"Tags": tags, "ChargeCategory": "Tax"}) == "tax"


def test_a_bill_that_names_no_resource_is_judged_by_service(engine: Engine) -> None:
    given = {"names_resources": "false"}
    assert verdict(engine, AWS | {"ServiceName": "Amazon Simple Storage Service"}, **given) == TAGGABLE
    assert verdict(engine, AWS | {"ServiceName": "AWS CloudTrail"}, **given) == UNKNOWN
    assert verdict(engine, AZURE | {"ServiceName": "Event Hubs"}, **given) == TAGGABLE
    assert verdict(engine, AWS | {"ChargeCategory": "Credit", "ServiceName": "AWS Lambda"}, **given) == "credit"
    assert verdict(engine, {}, **given) == UNKNOWN


def test_tags_elsewhere_in_the_bill_are_evidence_for_a_supplier_that_the_table_does_not_know(engine: Engine) -> None:
    server = {"ServiceProviderName": "Granite Row", "ResourceId": "s-1", "ChargeCategory": "Usage"}

    assert verdict(engine, server, shows_tags="true") == TAGGABLE
    assert verdict(engine, server, shows_tags="false") == UNKNOWN


def test_what_the_user_says_stands_in_front_of_everything(engine: Engine) -> None:
    tagged = AWS | {"ServiceName": "Amazon WorkMail", "Tags": '{"a":"b"}'}
    said = [("ServiceName = 'Amazon WorkMail'", False), ("ChargeCategory = 'Tax'", True)]

    assert verdict(engine, tagged, overrules=said) == OVERRULED
    assert verdict(engine, AWS | {"ChargeCategory": "Tax"}, overrules=said) == TAGGABLE
    assert verdict(engine, AWS | {"ResourceId": BUCKET}, overrules=said) == TAGGABLE


def test_a_condition_of_the_user_that_is_null_does_not_fit(engine: Engine) -> None:
    assert verdict(engine, AWS | {"ChargeCategory": "Tax"}, overrules=[("SkuMeter = 'x'", True)]) == "tax"


def test_the_evidence_is_told_per_source_and_provider(engine: Engine) -> None:
    keys = " UNION ALL ".join(
        key_sql(texts)
        for texts in (
            {"ServiceProviderName": "AWS", "ResourceId": "i-1"},
            {"ServiceProviderName": "Acme", "Tags": '{"a":"b"}'},
            {"ServiceProviderName": None, "x_Source": "other"},
        )
    )
    dated = f"(SELECT *, 'May' AS x_BillingPeriod FROM ({keys}))"

    rows = engine.rows(f"SELECT * EXCLUDE (x_BillingPeriod) FROM ({evidence_sql(dated)}) ORDER BY ALL")

    assert rows == [
        ("bills", "AWS", True, False),
        ("bills", "Acme", True, True),
        ("other", None, False, False),
    ]


def test_every_reason_has_a_sentence() -> None:
    assert all(text and not text.endswith(".") for text in reasons().values())
    assert not {TAGGABLE, UNKNOWN} & set(reasons())
