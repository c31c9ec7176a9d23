"""Answers of usage: whose they are, what of them is read, and what is refused in their place."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.normalize.formats import detect
from finmod.sources.ai_usage import COLUMNS, recognise, report_of, select_files, stage_usage
from finmod.sources.anthropic import usage_rows as anthropic_rows
from finmod.sources.files import fingerprint
from finmod.sources.openai import usage_rows as openai_rows
from tests.ai import COMPLETIONS, COST, DAY, MESSAGES, bucket, messages, page, span, usage


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as made:
        yield made


def staged(engine: Engine, folder: Path, content: str | bytes, name: str = "a.json") -> list[dict[str, Any]]:
    """Return the rows that a file is staged as, without what is absent."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    made = stage_usage(engine, fingerprint(path, folder), folder)
    names = [column.name for column in made.columns]
    rows = engine.rows(f"SELECT {', '.join(names)} FROM {made.relation} ORDER BY file_row_number")
    assert len(rows) == made.rows
    return [{name: value for name, value in zip(names, row, strict=True) if value is not None} for row in rows]


def test_a_result_is_a_row_with_its_time(engine: Engine, tmp_path: Path) -> None:
    (row,) = staged(engine, tmp_path, usage())

    assert row == {
        "kind": "completions",
        "bucket_start": "2026-09-01T00:00:00Z",
        "bucket_end": "2026-09-02T00:00:00Z",
        "bucket_number": "1",
        "page_number": "1",
        "project_id": "proj_a",
        "api_key_id": "key_a",
        "model": "gpt-5",
        "batch": "false",
        "service_tier": "default",
        "input_tokens": "1000",
        "input_cached_tokens": "400",
        "output_tokens": "500",
        "num_model_requests": "5",
    }


def test_fields_of_inner_objects_are_columns(engine: Engine, tmp_path: Path) -> None:
    (row,) = staged(engine, tmp_path, messages())

    assert row["kind"] == "messages"
    assert row["cache_creation_ephemeral_1h_input_tokens"] == "1000"
    assert row["server_tool_use_web_search_requests"] == "10"


def test_a_bucket_without_results_is_a_row_without_kind(engine: Engine, tmp_path: Path) -> None:
    text = page(bucket(0), bucket(DAY, COMPLETIONS), more=True)

    first, second = staged(engine, tmp_path, text)

    assert first == {"bucket_start": "2026-09-01T00:00:00Z", "bucket_end": "2026-09-02T00:00:00Z",
                     "bucket_number": "1", "page_number": "1", "has_more": "true"}  # fmt: skip
    assert (second["kind"], second["bucket_number"]) == ("completions", "2")


def test_gzip_is_read_as_what_it_holds(engine: Engine, tmp_path: Path) -> None:
    packed = gzip.compress(messages().encode())

    assert staged(engine, tmp_path, packed, "a.json.gz") == staged(engine, tmp_path, messages())


def test_what_no_column_takes_is_kept_as_json(engine: Engine, tmp_path: Path) -> None:
    (row,) = staged(engine, tmp_path, usage({"new": 3, "other": {"a": None}, "none": None}))

    assert json.loads(row["unread"]) == {"new": "3", "other": {"a": None}}


def test_the_supplier_is_told_by_the_columns() -> None:
    assert {name: report_of(columns) for name, columns in COLUMNS.items()} == {
        "openai": "openai",
        "anthropic": "anthropic",
    }


