"""Rows of a driver's files -> one exact value per period and target; gaps filled as declared, never guessed."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.drivers import DriverProject


@pytest.fixture
def project(tmp_path: Path) -> DriverProject:
    return DriverProject(tmp_path / "p")


def of_csv(project: DriverProject, text: str, more: str = "", *, grain: str = "day") -> DriverProject:
    project.write(
        "drivers.yaml", f"orders: {{unit: order, grain: {grain}, by: [product], from: {{csv: o.csv}}{more}}}\n"
    )
    project.write("o.csv", text)
    return project


def test_texts_become_exact_values_of_periods_and_targets(project: DriverProject) -> None:
    of_csv(
        project, "date,product,orders\n2026-09-01,search,0.1\n2026-09-01,ads,1e-3\n2026-09-02, search ,12345678901.25\n"
    )
    project.load()
    assert project.rows() == [
        ("2026-09-01", ("ads",), "0.001", None, "o.csv, row 2"),
        ("2026-09-01", ("search",), "0.1", None, "o.csv, row 1"),
        ("2026-09-02", ("search",), "12345678901.25", None, "o.csv, row 3"),
    ]


def test_what_has_no_text_in_a_dimension_is_a_target_too(project: DriverProject) -> None:
    of_csv(project, "date,product,orders\n2026-09-01,,1\n2026-09-01,ads,2\n")
    project.load()
    assert project.values() == [("2026-09-01", ("ads",), "2"), ("2026-09-01", (), "1")]


@pytest.mark.parametrize(
    ("grain", "texts", "starts"),
    [
        ("day", ["2026-09-01", "2026-09-01T23:59:59Z"], ["2026-09-01"]),
        ("day", ["2026-09-01 01:00:00+02:00"], ["2026-08-31"]),
        ("hour", ["2026-09-01T13:05Z", "2026-09-01 13:59:59.999"], ["2026-09-01 13:00"]),
        ("month", ["2026-09", "2026-09-30", "2026-09-30T23:00:00-0100"], ["2026-09-01", "2026-10-01"]),
    ],
)
def test_days_months_and_instants_fall_into_periods_of_utc(
    project: DriverProject, grain: str, texts: list[str], starts: list[str]
) -> None:
    rows = "".join(f"{text},ads,1\n" for text in texts)
    of_csv(project, f"date,product,orders\n{rows}", grain=grain)
    project.load()
    assert [row[0] for row in project.rows()] == starts
    assert sum(int(row[2]) for row in project.rows()) == len(texts)


@pytest.mark.parametrize(
    ("combine", "value"), [("sum", "7.5"), ("last", "0.5"), ("average", "2.5"), ("max", "6"), (None, "7.5")]
)
def test_rows_of_one_period_and_target_come_together_as_declared(
    project: DriverProject, combine: str | None, value: str
) -> None:
    text = "date,product,orders\n2026-09-01T10:00:00Z,ads,6\n2026-09-01T12:00:00Z,ads,0.5\n2026-09-01T11:00:00Z,ads,1\n"
    of_csv(project, text, f", combine: {combine}" if combine else "")
    (done,) = project.load().drivers
    assert project.rows() == [("2026-09-01", ("ads",), value, None, "o.csv, row 1")]
    assert done.part is not None
    assert (done.part.read, done.part.rows, done.part.combined) == (3, 1, 2)


def test_rows_that_may_not_repeat_are_refused_with_both_places(project: DriverProject) -> None:
    of_csv(project, "date,product,orders\n2026-09-01,ads,6\n2026-09-02,ads,1\n2026-09-01,ads,1\n", ", combine: none")
    (message,) = project.refused()
    assert message == (
        "o.csv, row 3: the row has the period, 2026-09-01 00:00 UTC, and the target of o.csv, row 1; expected one "
        "row for each, as combine: none says. Take one of the two out, or say what becomes of both: combine: sum, "
        "last, average or max. (FM2179)"
    )
    text = (project.root / "o.csv").read_text()
    assert len(of_csv(project, text, ", combine: none, gaps: zero").refused()) == 1
    of_csv(project, "date,product,orders\n2026-09-01,ads,6\n2026-09-02,ads,1\n", ", combine: none")
    project.load()
    assert len(project.rows()) == 2


@pytest.mark.parametrize(
    ("gaps", "filled"),
    [
        ("none", []),
        ("zero", ["0", "0", "0"]),
        ("previous", ["1", "1", "1"]),
        ("linear", ["2", "3", "4"]),
    ],
)
def test_gaps_of_a_target_are_filled_as_declared_and_say_so(
    project: DriverProject, gaps: str, filled: list[str]
) -> None:
    """Another target's rows in the gap change nothing; before its first and after its last row nothing is filled."""
    text = "date,product,orders\n2026-08-30,ads,1\n2026-09-03,ads,5\n2026-09-01,search,9\n"
    (done,) = of_csv(project, text, f", gaps: {gaps}").load().drivers
    made = [row for row in project.rows() if row[3]]
    assert [(row[0], row[1], row[2]) for row in made] == [
        (day, ("ads",), value) for day, value in zip(("2026-08-31", "2026-09-01", "2026-09-02"), filled, strict=False)
    ]
    assert {row[3] for row in made} <= {gaps}
    assert done.part is not None
    assert done.part.filled == len(filled)


