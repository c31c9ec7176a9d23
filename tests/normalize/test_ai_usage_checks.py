"""What an answer of usage may not have is refused, with file and place; what is odd is told."""

from __future__ import annotations

import gzip

import pytest

from tests.ai import DAY, HOUR, bucket, codes, kept, messages, page, refused_ai, span, usage
from tests.books import Books

_OUTPUT = '"output_tokens": 500'
_END = f'"end_time": {1788220800 + DAY}'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (usage().replace(_OUTPUT, '"output_tokens": NaN'), ("a.json, row 1: output_tokens is 'NaN'; expected a number "
         "that fits DECIMAL(38,12). Ask the API again and keep the whole answer, as it came. (FM1120")),
        (usage().replace(_OUTPUT, '"output_tokens": Infinity'), "output_tokens is 'Infinity'; expected a number"),
        (usage({"output_tokens": "many"}), "output_tokens is 'many'; expected a number"),
        (usage({"output_tokens": True}), "output_tokens is 'true'; expected a number"),
        (usage({"output_tokens": [1]}), "output_tokens is '[\"1\"]'; expected a number"),
        (usage({"output_tokens": 500.5}), ("a.json, row 1: output_tokens is 500.5; expected a whole number. Ask the "
         "API again and keep the whole answer, as it came. (FM1294")),
        (usage({"output_tokens": 1.0000001}), "output_tokens is 1.0000001; expected a whole number"),
        (usage({"output_tokens": 1.5}, {"output_tokens": 2.5}), "output_tokens is 1.5 (in 2 rows); expected a whole"),
        (usage({"output_tokens": -1}), ("a.json, row 1: OutputTokens is -1 in 1 row; expected usage of 0 or more. Ask "
         "the API again and keep the whole answer, as it came. (FM1284")),
        (usage({"output_tokens": 10**19}), ("a.json: a quantity, or the sum of one, is too large; expected core-hours, "
         "bytes, tokens and the like that fit the columns of the ledger. Ask the API again")),
        (usage({"output_tokens": 10**40}), f"output_tokens is '{10**40}'; expected a number that fits"),
        (usage({"output_tokens": 6 * 10**18}, {"output_tokens": 6 * 10**18, "model": "b"}), ("a.json: the sum of "
         "OutputTokens in ai 2026-09 is 12,000,000,000,000,000,000; expected less than 9,223,372,036,854,775,808")),
        (usage().replace(_OUTPUT, f'{_OUTPUT}, "output_tokens": 1'), ("the key 'output_tokens' stands more than "
         "once in one object; expected each key once")),
        (usage()[:-20], "a.json:1:"),
        (usage().replace(_END, '"end_time": null'), ("a.json, bucket 1: end_time is null; expected whole seconds "
         "since 1970, of at most 11 digits, such as 1730419200")),
        (usage().replace(_END, '"end_time": 1788220800'), ("a.json, row 1: the interval ends no later than it starts; "
         "expected a start and a later end in UTC, of the years 2020 to 2100. Ask the API again")),
        (usage(start=-8 * 365 * DAY), "the intervals of 2018-09 reach from 2018-09-03 00:00:00 to 2018-09-04 00:00:00"),
        (messages().replace('"ending_at": "2026-09-02T00:00:00Z"', '"ending_at": null'), ("a.json, row 1: the end of "
         "the interval is empty; expected a start and a later end")),
        (messages().replace("2026-09-01T00:00:00Z", "yesterday"), ("a.json, bucket 1: starting_at is 'yesterday'; "
         "expected a date and time in ISO 8601, such as 2026-09-01T00:00:00Z. Ask the API again")),
        ("[]", ("a.json: the answer has no buckets of time. Ask for a time that there is usage of, or take the file "
         "out of the source's path. (FM1107")),
        (page(), "a.json: the answer has no buckets of time."),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_read_is_refused_with_its_place(books: Books, text: str, words: str) -> None:
    assert words in refused_ai(books, books.write("a.json", text))


