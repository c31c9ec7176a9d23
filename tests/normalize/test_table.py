"""Any table by the columns that finmod.yaml names: what follows by itself, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from finmod.errors import UserError
from finmod.normalize import focus
from finmod.normalize.formats import detect
from finmod.normalize.mapping import Declared, names_in
from finmod.normalize.table import mapping
from finmod.settings.constants import column_ids
from finmod.sources.table import canonical
from tests.journeys.bills import load, new_project, rows
from tests.normalize.staged import parquet

NAMED = {"BilledCost": "amount", "ChargePeriodStart": "date"}
USD = {"BillingCurrency": "USD", "BillingAccountId": "acme"}


def charges(folder: Path, text: str | bytes, picked: str, **wishes: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 -- as source_settings
    """Return columns of the charges that a table makes, in the order of its rows."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "table.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return of_file(folder, file, picked, **wishes)


def of_file(folder: Path, file: Path, picked: str, **wishes: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 -- as source_settings
    """Return columns of the charges that a file makes, in the order of its rows."""
    project = new_project(folder / "project")
    load(project, "saas", "table", file, **{"columns": NAMED, "constants": USD, **wishes})
    return rows(project, f"SELECT {picked} FROM charges ORDER BY x_Row")


def refused(folder: Path, text: str, **wishes: Any) -> str:  # noqa: ANN401 -- as source_settings
    """Return the message with which a table is refused."""
    with pytest.raises(UserError) as error:
        charges(folder, text, "1", **wishes)
    return "\n".join(map(str, error.value.problems))


def test_two_named_columns_and_a_currency_make_a_charge(tmp_path: Path) -> None:
    picked = (
        "BilledCost, EffectiveCost, ListCost, ContractedCost, BillingCurrency, ChargeCategory, "
        "strftime(ChargePeriodEnd, '%Y-%m-%d'), strftime(BillingPeriodStart, '%Y-%m-%d'), "
        "strftime(BillingPeriodEnd, '%Y-%m-%d')"
    )

    found = charges(tmp_path, "date,amount\n2026-09-05,12.5\n", picked)

    cost = Decimal("12.5")
    assert found == [(cost, cost, None, None, "USD", "Usage", "2026-09-06", "2026-09-01", "2026-10-01")]


def test_what_is_not_named_and_not_known_is_no_finding_that_turns_the_check_red(tmp_path: Path) -> None:
    charges(tmp_path, "date,amount\n2026-09-05,12.5\n", "1")
    project = new_project(tmp_path / "project")

    found = rows(project, "SELECT x_Code, x_Severity FROM findings WHERE x_Column IN ('ListCost', 'ContractedCost')")

    assert found == [("FM1314", "info"), ("FM1315", "info")]


def test_constants_come_before_what_follows_by_itself(tmp_path: Path) -> None:
    constants = {
        **USD,
        "ChargeCategory": "Purchase",
        "BillingPeriodStart": "2026-10-01",
        "ChargePeriodEnd": "2026-12-01",
    }
    picked = "ChargeCategory, x_BillingPeriod, strftime(BillingPeriodEnd, '%Y-%m-%d'), month(ChargePeriodEnd)"

    found = charges(tmp_path, "date,amount\n2026-09-05,1\n", picked, constants=constants)

    assert [(name, str(month), end, last) for name, month, end, last in found] == [
        ("Purchase", "2026-10-01", "2026-11-01", 12)
    ]


def test_a_named_cost_that_is_empty_is_unknown_and_not_as_billed(tmp_path: Path) -> None:
    named = {**NAMED, "EffectiveCost": "effective"}

    found = charges(tmp_path, "date,amount,effective\n2026-09-05,1,\n2026-09-05,2,3\n", "EffectiveCost", columns=named)

    assert found == [(None,), (Decimal(3),)]


@pytest.mark.parametrize(
    ("length", "end"), [("hour", "2026-09-05 01"), ("day", "2026-09-06 00"), ("month", "2026-10-05 00")]
)
def test_a_charge_lasts_as_long_as_was_said(length: str, end: str, tmp_path: Path) -> None:
    picked = "strftime(ChargePeriodEnd, '%Y-%m-%d %H')"

    assert charges(tmp_path, "date,amount\n2026-09-05,1\n", picked, charge_period=length) == [(end,)]


@pytest.mark.parametrize("text", ["2026-09", "202609", "2026-09-01", "2026-09-01T00:00:00Z"])
def test_a_month_is_its_first_day(text: str, tmp_path: Path) -> None:
    assert charges(tmp_path, f"date,amount\n{text},1\n", "strftime(ChargePeriodStart, '%Y-%m-%d')") == [("2026-09-01",)]


def test_a_month_in_whole_numbers_of_parquet_is_its_first_day(tmp_path: Path) -> None:
    file = parquet(tmp_path, {"date": pa.array([202609], pa.int32()), "amount": ["1"]})

    assert of_file(tmp_path, file, "strftime(ChargePeriodStart, '%Y-%m-%d')") == [("2026-09-01",)]


def test_a_table_with_a_billing_period_alone_charges_on_its_first_day(tmp_path: Path) -> None:
    named = {"BilledCost": "amount", "BillingPeriodStart": "month"}

    found = charges(
        tmp_path,
        "month,amount\n2026-09,1\n",
        "strftime(ChargePeriodStart, '%Y-%m-%d'), strftime(ChargePeriodEnd, '%Y-%m-%d')",
        columns=named,
        charge_period="month",
    )

    assert found == [("2026-09-01", "2026-10-01")]


@pytest.mark.parametrize("text", ["Sep 2026", "September 2026", "09/2026", "9.2026", "Sept. 26"])
def test_a_month_in_words_is_refused_with_the_form_to_write(text: str, tmp_path: Path) -> None:
    said = refused(tmp_path, f"date,amount\n{text},1\n")

    assert f"table.csv, row 1: date is '{text}'" in said
    assert "Write months as 2026-09, and days as 2026-09-30." in said


@pytest.mark.parametrize("text", ["2026-13", "202600"])
def test_a_month_that_no_year_has_is_refused(text: str, tmp_path: Path) -> None:
    assert f"date is '{text}'" in refused(tmp_path, f"date,amount\n{text},1\n")


def test_days_with_slashes_are_read_as_said_and_refused_otherwise(tmp_path: Path) -> None:
    text = "date,amount\n05/09/2026,1\n"

    assert charges(tmp_path / "said", text, "month(ChargePeriodStart)", date_order="dmy") == [(9,)]
    assert "--date-order mdy" in refused(tmp_path / "unsaid", text)


@pytest.mark.parametrize("text", ["$1,204.50", "1 204.50", "(12.00)", "USD 12", "12 €", "1'204.50", "12%"])
def test_an_amount_that_is_no_plain_number_is_refused_with_the_form_to_write(text: str, tmp_path: Path) -> None:
    said = refused(tmp_path, f'date,amount\n2026-09-05,"{text}"\n')

    assert f"table.csv, row 1: amount is '{text}'" in said
    assert "Write plain numbers, such as 1204.50 or -12" in said
    assert "FM1120" in said


@pytest.mark.parametrize("text", ["NaN", "inf", "-", "n/a"])
def test_an_amount_that_is_no_number_is_refused(text: str, tmp_path: Path) -> None:
    assert f"amount is '{text}'" in refused(tmp_path, f"date,amount\n2026-09-05,{text}\n")


def test_a_comma_before_decimals_is_read_where_it_was_said(tmp_path: Path) -> None:
    text = 'date;amount\n2026-09-05;"1.204,50"\n2026-09-05;-3,1\n2026-09-05;7\n2026-09-05;1.204.000\n'
    found = charges(tmp_path, text, "BilledCost", separator=";", decimal_comma=True)

    assert found == [(Decimal("1204.50"),), (Decimal("-3.1"),), (Decimal(7),), (Decimal(1204000),)]


@pytest.mark.parametrize("text", ["1,204.50", "1.5", "12.34,5", "1.2045"])
def test_a_point_before_decimals_is_refused_where_the_comma_was_said(text: str, tmp_path: Path) -> None:
    said = refused(tmp_path, f'date;amount\n2026-09-05;"{text}"\n', separator=";", decimal_comma=True)

    assert f"amount is '{text}'" in said


def test_a_comma_before_decimals_is_refused_with_the_key_to_write(tmp_path: Path) -> None:
    assert "decimal_comma: true" in refused(tmp_path, 'date,amount\n2026-09-05,"1.204,50"\n')


def test_another_separator_is_refused_until_it_is_said(tmp_path: Path) -> None:
    said = refused(tmp_path, "date;amount\n2026-09-05;1\n")
    assert "the fields are separated by semicolons" in said
    assert 'Say so: --separator semicolon, or separator: ";" in finmod.yaml.' in said


@pytest.mark.parametrize(
    ("divisor", "text", "cost", "control"),
    [
        (100, "120450", "1204.50", "1204.5"),
        (100, "-1.00000000004", "-0.01", "-0.0100000000004"),
        (100, "0.00000000006", "0.000000000001", "0.0000000000006"),
        (1_000_000, "1", "0.000001", "0.000001"),
        (1_000_000, "12345678901234.5", "12345678.9012345", "12345678.9012345"),
        (10, "0.00000000001234567890123", "0.000000000001", "0.000000000001234567890123"),
    ],
)
def test_amounts_are_divided_exactly_and_rounded_once(
    divisor: int, text: str, cost: str, control: str, tmp_path: Path
) -> None:
    found = charges(tmp_path, f"date,amount\n2026-09-05,{text}\n", "BilledCost, EffectiveCost", divide_by=divisor)
    project = new_project(tmp_path / "project")

    assert found == [(Decimal(cost), Decimal(cost))]
    assert Decimal(rows(project, "SELECT x_ControlTotal FROM loads")[0][0]) == Decimal(control)


def test_an_amount_that_no_total_holds_when_divided_is_refused_with_its_row(tmp_path: Path) -> None:
    text = "date,amount\n2026-09-05,1\n2026-09-05,12345678901234567\n"
    file = parquet(tmp_path, {"date": ["2026-09-05"], "amount": [Decimal(12345678901234567)]})

    assert "row 2: BilledCost is 123456789012345.67" in refused(tmp_path, text, divide_by=100)
    with pytest.raises(UserError, match=r"row 1: BilledCost is 123456789012345\.67"):
        of_file(tmp_path, file, "1", divide_by=100)


def test_doubles_of_parquet_are_divided_as_their_shortest_text(tmp_path: Path) -> None:
    file = parquet(tmp_path, {"date": ["2026-09-05"] * 3, "amount": [0.1, 123456789.01, 1e-9]})

    found = of_file(tmp_path, file, "BilledCost", divide_by=100)

    assert found == [(Decimal("0.001"),), (Decimal("1234567.8901"),), (Decimal("1e-11"),)]


def test_prices_are_divided_with_costs_and_quantities_are_not(tmp_path: Path) -> None:
    named = {**NAMED, "ListUnitPrice": "price", "PricingQuantity": "seats"}

    found = charges(
        tmp_path,
        "date,amount,price,seats\n2026-09-05,5000,1000,5\n",
        "BilledCost, ListUnitPrice, PricingQuantity",
        columns=named,
        divide_by=100,
    )

    assert found == [(Decimal(50), Decimal(10), Decimal(5))]


def test_tag_columns_become_one_json_object(tmp_path: Path) -> None:
    text = 'date,amount,team,cost centre\n2026-09-05,1,web,\n2026-09-05,1,"a ""b"" $x",0042\n2026-09-05,1,,\n'

    found = charges(tmp_path, text, "Tags", tags=["team", "cost centre"])

    assert found == [('{"team":"web"}',), ('{"team":"a \\"b\\" $x","cost centre":"0042"}',), (None,)]


def test_columns_that_nothing_names_are_kept_as_text(tmp_path: Path) -> None:
    text = "date,amount,note,ServiceName,x_own\n2026-09-05,1,hello,S,1\n"

    found = charges(tmp_path, text, "x_note, x_ServiceName, x_own, ServiceName")
    said = rows(new_project(tmp_path / "project"), "SELECT x_Message FROM findings WHERE x_Code = 'FM1202' ORDER BY 1")

    assert found == [("hello", "S", "1", None)]
    assert said == [
        ("Column 'ServiceName' is named neither under columns nor under tags; it is kept as x_ServiceName.",),
        ("Column 'note' is named neither under columns nor under tags; it is kept as x_note.",),
    ]


def test_a_column_that_finmod_fills_itself_is_told_and_not_kept(tmp_path: Path) -> None:
    charges(tmp_path, "date,amount,Row\n2026-09-05,1,7\n", "1")
    said = rows(new_project(tmp_path / "project"), "SELECT x_Message FROM findings WHERE x_Code = 'FM1206'")

    assert said == [("Column 'Row' is not kept: finmod fills a column of that name itself.",)]


def test_two_columns_that_would_be_kept_as_one_are_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, "date,amount,Note,note\n2026-09-05,1,a,b\n")

    assert "the columns 'Note' and 'note' are one and the same in the ledger" in said


