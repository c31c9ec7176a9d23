"""Exchange rates in finmod.yaml: a path, or which rate of the file is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.settings.init import project_text
from finmod.settings.schema import json_schema
from tests.settings.test_project import HEAD, load, refused


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            HEAD + "fx: /x/fx.csv\n",
            (
                "finmod.yaml:3:5: fx is '/x/fx.csv'; expected a path relative to the project.\n  Put the file into the "
                "project, so that it moves with it, and name it from the folder of finmod.yaml. Or leave fx out: "
                "then nothing is converted. (FM1009, docs/errors.md)"
            ),
        ),
        (
            HEAD + "fx: {path: fx.csv, rate: month, days: 90}\n",
            (
                "finmod.yaml:3:26: fx.rate is 'month'; expected day, month_average or month_end.\n  "
                "Did you mean 'month_end'? (FM1003, docs/errors.md)\n"
                "finmod.yaml:3:39: fx.days is 90; expected a whole number from 0 to 31."
                "\n  Correct the value. (FM1006, docs/errors.md)"
            ),
        ),
        (
            HEAD + "fx: {path: fx.csv, rate: month_end, days: 7}\n",
            (
                "finmod.yaml:3:43: fx.days is 7; expected no days beside another rate than day.\n  Remove days, or set "
                "rate: day. (FM1025, docs/errors.md)"
            ),
        ),
        (
            HEAD + "fx: 3\n",
            (
                "finmod.yaml:3:5: fx is 3; expected text or a mapping (lines of the form 'key: value')."
                "\n  Write a value of that kind. (FM1005, docs/errors.md)"
            ),
        ),
    ],
)
def test_a_problem_is_told_at_its_place(tmp_path: Path, text: str, message: str) -> None:
    assert refused(tmp_path, text) == message


def test_exchange_rates_may_be_a_path_or_say_which_rate_is_taken(tmp_path: Path) -> None:
    plain = load(tmp_path, HEAD + "fx: fx.csv\n")
    assert (plain.fx, plain.fx_rate, plain.fx_days) == (tmp_path / "fx.csv", "day", 7)
    mean = load(tmp_path, HEAD + "fx: {path: a/fx.csv, rate: month_average}\n")
    assert (mean.fx, mean.fx_rate) == (tmp_path / "a" / "fx.csv", "month_average")
    assert load(tmp_path, HEAD + "fx: {path: fx.csv, days: 0}\n").fx_days == 0
    assert load(tmp_path, HEAD).fx is None


def test_the_template_and_the_schema_say_what_exchange_rates_are() -> None:
    described = json_schema()["properties"]["fx"]["description"]
    assert "date, from, to, rate" in described
    assert "month_average" in project_text("a", "USD").partition("# fx:")[0].splitlines()[-1]
