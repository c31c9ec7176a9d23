"""Root causes in words: what each is, and what stands beside it, with figures apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from finmod.models.rootcause.answer import Cause, Moved, Part, RootCauses
from finmod.models.rootcause.report import Beside, CausesReport, DriverMove, Happening
from finmod.models.variance.page import Name
from finmod.models.variance.report import State
from finmod.workspace.report.causes import causes_told
from tests.variance_pages import words

D = Decimal


FOUND = RootCauses(before=D(100), after=D(210), growth=None, causes=(), offsets=(), usual=D(40))
STATES = (State("2026-08", date(2026, 8, 1), 1), State("2026-09", date(2026, 9, 1), 1))


def test_a_cause_is_told_with_its_resources_and_what_happened_beside_it() -> None:
    name = (("account", "4711\x1b[31m"), ("service", None))
    resources = (Moved("arn:aws:ec2:eu-west-1:4711:instance/" + "i" * 20, D(1), D(61)), Moved(None, D(9), D(4)))
    cause = Cause(name=name, before=D(10), after=D(65), expected=D(11), explained=D(55), share=D("0.5"), leaves=9,
                  resources=resources)  # fmt: skip
    launch = Happening("event", date(2026, 9, 3), date(2026, 9, 5), "Launch", (("product", "ads"),))
    orders = DriverMove("orders", "order", (), D(100), D(112))
    fresh = DriverMove("seats", "seat", (("product", "ads"),), D(0), D(5))
    found = replace(FOUND, causes=(cause,))
    told = causes_told(
        CausesReport("northwind", "USD", *STATES, found, (Beside((launch,), (fresh,)),), (launch,), (orders,), ())
    )
    (row,) = told.rows
    assert row.what == "account 4711\ufffd[31m, no service: more than usual"
    assert [each for each in row.evidence[0] if isinstance(each, Name)] == [
        "…est-1:4711:instance/" + "i" * 20, "without a resource",
    ]  # fmt: skip
    assert [row.amount, told.usual, told.unexplained] == [D(55), D(40), D(15)]
    assert [*map(words, row.evidence)] == [
        "largest resources: …est-1:4711:instance/" + "i" * 20 + " 60, without a resource -5",
        "2026-09-03 to 2026-09-05: Launch (product ads)",
        "drivers, a day: seats of product ads new",
    ]
    assert [*map(words, told.beside)] == [
        "2026-09-03 to 2026-09-05: Launch (product ads)", "drivers, a day: orders 12.0 %",
    ]  # fmt: skip


def test_a_cause_that_is_one_resource_is_told_by_what_all_of_it_has() -> None:
    """Its only resource says nothing more."""
    one = Cause(name=(("resource", "i-1"),), before=D(1), after=D(9), expected=D(1), explained=D(8), share=None,
                leaves=1, resources=(Moved("i-1", D(1), D(9)),),
                alike=(("service", "S3"), ("sku", "c5"), ("team", None)), own=Part(D(1), D(9), D(1)))  # fmt: skip
    found = replace(FOUND, causes=(one,))
    report = CausesReport("northwind", "USD", *STATES, found, (Beside(),), (), (), ())
    (single,) = causes_told(report).rows
    assert [*map(words, single.evidence)] == [
        "all of it: service S3, SKU c5", "narrower causes have a part of it; in all 8",
    ]  # fmt: skip
    more = causes_told(replace(report, found=replace(found, others=2, by_others=D(7))))
    assert [(words(name), amount) for name, amount in more.rest] == [
        ("2 other causes", D(7)), ("All else, as expected of it", D(40)), ("Not explained", D(55)),
    ]  # fmt: skip