@pytest.mark.parametrize(("grain", "first", "last", "between"), [
    ("hour", "2026-09-01T22:00Z", "2026-09-02T01:00Z", ["2026-09-01 23:00", "2026-09-02"]),
    ("month", "2026-11", "2027-02", ["2026-12-01", "2027-01-01"]),
])  # fmt: skip
def test_gaps_are_counted_in_periods(
    project: DriverProject, grain: str, first: str, last: str, between: list[str]
) -> None:
    of_csv(project, f"date,product,orders\n{first},ads,1\n{last},ads,1\n", ", gaps: zero", grain=grain).load()
    assert [row[0] for row in project.rows() if row[3]] == between


def test_rows_without_a_value_are_passed_over_and_counted(project: DriverProject) -> None:
    (done,) = of_csv(project, "date,product,orders\n2026-09-01,ads,\n2026-09-01,search,1\n,,\n").load().drivers
    assert project.values() == [("2026-09-01", ("search",), "1")]
    assert done.part is not None
    assert (done.part.read, done.part.empty) == (1, 1)


UNREADABLE = [
    (
        "2026-09-1,ads,1",
        "date is '2026-09-1'; expected a day as 2026-09-01, or an instant, such as 2026-09-01T13:00:00Z.",
    ),
    ("01/09/2026,ads,1", "date is '01/09/2026'; expected a day"),
    ("2026-02-30,ads,1", "date is '2026-02-30'; expected a day"),
    ("2026-09,ads,1", "date is '2026-09'; expected a day"),
    ("2026-09-01T01:00:00+99:00,ads,1", "date is '2026-09-01T01:00:00+99:00'; expected a day"),
    ("2026-09-01T01:00:00+05:60,ads,1", "date is '2026-09-01T01:00:00+05:60'; expected a day"),
    ("0001-01-01,ads,1", "date is '0001-01-01'; expected a day"),
    ("infinity,ads,1", "date is 'infinity'; expected a day"),
    (",ads,1", "date is empty; expected a day"),
    (
        '2026-09-01,ads,"1,5"',
        "the value is '1,5'; expected a number, such as 1234.5, of 26 digits before its point at most.",
    ),
    ("2026-09-01,ads,1_000", "the value is '1_000'; expected a number"),
    ("2026-09-01,ads,nan", "the value is 'nan'; expected a number"),
    ("2026-09-01,ads,1e400", "the value is '1e400'; expected a number"),
    ("2026-09-01,ads,12 orders", "the value is '12 orders'; expected a number"),
]


@pytest.mark.parametrize(("row", "said"), UNREADABLE)
def test_a_cell_that_cannot_be_read_refuses_the_driver(project: DriverProject, row: str, said: str) -> None:
    of_csv(project, f"date,product,orders\n2026-09-01,search,1\n{row}\n")
    (message,) = project.refused()
    assert message.startswith(f"o.csv, row 2: {said}")
    assert message.endswith("Nothing of the driver was changed. (FM2178)")
    assert project.rows() == []


def test_every_unreadable_cell_is_told_up_to_twenty(project: DriverProject) -> None:
    of_csv(project, "date,product,orders\n" + "x,ads,y\n" * 30)
    found = project.refused()
    assert len(found) == 40
    assert found[1] == (
        "o.csv, row 1: the value is 'y'; expected a number, such as 1234.5, of 26 digits before its point at most. "
        "Write it with a point, without separators and without its unit. Nothing of the driver was changed. (FM2178)"
    )


def test_an_hourly_driver_takes_no_days(project: DriverProject) -> None:
    of_csv(project, "date,product,orders\n2026-09-01,ads,1\n", grain="hour")
    (message,) = project.refused()
    assert message == (
        "o.csv, row 1: date is '2026-09-01'; expected an instant, such as 2026-09-01T13:00:00Z. Correct the cell. "
        "Nothing of the driver was changed. (FM2178)"
    )