def test_one_column_may_stand_for_two(tmp_path: Path) -> None:
    named = {**NAMED, "ContractedCost": "amount", "ListCost": "amount"}

    assert charges(tmp_path, "date,amount\n2026-09-05,1\n", "ListCost, ContractedCost", columns=named) == [
        (Decimal(1), Decimal(1))
    ]


def test_names_with_any_sign_are_found(tmp_path: Path) -> None:
    named = {"BilledCost": "Betrag (€)", "ChargePeriodStart": 'da"te', "x_Team": "it's;"}

    found = charges(tmp_path, 'Betrag (€),"da""te",it\'s;\n1,2026-09-05,web\n', "BilledCost, x_Team", columns=named)

    assert found == [(Decimal(1), "web")]


def test_columns_of_older_versions_are_read_as_the_newest_has_them(tmp_path: Path) -> None:
    named = {**NAMED, "ProviderName": "vendor", "PublisherName": "maker"}

    found = charges(
        tmp_path,
        "date,amount,vendor,maker\n2026-09-05,1,A,B\n",
        "ServiceProviderName, x_ProviderName, x_PublisherName",
        columns=named,
    )

    assert found == [("A", "A", "B")]


def test_every_column_that_can_be_named_is_read() -> None:
    for column_id in column_ids():
        read = {name for column in mapping(Declared(columns={column_id: "a"})).columns for name in names_in(column.sql)}
        assert read == {canonical("a")}, column_id
    assert {column.target for column in focus.mapping([]).columns}


