"""The demo's screen: what it says is so, and what it tells to run runs."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import chdir, redirect_stdout
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

import pytest
from rich.console import Console

from finmod.cli.demo_screen import COLUMNS, demo_rows, month_panel, show_demo
from finmod.cli.output import show
from finmod.workspace.demo import DemoReport
from tests.books import Books, finmod
from tests.cli.terminal import shown_on_terminal
from tests.once import demo_once
from tests.ready import write_program


def run(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line as a user would paste it, with a shell that does not find finmod."""
    return subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=folder,
        env={**os.environ, "PATH": "/usr/bin:/bin", "COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the program in an environment below it, as ``make demo`` leaves it."""
    place = tmp_path_factory.mktemp("demo")
    write_program(place / ".venv" / "bin" / "finmod")
    return place


@pytest.fixture(scope="module")
def screen(place: Path, report: DemoReport) -> str:
    """Return what the program says there at the end of a demo; that it does say it, README.md shows."""
    shutil.copytree(report.folder, place / "my demo")
    out = io.StringIO()
    with chdir(place), redirect_stdout(out), patch.object(sys, "argv", [".venv/bin/finmod"]):
        show_demo(replace(report, folder=Path("my demo")))
    return out.getvalue()


def test_the_screen_says_what_was_loaded_and_whether_it_can_be_believed(place: Path, screen: str) -> None:
    books = Books(place / "my demo")
    assert "84 of 84 totals are the same in files, charges and cube" in screen
    assert "GREEN" in screen
    assert "so are the invoices and the costs of the product P&L." in " ".join(screen.split())
    billed = books.query(
        "SELECT x_Source, strftime(x_BillingPeriod, '%Y-%m') AS m, sum(BilledCost) AS b FROM charges GROUP BY ALL"
    )
    for row in billed:
        shown = f"{float(row['b']):,.2f}"
        line = next(line for line in screen.splitlines() if line.startswith(f"│ {row['x_Source']} "))
        assert (shown in line) == (row["m"] != "2026-08"), (row, line)
    charges = books.query("SELECT count(*) AS n FROM charges")[0]["n"]
    assert f"{charges:,} charges of 3 months" in screen
    sums = books.query("SELECT count(*) AS n FROM allocation_proofs WHERE x_Difference = 0")[0]["n"]
    assert f"{sums:,} sums before and after are equal, to the last digit." in " ".join(screen.split())


def test_the_largest_products_and_the_others_come_to_all_that_there_is(report: DemoReport) -> None:
    panel = shown(report, 100)
    product, team = (
        panel.partition(f"EffectiveCost by {what}, USD")[2].splitlines()[1:] for what in ("product", "team")
    )
    costs = report.allocated.products
    names = [line.strip("│ ").partition("  ")[0] for line in product[:11]]
    assert names == [*(item.name for item in costs[:8]), "6 others", "unallocated", "in all"]
    amounts = [
        [Decimal(text.replace(",", "")) for text in re.findall(r"-?[0-9,]+\.\d\d", line)] for line in product[:11]
    ]
    whole = report.totals["EffectiveCost"][0]
    assert amounts[-1][2] == round(whole, 2)
    assert abs(sum(each[2] for each in amounts[:-1]) - whole) < Decimal("0.1")
    assert all(abs(direct + part - full) < Decimal("0.02") for direct, part, full in amounts)
    assert re.search(r"\d+ others", "\n".join(team[6:7]))
    assert shown(report, 100, products=14).count("others") == 1


def test_unit_costs_change_in_percent_and_shares_in_points(report: DemoReport) -> None:
    lines = shown(report, 100).partition("Unit costs")[2].splitlines()[1:4]
    order, _, share = report.meaning.units
    assert None not in {order.now, order.before, share.now, share.before}
    assert f" {(order.now / order.before - 1) * 100:+.1f} % " in lines[0]  # type: ignore[operator]
    assert f" {(share.now - share.before) * 100:+.1f} points " in lines[2]  # type: ignore[operator]


def test_every_line_of_the_screen_fits(screen: str) -> None:
    body = screen.partition("Look further:")[0]
    assert max(map(len, body.splitlines())) == 100


def test_what_the_screen_tells_to_run_runs_when_pasted(place: Path, screen: str) -> None:
    pasted = [line.strip() for line in screen.partition("Look further:")[2].splitlines() if line.strip()]
    assert [line.partition("--project 'my demo' ")[2].split()[0] for line in pasted] == [
        "check", "plan", "explain", "report", "variance", "metric", "pnl", "tags", "query", "export",
    ]  # fmt: skip
    for line in pasted:
        assert line.startswith(".venv/bin/finmod --project 'my demo' ")
        done = run(line, place)
        assert (done.returncode, done.stderr) == (0, ""), line
    assert (place / "my demo" / "2026-10.parquet").exists()


def test_what_load_and_status_tell_to_run_runs_when_pasted(place: Path, screen: str) -> None:
    assert screen
    again = run(".venv/bin/finmod sample 'a b' --rows 400 --months 1", place)
    load = again.stdout.rpartition("Next: ")[2]
    assert load == ".venv/bin/finmod --project 'a b' load\n"
    loaded = run(load, place)
    check = loaded.stdout.rpartition("was lost: ")[2]
    assert check == ".venv/bin/finmod --project 'a b' check\n"
    assert run(check, place).returncode == 0


def test_the_screen_has_its_amounts_for_programs(report: DemoReport, capsys: pytest.CaptureFixture[str]) -> None:
    show(COLUMNS, list(demo_rows(report)), "json")
    amounts = {(row["by"], row["name"], row["measure"]): row for row in json.loads(capsys.readouterr().out)}
    costs = Books(report.folder).query(
        "SELECT strftime(x_BillingPeriod, '%Y-%m') m, sum(EffectiveCost) e FROM charges_daily GROUP BY 1 ORDER BY 1"
    )[-2:]
    total = amounts["all", None, "EffectiveCost"]
    assert [(total["billing_period"], total["amount"])] == [(costs[1]["m"], costs[1]["e"])]
    assert total["amount_before"] == costs[0]["e"]
    products = [row for (by, _, _), row in amounts.items() if by == "product"]
    assert sum(Decimal(row["amount"]) for row in products) == Decimal(total["amount"])
    margins = [row for (by, _, measure), row in amounts.items() if (by, measure) == ("product, margin", "gross_margin")]
    assert len(margins) >= len(products)
    assert any(row["amount"] for row in margins)
    assert {name for by, name, _ in amounts if by == "source"} == {
        "aws",
        "azure-ea",
        "azure-mca",
        "gcp",
        "oci",
        "ai",
        "datacentre",
    }


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> DemoReport:
    return demo_once(tmp_path_factory)


def shown(report: DemoReport, columns: int, **options: int) -> str:
    out = io.StringIO()
    Console(file=out, width=columns, color_system=None).print(month_panel(report, columns, **options))
    return out.getvalue()


@pytest.mark.parametrize("columns", [36, 40, 50, 60, 70, 80, 96])
def test_no_name_and_no_digit_is_lost_at_any_width(columns: int, report: DemoReport) -> None:
    panel = shown(report, columns).partition("╰")[0]
    texts = " ".join(line.strip("│ ") for line in panel.splitlines())
    assert {len(line) for line in panel.splitlines()} == {columns}
    assert "…" not in texts
    bare = re.sub(" +", " ", re.sub(r"2026-\d\d|change|direct|shared|full", "", texts))
    assert [what for what in ("service", "product", "team") if f"EffectiveCost by {what}, USD" not in bare] == []
    for item in report.suppliers:
        assert re.search(rf"^│ {item.source} .*{item.billed:,.2f}", panel, re.MULTILINE)
    amounts = [now for now, _ in report.totals.values()] + [now for _, now, _ in report.services]
    amounts += [item.full for item in (*report.allocated.products[:8], *report.allocated.teams[:6])]
    assert all(f" {amount:,.2f} " in texts + " " for amount in amounts)
    assert (" format " in texts, " files " in texts) == (columns > 80, columns > 70)
    assert columns != 80 or any(line.startswith("│ EffectiveCost, upfront fees spread ") for line in panel.splitlines())


@pytest.mark.parametrize(("columns", "width"), [(24, 36), (70, 70), (140, 100)])
def test_the_screen_is_as_wide_as_its_terminal_and_no_narrower_than_a_table(
    report: DemoReport, columns: int, width: int
) -> None:
    shown = shown_on_terminal(lambda: show_demo(report), columns=columns)
    panel = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).partition("╭")[2].partition("╰")[0]
    assert {len(line) for line in panel.splitlines()[1:]} == {width}


