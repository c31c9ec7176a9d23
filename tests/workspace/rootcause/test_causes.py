"""Root causes of a project: combinations by name, resources, and what else happened then."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.models.rootcause.report import CausesReport
from finmod.settings.project import load_project
from finmod.terms.periods import parse_period
from finmod.workspace.rootcause.causes import causes
from finmod.workspace.variance.variance import Wanted
from tests.books import Books
from tests.tagged import charge
from tests.variances import CLUSTER, books_of

D = Decimal
EVENTS = """\
date,event,until,product,service
2026-09-03,Autoscaler limit raised,2026-09-20,search,Compute
2026-09-10,Office party,,,
2026-07-01,Long ago,,,
"""


def month(number: int, **odd: str) -> list[dict[str, str]]:
    """Return a month of three products with three services of two resources each; some cost what ``odd`` says."""
    return [
        dict(charge(number, odd.get(f"{product}_{service}", "100"), f"{product}-{service}-{at}",
                    f'{{"product":"{product}"}}', ServiceName=service, RegionId="eu"))
        for product in ("search", "ads", "shop") for service in ("Compute", "Storage", "Databases") for at in (1, 2)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Compute of search costs four times as much in September; everything else stays."""
    made = books_of(tmp_path_factory.mktemp("causes") / "books", *month(8), *month(9, search_Compute="400"))
    made.write("events.csv", EVENTS)
    made.write("finmod.yaml", (made.root / "finmod.yaml").read_text(encoding="utf-8") + "events: events.csv\n")
    made.write("drivers.yaml", "orders: {unit: order, grain: month, by: [product], from: {csv: orders.csv}}\n")
    made.write(
        "orders.csv", "date,product,orders\n2026-08,search,310\n2026-09,search,1200\n2026-08,ads,31\n2026-09,ads,30\n"
    )
    assert made.run("drivers", "load").code == 0
    return made


def of(books: Books, period: str = "2026-09", against: str = "previous") -> CausesReport:
    return causes(load_project(books.root), Wanted(parse_period(period), against))


def test_the_combination_that_moved_is_named_with_its_resources(books: Books) -> None:
    report = of(books)
    (cause,) = report.found.causes
    assert dict(cause.name) == {"product": "search", "service": "Compute"}
    assert cause.explained == report.found.change == 600
    assert {each.name for each in cause.resources} == {"search-Compute-1", "search-Compute-2"}
    assert {each.change for each in cause.resources} == {300}


def test_what_happened_to_it_stands_beside_it_and_all_else_apart(books: Books) -> None:
    report = of(books)
    (beside,) = report.beside
    assert [each.text for each in beside.happenings] == ["Autoscaler limit raised"]
    assert [each.text for each in report.happenings] == ["Office party"]


def test_drivers_of_what_it_names_are_told_a_day(books: Books) -> None:
    (beside,) = of(books).beside
    (move,) = beside.drivers
    assert (move.driver, dict(move.of)) == ("orders", {"product": "search"})
    assert [move.before, move.after, move.change] == [10, 40, 3]


def test_a_plan_is_no_driver_that_moved(books: Books, tmp_path: Path) -> None:
    made = books.copy(tmp_path / "own")
    made.write("pnl.yaml", "default: {name: Hosting, section: cogs}\nbudget: {Hosting: orders}\n")
    assert [each.drivers for each in of(made).beside] == [()]
    assert of(made).drivers == ()
    made.write("pnl.yaml", "budget: [")
    assert [each.driver for each in of(made).drivers] == ["orders"]


def test_a_driver_that_is_told_until_the_tenth_has_not_fallen(books: Books, tmp_path: Path) -> None:
    made = books.copy(tmp_path / "own")
    made.write("drivers.yaml", "orders: {unit: order, grain: day, by: [product], from: {csv: orders.csv}}\n")
    days = [f"2026-08-{day:02},search,10\n" for day in range(1, 32)]
    days += [f"2026-09-{day:02},search,10\n" for day in range(1, 11)]
    made.write("orders.csv", f"date,product,orders\n{''.join(days)}")
    assert made.run("drivers", "load").code == 0
    ((move,),) = [each.drivers for each in of(made).beside]
    assert [move.before, move.after, move.change, move.until] == [10, 10, 0, date(2026, 9, 10)]
    said = made.run("variance", "2026-09", "--causes").out
    assert "orders of product search 0.0 % (10.00 to 10.00; told until 2026-09-10)" in said


def test_a_driver_that_begins_at_nothing_is_new_and_one_that_was_not_told_is_none(books: Books, tmp_path: Path) -> None:
    made = books.copy(tmp_path / "own")
    month = "grain: month, by: [product]"
    made.write("drivers.yaml", f"orders: {{unit: order, {month}, from: {{csv: orders.csv}}}}\n"
               f"visits: {{unit: visit, {month}, from: {{csv: visits.csv}}}}\n"
               f"seats: {{unit: seat, {month}, from: {{csv: seats.csv}}}}\n")  # fmt: skip
    made.write("orders.csv", "date,product,orders\n2026-08,search,0\n2026-09,search,30\n")
    made.write("visits.csv", "date,product,visits\n2026-08,ads,31\n2026-09,ads,30\n2026-09,search,60\n")
    made.write("seats.csv", "date,product,seats\n2026-09,search,60\n")
    assert made.run("drivers", "load").code == 0
    ((*moves,),) = [each.drivers for each in of(made).beside]
    # Of visits nobody told what search had in August, and of seats nothing at all.
    assert [(each.driver, each.is_new, each.before, each.after) for each in moves] == [("orders", True, D(0), D(1))]
    assert "orders of product search new (0.00 to 1.00)" in made.run("variance", "2026-09", "--causes").out