def test_a_named_column_that_the_file_lacks_is_refused_with_the_near_one(tmp_path: Path) -> None:
    said = refused(tmp_path, "date,amuont\n2026-09-05,1\n", tags=["team"])

    assert (
        "table.csv:1: the file has no column 'amount', which columns names for BilledCost; "
        "expected one of its columns: date, amuont." in said
    )
    assert "Did you mean 'amuont'? Correct it under columns of source saas in finmod.yaml" in said
    assert "the file has no column 'team', which tags names" in said
    assert said.count("FM1267") == 2


def test_a_table_of_which_nothing_was_said_is_refused_with_its_columns(tmp_path: Path) -> None:
    said = refused(tmp_path, "date,amount\n2026-09-05,1\n", columns={}, constants={})

    assert "table.csv:1: nothing says which column is BilledCost, BillingCurrency, " in said
    assert "one of: date, amount" in said
    assert "columns: {BilledCost: NAME}" in said
    assert "FM1124" in said


def test_a_currency_that_nothing_says_can_be_a_constant(tmp_path: Path) -> None:
    said = refused(tmp_path, "date,amount\n2026-09-05,1\n", constants={"BillingAccountId": "a"})

    assert "nothing says which column is BillingCurrency" in said
    assert "set: {BillingCurrency: VALUE}" in said