def test_help_says_where_the_demo_is_made() -> None:
    assert "finmod-demo" in finmod("demo", "--help").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("demo", "{d}", "--months", "120", "--rows", "10000"), "expected 48,000 or more for 120 months"),
        (("demo", "{d}", "--months", "1"), "--months"),
        (("demo", "{d}", "--months", "121"), "--months"),
        (("demo", "{d}", "--rows", "399"), "--rows"),
        (("demo", "{d}", "--rows", "1000000000000000000000"), "--rows"),
        (("sample", "{d}", "--rows", "1000"), "expected 9,600 or more for 24 months"),
        (("sample", "{d}", "--months", "0"), "--months"),
        (("sample", "{d}", "--months", "121"), "--months"),
        (("sample", "{d}", "--rows", "1000000000000000000000"), "--rows"),
        (("sample", "{d}", "--seed", "-1"), "--seed"),
        (("sample", "{d}", "--spend", "99999"), "--spend"),
        (("sample", "{d}", "--spend", "1e9"), "--spend"),
        (("sample", "{d}", "--end", "2026-13"), "--end"),
        (("sample", "{d}", "--end", "9999-12"), "--end"),
        (("sample", "{d}", "--fault", "non"), "FM1705"),
        (("demo", "/dev/null/x"), "FM1612"),
        (("sample", "/dev/null/x"), "FM1612"),
        (("demo", "/dev/null"), "FM1612"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_written(
    arguments: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    said = finmod(*(argument.format(d=tmp_path / "d") for argument in arguments))
    assert (said.code, said.out) == (1, "")
    assert words in said.err
    assert not (tmp_path / "d").exists()


def test_a_folder_that_is_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("mine")
    said = finmod("demo", tmp_path)
    assert said.code == 1
    assert "FM1064" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]