def test_sums_that_no_column_holds_are_refused(project: DriverProject) -> None:
    of_csv(project, "date,product,orders\n" + "2026-09-01,ads,99999999999999999999999999\n" * 2)
    (message,) = project.refused()
    assert message == (
        "drivers.yaml:1:57: values of orders are too large to be added up; expected sums of 26 digits before the "
        "point at most. Tell it in a larger unit. Nothing of the driver was changed. (FM2178)"
    )


def test_gaps_between_the_largest_numbers_are_refused_where_no_column_holds_them(project: DriverProject) -> None:
    most = "99999999999999999999999999"
    of_csv(project, f"date,product,orders\n2026-09-01,a,{most}.9\n2026-09-04,a,-{most}.9\n", ", gaps: linear")
    project.load()
    of_csv(project, f"date,product,orders\n2026-09-01,a,{most}.9\n2026-09-04,a,{most}.8\n", ", gaps: linear")
    (message,) = project.refused()
    assert message.startswith("drivers.yaml:1:57: values of orders are too large to be added up; ")


def test_a_driver_without_a_value_is_refused(project: DriverProject) -> None:
    of_csv(project, "date,product,orders\n2026-09-01,ads,\n")
    (message,) = project.refused()
    assert message == (
        "drivers.yaml:1:57: the driver orders has no row with a value. See that its source has rows; what was "
        "loaded before is unchanged. (FM2183)"
    )


def test_other_units_of_rows_are_counted(project: DriverProject) -> None:
    text = "date,product,orders,unit\n2026-09-01,ads,1,Order\n2026-09-01,search,1,cart\n2026-09-02,search,1,cart\n"
    (done,) = of_csv(project, text).load().drivers
    assert done.part is not None
    assert done.part.units == {"cart": 2}


def test_a_column_of_currencies_tells_the_unit_of_money_alone(project: DriverProject) -> None:
    text = "date,product,revenue,currency\n2026-09-01,ads,1,USD\n2026-09-01,search,1,EUR\n"
    for unit, found in (("USD", {"EUR": 1}), ("order", {})):
        project.write("drivers.yaml", f"revenue: {{unit: {unit}, grain: day, by: [product], from: {{csv: o.csv}}}}\n")
        project.write("o.csv", text)
        (done,) = project.load().drivers
        assert done.part is not None
        assert done.part.units == found


def test_typed_columns_of_parquet_are_exact(project: DriverProject) -> None:
    instants = pa.array([1_788_220_800_000_000, 1_788_307_200_000_000], pa.timestamp("us", "UTC"))
    frame = pa.table({"day": instants, "app": pa.array(["ads", None]).dictionary_encode(), "n": [0.1, 123456789.1]})
    project.write(
        "drivers.yaml",
        """
orders:
  {unit: order, grain: day, by: product, from: {parquet: o.parquet}, date: day, value: N, columns: {product: app}}
whole: {unit: order, grain: month, from: {parquet: i.parquet}}
""",
    )
    pq.write_table(frame, project.root / "o.parquet")
    pq.write_table(pa.table({"date": pa.array([20_697], pa.date32()), "value": [7]}), project.root / "i.parquet")
    project.load()
    assert project.values("orders") == [("2026-09-01", ("ads",), "0.1"), ("2026-09-02", (), "123456789.1")]
    assert project.values("whole") == [("2026-09-01", (), "7")]


@pytest.mark.parametrize(
    "text",
    [
        'a"b',
        "back\\slash",
        "'; DROP TABLE drivers; --",
        '{"product":"x"}',
        "\x1b[31m",
        "line\nend",
        "\u00e9\u4e2d\U0001f600",
    ],
)
def test_hostile_texts_of_targets_stay_texts(project: DriverProject, text: str) -> None:
    quoted = text.replace('"', '""')
    of_csv(project, f'date,product,orders\n2026-09-01,"{quoted}",1\n').load()
    assert project.values() == [("2026-09-01", (text,), "1")]


def test_many_rows_that_repeat_are_found_by_their_hash(project: DriverProject) -> None:
    rows = "".join(f"2026-09-{day:02},p{number},1\n" for day in (1, 2) for number in range(600))
    of_csv(project, f"date,product,orders\n{rows}").load()
    assert len(project.rows()) == 1200
    of_csv(project, f"date,product,orders\n{rows}2026-09-01,p7,2\n").load()
    assert [row[2] for row in project.rows() if row[1] == ("p7",)] == ["3", "1"]