def test_an_empty_amount_is_unknown_and_told(tmp_path: Path) -> None:
    assert charges(tmp_path, "date,amount\n2026-09-05,\n2026-09-05,1\n", "BilledCost, EffectiveCost") == [
        (None, None),
        (Decimal(1), Decimal(1)),
    ]


def test_a_date_that_is_empty_is_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, "date,amount\n,1\n")
    assert said.count("FM1125") == 1
    assert "row 1: date is empty in 1 row; expected a date" in said


def test_json_is_refused_as_no_table(tmp_path: Path) -> None:
    assert "the file is JSON" in refused(tmp_path, '{"date": "2026-09-05", "amount": 1}\n')


def test_hostile_names_and_texts_stay_text(tmp_path: Path) -> None:
    name = "x'); DROP TABLE charges; --"
    text = f"date,amount,{name}\n2026-09-05,1,\"=cmd|' /C calc'!A0\"\n"

    found = charges(tmp_path, text, "Tags, ServiceName", columns={**NAMED, "ServiceName": name}, tags=[name])

    assert found == [('{"x\'); DROP TABLE charges; --":"=cmd|\' /C calc\'!A0"}', "=cmd|' /C calc'!A0")]
    assert "\x1b" not in refused(tmp_path / "b", "date,am\x1b[31mount\n2026-09-05,1\n")


def test_no_file_is_taken_for_a_table_unasked() -> None:
    assert detect(["date", "amount"]) is None


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({"divide_by": 60}, ("is 60", "1, 10, 100, 1000")),
        ({"charge_period": "week"}, ("is 'week'", "hour, day or month")),
        ({"separator": ":"}, ("is ':'",)),
        ({"columns": {"BiledCost": "amount"}}, ("'BiledCost'", "Did you mean 'BilledCost'?")),
        ({"columns": {**NAMED, "Tags": "t"}, "tags": ["team"]}, ("either Tags under columns, or tags",)),
        ({"date_order": "ymd"}, ("--date-order is 'ymd'",)),
    ],
)
def test_settings_that_cannot_be_are_refused(wishes: dict[str, Any], words: tuple[str, ...], tmp_path: Path) -> None:
    said = refused(tmp_path, "date,amount\n2026-09-05,1\n", **wishes)

    assert [word for word in words if word not in said] == [], said