def test_every_problem_of_a_load_is_told_at_once(books: Books) -> None:
    books.write("answers/a.json", usage({"output_tokens": 1.5}))
    books.write("answers/b.json", usage({"input_tokens": "x"}, start=DAY))

    said = refused_ai(books, books.root / "answers")

    assert "output_tokens is 1.5" in said
    assert "input_tokens is 'x'" in said


def test_damaged_gzip_is_refused_and_whole_gzip_is_read(books: Books) -> None:
    packed = gzip.compress(usage().encode())

    assert "FM1112" in refused_ai(books, books.write("a.json.gz", packed[:-5]))
    kept(books, books.write("a.json.gz", packed))

    assert books.query("SELECT OutputTokens AS n FROM ai_usage") == [{"n": 500}]


def test_a_kind_that_is_newer_is_kept_and_told(books: Books) -> None:
    result = {"object": "organization.usage.videos.result", "num_model_requests": 3, "frames": 7, "region": "eu"}

    kept(books, books.write("a.json", page(bucket(0, result))))

    assert books.query("SELECT x_Kind, Requests, x_OtherFields FROM ai_usage") == [
        {"x_Kind": "videos", "Requests": 3, "x_OtherFields": '{"frames":"7","region":"eu"}'}
    ]
    found = books.query("SELECT x_Code, x_Severity, x_Message, x_Where FROM findings ORDER BY 1")
    assert found == [
        {
            "x_Code": "FM1295",
            "x_Severity": "warning",
            "x_Message": "The kind videos is not known; kept under its own name: 1 row.",
            "x_Where": "a.json, row 1",
        },
        {
            "x_Code": "FM1296",
            "x_Severity": "info",
            "x_Message": "No column takes these fields of 1 row: frames, region.",
            "x_Where": "a.json, row 1",
        },
    ]


def test_of_many_fields_that_are_newer_the_first_are_named(books: Books) -> None:
    kept(books, books.write("a.json", usage({f"new_{place}": 1 for place in range(8)} | {"\x1b[31m": 1})))

    (found,) = books.query("SELECT x_Message AS m FROM findings WHERE x_Code = 'FM1296'")
    assert found["m"] == (
        "No column takes these fields of 1 row: \N{REPLACEMENT CHARACTER}[31m, new_0, new_1, new_2, new_3, 4 more."
    )


def test_fields_of_objects_that_are_newer_are_told_by_their_place(books: Books) -> None:
    kept(books, books.write("a.json", messages({"server_tool_use": {"web_search_requests": 1, "web_fetches": 2}})))

    assert books.query("SELECT x_OtherFields AS o FROM ai_usage") == [{"o": '{"server_tool_use.web_fetches":"2"}'}]


def test_results_that_a_newer_field_tells_apart_do_not_stand_twice(books: Books) -> None:
    kept(books, books.write("a.json", usage({"region": "eu"}, {"region": "us"})))

    assert codes(books) == ["FM1296"]


def test_a_result_that_stands_twice_in_a_bucket_makes_the_check_red(books: Books) -> None:
    kept(books, books.write("a.json", usage({}, {})))

    said = books.run("check")

    assert said.code == 1
    assert (
        "1 row says again what another row of the same file says of the same interval: its usage counts twice."
    ) in said.out


def test_work_of_a_model_that_is_not_named_is_told(books: Books) -> None:
    store = {"object": "organization.usage.vector_stores.result", "usage_bytes": 1}

    kept(books, books.write("a.json", page(bucket(0, store, {**store, "project_id": "b"}))))
    assert codes(books) == []

    kept(books, "--accept", "FM1130", books.write("b.json", usage({"model": None})))
    (found,) = books.query("SELECT x_Code, x_Severity, x_Message, x_Column FROM findings WHERE x_Code = 'FM1297'")
    assert found == {
        "x_Code": "FM1297",
        "x_Severity": "info",
        "x_Message": "1 row name no model: ask with group_by[]=model.",
        "x_Column": "x_Model",
    }