def test_causes_and_the_rest_sum_to_the_change(books: Books) -> None:
    found = of(books).found
    assert found.explained + found.usual + found.unexplained == found.change


def test_a_bill_loaded_again_and_new_rules_are_told(tmp_path: Path) -> None:
    shared = [charge(number, "40", "i-4", CLUSTER) for number in (8, 9)]
    made = books_of(tmp_path / "books", *month(8), *month(9, search_Compute="400"), *shared)
    text = (made.root / "a.csv").read_text(encoding="utf-8")
    made.load(made.write("a.csv", text.replace("shop-Storage-1", "shop-Storage-9")), "--accept", "FM1130")
    rules = (made.root / "allocation.yaml").read_text(encoding="utf-8")
    made.write("allocation.yaml", rules.replace("{search: 0.75, ads: 0.25}", "{search: 0.5, ads: 0.5}"))
    said = made.run("apply", "--author", "Ann", "--note", "halves")
    assert said.code == 0, said.err
    texts = [each.text for each in of(made).happenings]
    assert "Ann applied allocation 2, which has other rules: halves" in texts
    assert any(text.startswith("The bill of 2026-09 was loaded 2 times, last on ") for text in texts)


def test_a_move_from_one_service_to_another_is_a_pair_that_offsets(tmp_path: Path) -> None:
    made = books_of(tmp_path / "books", *month(8), *month(9, search_Compute="20", search_Databases="180"))
    found = of(made).found
    (offset,) = found.offsets
    assert offset.net == 0
    assert offset.moved == (("service", "Compute", "Databases"),)


def test_nothing_that_moved_has_no_cause(tmp_path: Path) -> None:
    found = of(books_of(tmp_path / "books", *month(8), *month(9))).found
    assert not found.causes
    assert found.change == 0


@pytest.mark.parametrize(("text", "message"), [
    ("day,event\n2026-09-01,x\n", "events.csv:1: the list of events has no column date"),
    ("date,event,produkt\n2026-09-01,x,y\n", "the column 'produkt' is none that events are told by"),
    ("date,event\n1.9.2026,x\n", "events.csv:2: the date is '1.9.2026'; expected a day as 2026-09-30"),
    ("", "the list of events has no column date and no column event"),
])  # fmt: skip
def test_a_list_of_events_that_says_something_else_is_refused(
    books: Books, text: str, message: str, tmp_path: Path
) -> None:
    made = books.copy(tmp_path / "own")
    made.write("events.csv", text)
    with pytest.raises(UserError) as caught:
        of(made)
    assert message in str(caught.value)


def test_a_value_that_no_charge_has_is_said_with_its_line_and_the_nearest(books: Books, tmp_path: Path) -> None:
    made = books.copy(tmp_path / "own")
    made.write("events.csv", (
        "date,event,product,service,resource\n2026-09-03,One,serch,,\n2026-07-03,Long ago,serch,,\n"
        "2026-09-03,Two,search,Computer,\n2026-09-03,Three,,,search-Compute-1\n2026-09-03,Four,,Quantum,\n"
    ))  # fmt: skip
    report = of(made)
    found = [(each.where, each.message) for each in report.findings if each.code == "FM2531"]
    none = "No cost of 2026-08 or 2026-09 has"
    said = "the event stands beside no cause"
    assert sorted(found) == [
        ("events.csv:2", f"{none} product 'serch': {said}. Did you mean 'search'?"),
        ("events.csv:4", f"{none} service 'Computer': {said}. Did you mean 'Compute'?"),
        ("events.csv:6", f"{none} service 'Quantum': {said}"),
    ]
    assert "Three" in [each.text for beside in report.beside for each in beside.happenings]


def test_a_list_of_events_that_is_gone_is_refused(books: Books, tmp_path: Path) -> None:
    made = books.copy(tmp_path / "own")
    (made.root / "events.csv").unlink()
    with pytest.raises(UserError, match="the list of events cannot be read: no such file"):
        of(made)


def test_tags_that_no_rule_reads_name_causes_too(tmp_path: Path) -> None:
    """Keys that mean one tag are one; those of suppliers, and hostile ones, name nothing."""

    def tagged(number: int, cost: str) -> list[dict[str, str]]:
        found = []
        for at in range(12):
            key, env = ("Env", "env")[at % 2], ("prod", "test", "stage")[at % 3]
            tags = {"product": "search", key: env, "aws:stack": str(at % 3), "<b>": str(at % 3)}
            amount = cost if env == "prod" else "100"
            found.append(dict(charge(number, amount, f"i-{at}", json.dumps(tags), ServiceName="Compute")))
        return found

    (cause,) = of(books_of(tmp_path / "books", *tagged(8, "100"), *tagged(9, "400"))).found.causes
    assert [name.casefold() for name, _ in cause.name] == ["tag:env"]
    assert [value for _, value in cause.name] == ["prod"]


def test_tags_name_causes_where_there_is_no_taxonomy(tmp_path: Path) -> None:
    made = books_of(tmp_path / "books", *month(8), *month(9, search_Compute="400"), apply=False)
    (cause,) = of(made).found.causes
    assert dict(cause.name) == {"service": "Compute", "tag:product": "search"}
