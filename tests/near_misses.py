"""Tag texts that look like a value and mean something else, and real-life dirt that means one.

Owns the lists, by dimension. The tests of repair and benchmarks/quality/tag_repair.py judge by them. They were written
before repair was run on them, and nothing was taken out afterwards; rules of repair were improved by what they showed,
so they tell of regressions, and no longer of texts that nobody has seen.
"""

from __future__ import annotations

from collections.abc import Iterator

from finmod.sample.products import PLATFORMS, PRODUCTS
from finmod.sample.streams import Stream
from finmod.sample.teams import TEAMS

VALUES: dict[str, tuple[str, ...]] = {
    "product": (*(one.name for one in PRODUCTS), *(one.name for one in PLATFORMS)),
    "team": tuple(team.name for team in TEAMS),
    "environment": ("production", "staging", "development"),
}
"""Names of the sample's values; no aliases."""

OTHERS: dict[str, tuple[str, ...]] = {
    "product": (
        *("shopping", "royalty", "research", "marketing", "market", "payroll", "payday", "payer", "repayments"),
        *("prepayments", "catalyst", "category", "cats", "cattle", "assistance", "assist", "resistant", "inventor"),
        *("invention", "invoices", "shipyard", "shipment", "shopper", "royals", "loyalist", "mobility", "immobile"),
        *("automobile", "insider", "incidents", "insides", "adds", "aids", "aws", "abs", "adp", "ad-hoc", "checkin"),
        *(
            "checklist",
            "check",
            "checkup",
            "checks",
            "newwork",
            "net",
            "networking-lab",
            "reports",
            "sport",
            "transport",
        ),
        *("commendations", "subscribers", "transcriptions", "prescriptions", "descriptions", "nonsearch", "no-ads"),
        *("anti-ads", "database-platform", "date-platform", "platform", "data", "search-ads", "ads-search"),
        *("mobile-payments", "search2", "search-2", "search-v2", "ads1", "network-02", "catalog2024", "payments-old-1"),
        *("supportive", "supporters", "consistent", "insistent", "torrents", "inventive", "peach", "starch", "launch"),
        *("loyalties-of-war", "stipends", "pavements", "parchments", "moments", "segments", "movements", "mobsters"),
        *(
            "kubeflow",
            "kubectl",
            "cubes",
            "arch",
            "sea",
            "seal",
            "searing",
            "a",
            "s",
            "m",
            "x",
            "c",
            "42",
            "0",
            "-",
            "?",
        ),
        *("test", "Test", "shared", "none", "N/A", "n/a", "unknown", "tbd", "TBD", "null", "other", "misc", "default"),
        *("xxx", "todo", "common", "global", "untagged", "prod", "dev", "staging", "terraform", "backup", "i-0a1b2c3d"),
        *(
            "jane.doe@example.com",
            "cc-1010",
            "1234567890",
            "2026-10-01",
            "arn:aws:iam::1:role/search-role",
            "<b>ads</b>x",
        ),
        *(
            "serverless",
            "search engine optimisation",
            "pay per click",
            "bad",
            "lads",
            "roads",
            "ads or not",
            "adz-wide",
        ),
    ),
    "team": (
        *(
            "search",
            "ads",
            "checkout-qa",
            "ads-date",
            "ads-wed",
            "search-app",
            "payments-team",
            "web",
            "api",
            "data",
            "ops",
        ),
        *("search-api-2", "ads-data2", "mobile-ops-3", "kubernetes-web", "network-api", "support-ops", "platform-team"),
        *(
            "data-team",
            "data-web",
            "team",
            "shopping-web",
            "royalty-data",
            "marketing-ops",
            "research-api",
            "insider-web",
        ),
        *("web-ads-api", "ads-web-data", "loyalty", "assistance-web", "catalyst-ops", "payroll-web", "none", "shared"),
    ),
    "environment": (
        *("preprod", "pre-prod", "pre-production", "PreProduction", "nonprod", "non-prod", "non-production", "prod2"),
        *(
            "prod-1",
            "production-2",
            "dev1",
            "dev-02",
            "stg3",
            "staging2",
            "product",
            "products",
            "productivity",
            "producer",
        ),
        *("predict", "project", "projection", "protection", "stagnation", "stating", "stabling", "starting", "string"),
        *(
            "deployment",
            "envelopment",
            "reproduction",
            "test",
            "qa",
            "uat",
            "sandbox",
            "dr",
            "demo",
            "local",
            "ci",
            "int",
        ),
        *("perf", "shared", "all", "none", "n/a", "tbd", "unknown", "x", "p", "d", "s", "introduction", "reduction"),
        *("device", "devil", "divide", "stack", "stay", "pod", "pride", "proud", "post-production", "predevelopment"),
    ),
}
"""Texts that mean none of the values, or cannot be told from letters; nothing else is known of their resources."""