def test_a_page_looks_like_costs_by_its_keys() -> None:
    # What a page holds is told by its results alone, and the commands look at those.
    keys = ["object", "data", "has_more", "next_page"]

    assert recognise(keys)
    assert recognise(keys[1:])
    assert not recognise(["code", "data"])
    assert (detect(keys), detect(keys[1:])) == ("openai", "anthropic")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            page(bucket(0, COST)),
            (
                "a.json, bucket 1, result 1: the answer holds costs and no usage; expected the answer that holds "
                "usage: tokens, requests and the like. Load costs with finmod load --format openai. For usage ask for "
                "/v1/organization/usage/completions?start_time=...&group_by[]=model&group_by[]=project_id. (FM1291"
            ),
        ),
        (
            page(span("2026-09-01T00:00:00Z", "2026-09-02T00:00:00Z", {"amount": "1", "currency": "USD"})),
            (
                "a.json, bucket 1, result 1: the answer holds costs and no usage; expected the answer that holds "
                "usage: tokens, requests and the like. Load costs with finmod load --format anthropic. For usage ask "
                "for /v1/organizations/usage_report/messages?starting_at=...&group_by[]=model&group_by[]=workspace_id. "
                "(FM1291"
            ),
        ),
        (
            '{"data": [{"core_metrics": {}}], "has_more": false, "next_page": null}',
            "a.json: the answer holds a report of Claude Code, which is not read; expected the answer that holds usage",
        ),
        (
            f"[{usage()}, {messages()}]",
            (
                "a.json, page 2: pages of OpenAI and of Anthropic; expected those of one supplier. Ask the API again "
                "and keep the whole answer, as it came. (FM1142"
            ),
        ),
        (
            usage().replace(".completions.", ".Com pletions."),
            "the result is 'organization.usage.Com pletions.result'; expected 'organization.usage.KIND.result'",
        ),
        (page(bucket(0, {"object": None})), "the result is null; expected 'organization.usage.KIND.result'"),
        (
            page(span("2026-09-01T00:00:00Z", "2026-09-02T00:00:00Z", {"model": "m"})),
            "a.json, bucket 1, result 1: the result has no tokens; expected a result of usage_report/messages.",
        ),
        (
            '{"/organization/usage/images": {}}',
            "a.json: the page has no list 'data'; expected a page, a JSON object with a list 'data'.",
        ),
        (
            '{"error": {"message": "Not allowed\\u001b[31m"}}',
            (
                "a.json: the answer is an error: Not allowed\N{REPLACEMENT CHARACTER}[31m; expected an answer with "
                "costs or usage."
            ),
        ),
        (
            "date,tokens\n1,2\n",
            (
                "a.json: the file is no JSON; expected an answer of OpenAI or Anthropic, as it came. Keep the answers "
                "of /v1/organization/usage/... or /v1/organizations/usage_report/messages as files. (FM1291"
            ),
        ),
    ],
)
def test_what_is_no_answer_of_usage_is_refused(engine: Engine, tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UserError) as caught:
        staged(engine, tmp_path, text)

    assert words in " ".join(str(caught.value).split())


def test_costs_and_usage_in_one_folder_are_told_apart(tmp_path: Path) -> None:
    texts = {"c.json": page(bucket(0, COST)), "d.json": page(bucket(0)), "u.json": usage(), "v.json": messages()}
    paths = [tmp_path / name for name in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text, encoding="utf-8")

    found = select_files(paths)

    assert [path.name for path in found.files] == ["d.json", "u.json", "v.json"]
    assert found.left_out == ((paths[0], "costs, for a source of the format openai or anthropic"),)


def test_costs_alone_are_kept_so_that_they_are_refused_with_a_word(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text(page(bucket(0, COST)), encoding="utf-8")

    assert select_files([path]).files == (path,)


def test_every_kind_is_read_and_its_own_name_kept() -> None:
    result = {"object": "organization.usage.new_kind_2.result", "num_requests": "1"}
    document = {"object": "page", "data": [{"start_time": "1788220800", "end_time": "1788307200", "results": [result]}]}

    (row,) = openai_rows(document)

    assert (row["kind"], row["num_requests"], row["unread"]) == ("new_kind_2", "1", None)


def test_messages_need_tokens_of_any_name() -> None:
    document = {
        "data": [{"starting_at": "2026-09-01", "ending_at": None, "results": [{"new_tokens": "1"}, dict(MESSAGES)]}]
    }

    assert [row["unread"] for row in anthropic_rows(document)] == ['{"new_tokens":"1"}', None]
