"""What a long piece of work says while it runs."""

from __future__ import annotations

from pathlib import Path

from finmod.engines.duckdb import Engine, file_list
from finmod.workspace.steps import silent, watching


def test_a_step_is_told_at_once_and_again_with_the_share_of_its_statement(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    with Engine(threads=1) as engine, watching(engine, lambda *step: told.append(step)) as step:
        engine.copy_parquet("SELECT range AS a, hash(range) AS b FROM range(2000000)", tmp_path / "a.parquet")
        step("aws 2026-09: charges", 2, 24)
        for _ in range(50):  # A machine may be so fast that one is over before anybody asks.
            engine.row(f"SELECT count(DISTINCT hash(b)) FROM read_parquet({file_list([tmp_path / 'a.parquet'])})")
            if len(told) > 1:
                break
        step("aws 2026-09: conformance", 3, 24)
    assert told[0] == ("aws 2026-09: charges", 2, 24)
    assert told[-1][0].startswith("aws 2026-09: conformance")
    assert any(words.startswith("aws 2026-09: charges, ") and words.endswith(" %") for words, _, _ in told)
    assert {(done, parts) for words, done, parts in told if "charges" in words} == {(2, 24)}


def test_nothing_is_told_before_the_first_step() -> None:
    told: list[tuple[str, int, int]] = []
    with Engine(threads=1) as engine, watching(engine, lambda *step: told.append(step)):
        engine.row("SELECT count(DISTINCT hash(range)) FROM range(3000000)")
    assert told == []


def test_silence_takes_every_step() -> None:
    silent("anything", 1, 2)