DIRT: dict[str, dict[str, str]] = {
    "product": {
        **dict.fromkeys(
            ("Search", "SEARCH ", "\tsearch", "search.", "seach", "saerch", "searhc", "search-service"), "search"
        ),
        **dict.fromkeys(
            ("search_svc", "Search App", "searchs", "srch", "search-prod", "searchh", "search-team"), "search"
        ),
        **dict.fromkeys(("ADS", "Ads ", "ads-api", "ads app", "ads_service", "ads-prod", "the ads"), "ads"),
        **dict.fromkeys(
            ("check-out", "Check Out", "chekcout", "checkot", "chckout", "checkoutt", "checkuot"), "checkout"
        ),
        **dict.fromkeys(
            ("Catalogue", "catalogs", "catalgo", "catlog", "ctlg", "catalog-api", "catalog/prod"), "catalog"
        ),
        **dict.fromkeys(("recommendation", "reccomendations", "recomendations", "recommendatoins"), "recommendations"),
        **dict.fromkeys(
            ("payment", "paymets", "pyaments", "payements", "PAYMENTS-API", "paymnts", "pymnts"), "payments"
        ),
        **dict.fromkeys(("invetory", "inventroy", "inventry", "invntry", "inventory_app", "inventary"), "inventory"),
        **dict.fromkeys(("shiping", "shippping", "shpping", "shippin", "Shipping Service", "shpng"), "shipping"),
        **dict.fromkeys(
            ("market-place", "Market Place", "marketpalce", "mktplace", "mrktplc", "markeplace"), "marketplace"
        ),
        **dict.fromkeys(("loyality", "loyalti", "loylaty", "loyalty-app", "LOYALTY."), "loyalty"),
        **dict.fromkeys(("mobile app", "MobileApp", "mobiel", "moblie", "mobile_apps"), "mobile"),
        **dict.fromkeys(("insight", "insigths", "inisghts", "insihgts"), "insights"),
        **dict.fromkeys(("assistent", "asistant", "assistants", "assitant"), "assistant"),
        **dict.fromkeys(("subscription", "subscritpions", "subscriptons", "subsciptions"), "subscriptions"),
        **dict.fromkeys(("k8s", "Kubernets", "kuberentes", "kubernetes-prod", "kubernetees"), "kubernetes"),
        **dict.fromkeys(
            ("dataplatform", "DataPlatform", "data platform", "data_platfrom", "data-plattform"), "data-platform"
        ),
        **dict.fromkeys(("netwrok", "networks", "Network Team", "netwok"), "network"),
        **dict.fromkeys(("suport", "support team", "supprt"), "support"),
    },
    "team": {
        **dict.fromkeys(
            ("search_api", "Search API", "searchapi", "serach-api", "search-apis", "api-search"), "search-api"
        ),
        **dict.fromkeys(("ads_web", "ads web team", "web-ads"), "ads-web"),
        **dict.fromkeys(("checkout.ops", "chekout-ops", "checkout-ops-team"), "checkout-ops"),
        **dict.fromkeys(
            ("data platform", "data-platform", "DataPlatform-Team", "data_platfrom_team"), "data-platform-team"
        ),
        **dict.fromkeys(("kubernetes", "k8s-team", "Kubernetes Squad"), "kubernetes-team"),
    },
    "environment": {
        **dict.fromkeys(
            ("prod", "PROD", "Prd", "prodution", "prodcution", "Production ", "production-env"), "production"
        ),
        **dict.fromkeys(("stg", "stage", "STAGING", "stagin", "stagging", "satging", "env:staging"), "staging"),
        **dict.fromkeys(("dev", "DEV", "develop", "devel", "developement", "devlopment", "Development"), "development"),
    },
}
"""Texts of real life that mean the value, which letters can tell."""


def mistyped(names: tuple[str, ...], seed: int, each: int) -> Iterator[tuple[str, str]]:
    """Yield names of six letters and more with one slip of a finger, and the name: never another name by chance."""
    chance = Stream(seed, "slips", *names)
    for name in names:
        for _ in range(each if len(name) >= 6 else 0):
            at = chance.integer(1, len(name) - 1)
            letter = chr(ord("a") + chance.integer(0, 26))
            text = (
                f"{name[:at]}{name[at + 1]}{name[at]}{name[at + 2 :]}",
                f"{name[:at]}{name[at + 1 :]}",
                f"{name[:at]}{name[at]}{name[at:]}",
                f"{name[:at]}{letter}{name[at + 1 :]}",
                f"{name[:at]}{letter}{name[at:]}",
            )[chance.integer(0, 5)]
            if text not in names:
                yield text, name
