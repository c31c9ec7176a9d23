"""Inference on small frames: what is said, in which words, and every case in which nothing may be said."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from finmod.errors import UserError
from finmod.taxonomy.inference.groups import make_groups
from finmod.taxonomy.inference.infer import REASONS, InferenceOptions, infer
from tests.taxonomy.inference.rows import Rows, day, outcomes, verdicts

SHARED = InferenceOptions(shared_values=frozenset({"data-platform"}))


def two_teams() -> Rows:
    """Return a mixed account in which two teams label nearly everything."""
    rows = Rows().add("search", 100, missing=4, team="search-web", account="a1")
    return rows.add("ads", 100, missing=4, team="ads-web", account="a1")


def test_another_tag_tells_the_missing_one() -> None:
    found = infer(two_teams().frame())
    assert found.value.tolist() == ["search"] * 4 + ["ads"] * 4
    assert found.inferred.all()
    assert found.why[0] == "100 of 100 labelled resources with team 'search-web' are 'search'"
    # Of 200 held-out labels all were right: Laplace's rule.
    assert found.confidence[0] == 201 / 202


def test_the_report_tells_precision_interval_and_coverage() -> None:
    rows = two_teams().add(None, 0, missing=2, account="a9", cost=Decimal("4.5"))
    report = infer(rows.frame()).report
    assert (report.precision.right, report.precision.decided, report.precision.share) == (200, 200, 1.0)
    assert round(report.precision.low, 4) == 0.9812
    assert report.precision.high == 1.0
    assert (report.held_out.decided, report.held_out.resources) == (200, 200)
    assert (report.unlabelled.decided, report.unlabelled.resources, report.unlabelled.share) == (8, 10, 0.8)
    # 8 of 8 + 2 x 4.5.
    assert report.unlabelled.cost_share == Decimal(8) / Decimal(17)
    assert report.abstained == {"no evidence": 2}
    assert report.problem is None


def test_which_resources_have_a_value_is_looked_at_once_for_all() -> None:
    found = infer(two_teams().add(None, 0, missing=2, account="a9").frame())
    assert found.inferred.tolist() == [value is not None for value in found.value.tolist()] == [True] * 8 + [False] * 2
    assert found.inferred is found.inferred


def test_an_account_of_one_value_tells_it() -> None:
    rows = Rows().add("search", 100, missing=5, account="search-prod").add("ads", 100, missing=5, account="ads-prod")
    found = infer(rows.frame())
    assert found.value.tolist() == ["search"] * 5 + ["ads"] * 5
    assert found.why[0] == "100 of 100 labelled resources in account 'search-prod' are 'search'"


def test_nothing_is_inferred_from_a_shared_account_with_mixed_labels() -> None:
    rows = Rows().add("search", 90, missing=5, account="a1").add("ads", 10, account="a1")
    rows.add("ads", 100, missing=5, account="ads-prod").add("search", 100, account="search-prod")
    found = verdicts(infer(rows.frame()))
    assert {found[f"r{number:04d}"] for number in range(90, 95)} == {(None, "no evidence")}
    assert found["r0205"] == ("ads", None)


def test_a_value_that_nearly_everything_has_is_inferred_of_nothing() -> None:
    rows = Rows().add("search", 300, missing=20, account="a1", team="t1").add("search", 100, account="a2", team="t1")
    found = infer(rows.frame())
    assert outcomes(found) == {(None, "no evidence")}
    assert found.report.problem is not None


def test_the_largest_value_is_not_inferred_of_a_group_without_labels() -> None:
    rows = two_teams().add("search", 300, account="a2", team="search-web").add(None, 0, missing=3, account="a3")
    assert {key: value for key, value in verdicts(infer(rows.frame())).items() if key > "r0507"} == {
        f"r{number:04d}": (None, "no evidence") for number in range(508, 511)
    }


def test_what_is_seldom_labelled_may_be_shared_and_gets_nothing() -> None:
    rows = Rows().add("search", 100, missing=5, account="search-prod", service="EC2")
    rows.add("ads", 100, account="ads-prod", service="EC2")
    rows.add(None, 0, missing=30, account="search-prod", service="NAT Gateway")
    found = infer(rows.frame())
    assert found.value.tolist() == ["search"] * 5 + [None] * 30
    assert set(found.reason[5:]) == {"seldom labelled"}
    assert found.why[5] == (
        "0 of 29 other resources of 'NAT Gateway' are labelled: what is seldom labelled may be shared"
    )


def test_nodes_of_a_cluster_that_nobody_labels_get_nothing_in_an_account_of_one_product() -> None:
    rows = Rows().add("search", 100, missing=5, account="search-prod", service="EC2")
    rows.add("ads", 100, account="ads-prod", service="EC2")
    rows.add(None, 0, missing=12, account="search-prod", service="EC2", cluster="prod-eu-1")
    found = infer(rows.frame())
    assert found.value.tolist() == ["search"] * 5 + [None] * 12
    assert found.why[5].startswith("0 of 11 other resources with cluster 'prod-eu-1' are labelled")


def test_a_group_whose_labels_are_a_small_part_does_not_speak() -> None:
    rows = Rows().add("search", 100, missing=110, account="search-prod").add("ads", 100, missing=9, account="ads-prod")
    found = verdicts(infer(rows.frame()))
    assert {value for key, (value, _) in found.items() if key < "r0210"} == {None}
    assert {value for key, (value, _) in found.items() if key > "r0300"} == {"ads"}


def test_nothing_is_inferred_to_be_a_shared_value_or_beside_one() -> None:
    rows = two_teams().add("data-platform", 90, missing=9, team="data-team", account="warehouse")
    found = infer(rows.frame(), SHARED)
    assert "data-platform" not in found.value.tolist()
    assert set(found.reason[8:]) == {"shared"}
    assert found.why[8] == "90 of 90 labelled resources in account 'warehouse' are of a value that is shared"


def test_evidence_for_two_values_decides_nothing_and_both_are_told() -> None:
    rows = Rows().add("search", 100, account="search-prod", team="{n}").add("ads", 100, account="ads-prod", team="{n}")
    rows.add("search", 90, account="lab", team="search-web").add("ads", 90, account="lab", team="ads-web")
    rows.add(None, 0, missing=1, account="search-prod", team="ads-web")
    found = infer(rows.frame())
    assert found.reason.tolist() == ["contradiction"]
    assert found.why[0] == (
        "100 of 100 labelled resources in account 'search-prod' are 'search', but"
        " 90 of 90 labelled resources with team 'ads-web' are 'ads'"
    )


def test_the_beginning_of_a_name_tells_it_and_numbers_and_hashes_do_not_matter() -> None:
    rows = Rows().add("search", 100, missing=3, account="a1", name="search-api-{n}-9f3ac217")
    rows.add("ads", 100, missing=3, account="a1", name="Ads_web{n}")
    found = infer(rows.frame())
    assert found.value.tolist() == ["search"] * 3 + ["ads"] * 3
    assert found.why[0] == "100 of 100 labelled resources whose name begins with 'search' are 'search'"


def test_a_parent_tells_it() -> None:
    rows = Rows().add("search", 100, missing=3, account="a1", parent="rg-search")
    rows.add("ads", 100, missing=3, account="a1", parent="rg-ads")
    found = infer(rows.frame())
    assert found.value.tolist() == ["search"] * 3 + ["ads"] * 3
    assert found.why[0] == "100 of 100 labelled resources under 'rg-search' are 'search'"


def test_easy_accounts_lend_no_credit_to_accidents_in_mixed_ones() -> None:
    # Parents agree by nature in accounts of one value, and by chance in the mixed account.
    rows = Rows()
    values = ["search", "ads", "pay", "maps"]
    for value in values:
        for group in range(20):
            rows.add(value, 4, account=f"{value}-prod", parent=f"{value}-{group}")
    chance = np.random.default_rng(7)
    for group in range(60):
        for value in chance.choice(values, 4, p=[0.6, 0.2, 0.1, 0.1]).tolist():
            rows.add(value, 1, account="lab", parent=f"rg-{group}")
        rows.add(None, 0, missing=1, account="lab", parent=f"rg-{group}")
    found = infer(rows.frame())
    assert not found.inferred.any()
    assert "unsure" in found.reason.tolist()
    # In accounts of one value they decide: of the 320 there all held-out labels are right.
    assert found.report.precision.right == found.report.precision.decided == 320


def test_what_was_created_together_belongs_together() -> None:
    rows = Rows().add("search", 10, account="a1", first_day=day(1), last_day=day(31))
    for number in range(2, 30):
        value = ("search", "ads", "pay", "maps")[number % 4]
        rows.add(value, 6, missing=1, account="a1", first_day=day(number), last_day=day(31))
    found = infer(rows.frame())
    assert found.value.tolist() == ["pay", "maps", "search", "ads"] * 7
    assert found.why[0] == "6 of 6 labelled resources created on 2026-07-02 in 'a1' are 'pay'"


def test_the_first_day_of_the_bills_is_no_day_of_creation() -> None:
    rows = Rows().add("search", 100, missing=5, account="a1", first_day=day(1), last_day=day(31))
    rows.add("ads", 100, account="a2", first_day=day(2), last_day=day(31))
    found = infer(rows.frame())
    assert set(found.why) == {"100 of 100 labelled resources in account 'a1' are 'search'"}
    (created,) = (groups for groups in make_groups(rows.frame()) if groups.kind == "created")
    assert len(created.row) == 100


def test_resources_that_come_and_go_on_the_same_days_belong_together() -> None:
    def on(*days: int) -> list[float]:
        return [2.0 if number in days else 0.0 for number in range(5)]

    rows = Rows().add("search", 100, missing=4, account="a1", usage=on(0, 1)).add("ads", 10, account="a1", usage=on(0))
    rows.add("ads", 90, missing=4, account="a1", usage=on(1, 3))
    found = infer(rows.frame())
    assert found.value.tolist() == ["search"] * 4 + ["ads"] * 4
    assert found.why[0] == (
        "100 of 100 labelled resources in account 'a1' that were used on the same days of the month are 'search'"
    )


def test_options_that_make_no_sense_are_told_together() -> None:
    wrong = InferenceOptions(target=1.0, folds=1, labelled=0, support=0)
    with pytest.raises(UserError) as caught:
        infer(two_teams().frame(), wrong)
    assert str(caught.value) == (
        "the target precision is 1.0; expected 0.5 or more, and below 1.\n"
        "  Name a number in that range, or leave the option out. (FM2050, docs/errors.md)\n"
        "the number of parts is 1; expected 2 to 50.\n"
        "  Name a number in that range, or leave the option out. (FM2050, docs/errors.md)\n"
        "the share of labelled resources is 0; expected above 0, and at most 1.\n"
        "  Name a number in that range, or leave the option out. (FM2050, docs/errors.md)\n"
        "the number of labelled resources is 0; expected 1 or more.\n"
        "  Name a number in that range, or leave the option out. (FM2050, docs/errors.md)"
    )


def test_few_labels_prove_nothing_and_the_report_says_how_many_would() -> None:
    rows = Rows().add("search", 30, missing=2, account="a1", team="s").add("ads", 30, missing=2, account="a1", team="a")
    found = infer(rows.frame())
    assert outcomes(found) == {(None, "target")}
    assert found.why[0] == (
        "30 of 30 labelled resources with team 's' are 'search', which held-out labels do not prove to be sure enough"
    )
    assert found.report.problem == (
        "no kind of evidence reaches a precision of 0.95 on 60 labelled resources that were held out in turn;"
        " a kind that is always right needs about 92 of them to show it"
    )
    assert infer(rows.frame(), InferenceOptions(target=0.9)).inferred.all()


def test_nothing_to_learn_from_is_told() -> None:
    found = infer(Rows().add(None, 0, missing=1, account="a1").frame())
    assert found.report.problem == "no resource has a value to learn from"
    assert found.why.tolist() == [REASONS["no evidence"]]


def test_one_label_is_told_in_the_singular() -> None:
    found = infer(Rows().add("search", 1, account="a1").frame())
    assert len(found.key) == 0
    assert found.report.problem == (
        "no kind of evidence reaches a precision of 0.95 on 1 labelled resource that was held out in turn;"
        " a kind that is always right needs about 92 of them to show it"
    )


def test_a_frame_without_resources_has_no_verdicts() -> None:
    found = infer(Rows().frame())
    assert len(found.key) == 0
    assert found.report.unlabelled.share is None
    assert found.report.unlabelled.cost_share is None
    assert found.report.precision.share is None


def test_text_of_a_bill_is_made_safe_and_short_in_words() -> None:
    hostile = "\x1b[2J<b>=1+1\u202e" + "x" * 100_000
    rows = Rows()
    rows.add("search", 100, missing=1).add("ads", 100)
    for place, row in enumerate(rows.rows):
        row["team"] = hostile if place <= 100 else "ads-web"
    found = infer(rows.frame())
    assert found.value.tolist() == ["search"]
    assert "\x1b" not in found.why[0]
    assert "\u202e" not in found.why[0]
    assert len(found.why[0]) < 300


def test_negative_costs_and_no_cost_have_no_share() -> None:
    rows = two_teams()
    for row in rows.rows:
        row["cost"] = Decimal(-1)
    coverage = infer(rows.frame()).report.unlabelled
    assert (coverage.decided_cost, coverage.cost, coverage.cost_share) == (Decimal(-8), Decimal(-8), None)
