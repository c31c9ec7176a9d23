"""Of amounts of any size that a bill can hold: shares are exact to the last place, and none of a whole is lost."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from finmod.engines.duckdb import Engine
from finmod.normalize.aws_unused import share

_MOST = 10**12  # currency units; an hour of the largest commitment, in the smallest currency, is far below
_UNITS = st.integers(1, _MOST * 10**12)


def _amount(units: int) -> Decimal:
    return Decimal(units).scaleb(-12)


def _literal(units: int) -> str:
    return f"CAST('{_amount(units):f}' AS DECIMAL(38,12))"


@settings(max_examples=150)
@given(_UNITS, st.integers(0, 10**12), st.integers(0, 10**12))
@example(24_900_000 * 10**12, 4 * 10**11, 9 * 10**11)
@example(_MOST * 10**12, 10**12 - 1, 10**12 - 1)
@example(7, 3, 5)
def test_used_and_unused_shares_are_the_whole(gross: int, unused_ratio: int, net_ratio: int) -> None:
    net, unused = gross * net_ratio // 10**12, gross * unused_ratio // 10**12
    used = gross - unused
    exact = unused * net // gross
    rest = -(-used * net // gross)
    assert exact + rest == net
    with Engine() as engine:
        (of_unused, of_used, negative) = engine.row(
            f"SELECT {share(_literal(unused), _literal(net), _literal(gross))}, "
            f"{share(_literal(used), _literal(net), _literal(gross))}, "
            f"{share(_literal(-unused), _literal(net), _literal(gross))}"
        )
    assert of_unused == _amount(exact)
    assert of_used == _amount(used * net // gross)
    assert _amount(net) - of_unused == _amount(rest)
    assert negative == -of_unused
