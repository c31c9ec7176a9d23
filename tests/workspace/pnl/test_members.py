"""Lines of targets cut among their members: sums stay, and what has no members is nobody's."""

from __future__ import annotations

from decimal import Decimal

from finmod.models.pnl_figures import Cell
from finmod.terms.money import in_units
from finmod.workspace.pnl.members import Members, cut_among

D = Decimal
SEARCH, ADS = (0, 0, "search"), (0, 0, "ads")


def cells(target: tuple[object, ...], *amounts: str) -> list[tuple[tuple[object, ...], Cell]]:
    return [(target, Cell(line, 0, None, D(amount), known=D(amount))) for line, amount in enumerate(amounts)]


def told(found: list[Cell]) -> dict[tuple[int, str | None], Decimal | None]:
    return {(cell.line, cell.member): cell.amount for cell in found}


def test_lines_that_cancel_each_other_out_and_have_no_members_are_nobodys_without_a_word() -> None:
    found, left = cut_among(cells(ADS, "5", "-5"), {}, dict)

    assert (told(found), left) == ({(0, None): D(5), (1, None): D(-5)}, D(0))


def test_what_nothing_tells_of_is_nobodys_and_counted() -> None:
    members = {SEARCH: Members(["acme"], [0])}
    found, left = cut_among(cells(SEARCH, "5", "-5"), members, dict)

    assert (told(found), left) == ({(0, None): D(5), (1, None): D(-5)}, D(10))


def test_weights_are_asked_for_where_lines_cancel_each_other_out_alone() -> None:
    members = {SEARCH: Members(["acme", "bolt"], [0, 0]), ADS: Members(["acme"], [in_units(D(3))])}
    lines = [*cells(SEARCH, "4", "-4"), *cells(ADS, "2", "1")]
    found, left = cut_among(lines, members, lambda: {SEARCH: {"acme": 3, "bolt": 1}})

    assert told(found) == {(0, "acme"): D(5), (1, "acme"): D(-2), (0, "bolt"): D(1), (1, "bolt"): D(-1)}
    assert left == 0