def test_the_same_day_in_two_answers_is_refused(books: Books) -> None:
    books.write("answers/a.json", usage())
    books.write("answers/b.json", usage({"model": None}))

    said = refused_ai(books, books.root / "answers")

    assert (
        "answers/b.json: 2026-09-01 (completions) stands in answers/a.json and in answers/b.json; expected the usage "
        "of each time in one answer: it would count twice. Keep the newest answer for each time, with one way of "
        "grouping and one width of buckets. (FM1293"
    ) in said


def test_days_and_hours_of_the_same_time_are_refused(books: Books) -> None:
    tokens = {"output_tokens": 1}
    hours = [span(f"2026-09-01T{at:02}:00:00Z", f"2026-09-01T{at + 1:02}:00:00Z", tokens) for at in range(5, 8)]
    books.write("answers/days.json", messages())
    books.write("answers/hours.json", page(*hours))

    said = refused_ai(books, books.root / "answers")

    assert (
        "answers/hours.json: 2026-09-01 (messages) in answers/days.json reaches into 2026-09-01 05:00 (messages) in "
        "answers/hours.json, and so do 2 other buckets; expected the usage of each time in one answer"
    ) in said


def test_a_time_that_stands_twice_in_one_file_is_refused(books: Books) -> None:
    text = f"[{usage()}, {usage()}]"

    assert "2026-09-01 (completions) stands twice in a.json" in refused_ai(books, books.write("a.json", text))


def test_other_kinds_other_times_and_empty_buckets_stand_beside_each_other(books: Books) -> None:
    images = {"object": "organization.usage.images.result", "images": 1}
    books.write("answers/a.json", usage())
    books.write("answers/b.json", page(bucket(0, images), bucket(DAY)))
    books.write("answers/c.json", usage(start=DAY))
    books.write("answers/d.json", page(bucket(0), bucket(DAY), bucket(2 * DAY)))

    kept(books, books.root / "answers")

    assert books.query("SELECT count(*) AS n FROM ai_usage") == [{"n": 3}]


def test_a_page_that_is_not_there_makes_the_check_red(books: Books) -> None:
    path = books.write("a.json", usage().replace('"has_more": false', '"has_more": true'))
    kept(books, path)

    said = books.run("check")

    assert said.code == 1
    assert "FM1292" in said.out
    assert (
        "The answer ends with 2026-09-01 (completions) and says that there is more; no file goes on with 2026-09-02."
    ) in " ".join(said.out.split())


def test_the_next_page_makes_it_whole(books: Books) -> None:
    books.write("answers/a.json", usage().replace('"has_more": false', '"has_more": true'))
    kept(books, books.root / "answers")
    books.write("answers/b.json", usage(start=DAY))

    kept(books, books.root / "answers")

    assert codes(books) == []


def test_the_page_of_another_kind_is_not_the_next_one(books: Books) -> None:
    images = {"object": "organization.usage.images.result", "images": 1, "model": "gpt-image-1"}
    books.write("answers/a.json", usage().replace('"has_more": false', '"has_more": true'))
    books.write("answers/b.json", page(bucket(DAY, images)))

    kept(books, books.root / "answers")

    assert codes(books) == ["FM1292"]


def test_hours_go_on_with_the_hour(books: Books) -> None:
    images = {"object": "organization.usage.images.result", "images": 1}

    kept(books, books.write("a.json", page(bucket(5 * HOUR, images, width=HOUR), more=True)))

    (found,) = books.query("SELECT x_Message AS m FROM findings WHERE x_Code = 'FM1292'")
    assert found["m"].startswith("The answer ends with 2026-09-01 05:00 (images) and says that there is more; no file")
    assert found["m"].endswith("goes on with 2026-09-01 06:00.")


def test_a_bucket_that_spans_midnight_is_told(books: Books) -> None:
    kept(books, books.write("a.json", usage(start=HOUR)))

    assert codes(books) == ["FM1278"]
