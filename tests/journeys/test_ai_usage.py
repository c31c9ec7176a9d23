"""Real answers of OpenAI: what they say is in the ledger, as sums that Python alone makes.

The files stand beside the project, in ../shared/data, and are no part of it.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from finmod.errors import UserError
from finmod.settings.project import Project
from tests.journeys.bills import ABSENT, DATA, assert_ledger_is_sound, load, new_project, rows

pytestmark = [pytest.mark.journey, pytest.mark.skipif(not DATA.is_dir(), reason=ABSENT)]

_FILES = DATA / "saas"
_EXAMPLES = "openai_usage_costs_examples.json"
_ANSWERS = (
    "narev_openai_completions_usage.json",
    "narev_openai_embeddings_usage.json",
    "narev_openai_images_usage.json",
)
_COUNTS = {
    "input_tokens": "InputTokens",
    "input_cached_tokens": "CacheReadTokens",
    "input_uncached_tokens": "UncachedInputTokens",
    "input_cache_write_tokens": "CacheWrite30mTokens",
    "output_tokens": "OutputTokens",
    "input_text_tokens": "InputTextTokens",
    "input_audio_tokens": "InputAudioTokens",
    "input_image_tokens": "InputImageTokens",
    "input_cached_text_tokens": "CacheReadTextTokens",
    "input_cached_audio_tokens": "CacheReadAudioTokens",
    "input_cached_image_tokens": "CacheReadImageTokens",
    "output_text_tokens": "OutputTextTokens",
    "output_audio_tokens": "OutputAudioTokens",
    "output_image_tokens": "OutputImageTokens",
    "num_model_requests": "Requests",
    "num_requests": "ToolRequests",
    "images": "Images",
    "characters": "Characters",
    "seconds": "AudioSeconds",
    "num_sessions": "Sessions",
    "usage_bytes": "StoredBytes",
}


def results(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every result of a page."""
    return [result for bucket in document["data"] for result in bucket["results"]]


def sums(found: list[dict[str, Any]]) -> dict[tuple[str, str], int]:
    """Return (kind, column) -> sum of a count, by the answers' own text."""
    totals: Counter[tuple[str, str]] = Counter()
    for result in found:
        kind = result["object"].split(".")[2]
        for field, value in result.items():
            if isinstance(value, int) and not isinstance(value, bool):
                totals[kind, _COUNTS[field]] += value
    return {key: value for key, value in totals.items() if value}


def kept(project: Project, derived: frozenset[str] = frozenset()) -> dict[tuple[str, str], int]:
    """Return the same of the public table; of columns that are reckoned, none."""
    names = [name for name in _COUNTS.values() if name not in derived]
    picked = ", ".join(f"CAST(sum({name}) AS BIGINT)" for name in names)
    found = rows(project, f"SELECT x_Kind, {picked} FROM ai_usage GROUP BY 1")
    return {(row[0], name): value for row in found for name, value in zip(names, row[1:], strict=True) if value}


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """Return a folder with each answer of the collection as a file of its own."""
    folder = tmp_path / "answers"
    folder.mkdir()
    for path, document in json.loads((_FILES / _EXAMPLES).read_text(encoding="utf-8")).items():
        (folder / f"{path.rpartition('/')[2]}.json").write_text(json.dumps(document), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", _ANSWERS)
def test_every_answer_is_in_the_ledger(name: str, tmp_path: Path) -> None:
    project = new_project(tmp_path)
    document = json.loads((_FILES / name).read_text(encoding="utf-8"))

    load(project, "ai", "ai-usage", _FILES / name)

    # UncachedInputTokens is reckoned here: the answers do not have it.
    expected = sums(results(document))
    assert kept(project, frozenset({"UncachedInputTokens"})) == expected
    assert rows(project, "SELECT count(*), count(DISTINCT x_Row) FROM ai_usage") == [(len(results(document)),) * 2]
    assert rows(project, "SELECT x_File IS NOT NULL, max(x_Rows) FROM ai_usage_files GROUP BY 1") == [
        (True, len(results(document)))
    ]
    assert rows(project, "SELECT x_Code FROM findings") == []


def test_the_totals_of_the_completions_are_those_of_the_file(tmp_path: Path) -> None:
    project = new_project(tmp_path)

    load(project, "ai", "ai-usage", _FILES / _ANSWERS[0])

    found = rows(
        project,
        "SELECT x_UsageDate::VARCHAR, x_Model, InputTokens, UncachedInputTokens, OutputTokens, Requests "
        "FROM ai_usage_daily ORDER BY 1, 2",
    )
    assert found == [
        ("2025-07-02", "gpt-4o-mini-2024-07-18", 56, 56, 35, 7),
        ("2025-07-03", "gpt-4.1-2025-04-14", 28, 28, 618, 1),
        ("2025-07-04", "gpt-3.5-turbo-0125", 29, 29, 389, 1),
        ("2025-07-04", "gpt-4.1-2025-04-14", 28, 28, 794, 1),
    ]
    assert_ledger_is_sound(project)


def test_answers_of_one_week_stand_side_by_side_though_two_are_the_same_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "answers"
    folder.mkdir()
    for name in _ANSWERS:
        shutil.copyfile(_FILES / name, folder / name)
    assert (folder / _ANSWERS[1]).read_bytes() == (folder / _ANSWERS[2]).read_bytes()
    project = new_project(tmp_path / "books")

    load(project, "ai", "ai-usage", folder)

    assert rows(project, "SELECT count(*), count(DISTINCT x_File) FROM ai_usage") == [(6, 1)]


def test_every_kind_of_the_reference_is_in_the_ledger(examples: Path, tmp_path: Path) -> None:
    project = new_project(tmp_path / "books")
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in examples.glob("*.json")]
    found = [each for document in documents for each in results(document) if "usage" in each["object"]]

    load(project, "ai", "ai-usage", examples)

    assert kept(project) == sums(found)
    assert rows(project, "SELECT count(*), count(DISTINCT x_Kind) FROM ai_usage") == [(len(found), len(found))]
    # One page says that there is another, and no answer was grouped by model; every field has its column.
    assert rows(project, "SELECT x_Code FROM findings ORDER BY 1") == [("FM1292",), ("FM1297",)]


def test_costs_beside_usage_are_a_bill(examples: Path, tmp_path: Path) -> None:
    project = new_project(tmp_path / "books")

    load(project, "openai", "openai", examples, constants={"BillingAccountId": "org"})
    load(project, "ai", "ai-usage", examples)

    assert rows(project, "SELECT BilledCost::VARCHAR FROM charges") == [("0.060000000000",)]
    assert rows(project, "SELECT count(*) FROM ai_usage") == [(10,)]


def test_the_collection_itself_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        load(new_project(tmp_path), "ai", "ai-usage", _FILES / _EXAMPLES)

    assert "the page has no list 'data'" in str(caught.value)
