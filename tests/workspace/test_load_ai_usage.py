"""Loads of AI usage promise what loads of bills do, with costs and usage side by side."""

from __future__ import annotations

import pytest

from tests.ai import COST, DAY, MESSAGES, bucket, kept, load_ai, messages, page, refused_ai, span, usage
from tests.books import Books
from tests.usage import load_usage, report

_COSTS = page(bucket(0, COST))
_ANTHROPIC_COSTS = page(
    span("2026-09-01T00:00:00Z", "2026-09-02T00:00:00Z", {"amount": "5.5", "currency": "USD", "description": "a"})
)
_SET = ("--set", "BillingAccountId=org")


def rows(books: Books) -> list[tuple[str, str, int]]:
    """Return source, file and tokens written of each row."""
    found = books.query("SELECT x_Source AS s, x_File AS f, OutputTokens AS n FROM ai_usage ORDER BY 1, 2, 3")
    return [(row["s"], row["f"], row["n"]) for row in found]


def test_the_same_file_again_loads_nothing(books: Books) -> None:
    path = books.write("a.json", usage())
    assert "Loaded 1 row of usage in 1 month" in kept(books, path).out
    before = books.trace()

    assert "nothing to load, the ledger has its file already" in kept(books, path).out
    assert books.trace() == before
    assert "replaced" in kept(books, "--again", path).out


def test_a_changed_answer_replaces_its_month(books: Books) -> None:
    path = books.write("a.json", usage())
    kept(books, path)
    books.write("a.json", usage({"output_tokens": 7}))

    assert "replaced" in kept(books, path).out

    assert rows(books) == [("ai", "a.json", 7)]
    before = books.query("SELECT OutputTokens AS n FROM ai_usage", "--as-of", "1")
    assert before == [{"n": 500}]


def test_an_answer_without_results_is_known_and_read_once(books: Books) -> None:
    path = books.write("a.json", page(bucket(0), bucket(DAY)))

    said = kept(books, path)

    assert "nothing" in said.out
    assert "Loaded 0 rows of usage in 1 month" in said.out
    assert "nothing to load" in kept(books, path).out
    assert kept(books, "--again", path).code == 0
    assert books.run("check").code == 0


@pytest.mark.parametrize(
    ("text", "form"), [(page(bucket(0), bucket(DAY)), "openai"), (page(span("a", "b")), "anthropic")]
)
def test_what_no_result_tells_is_not_guessed(books: Books, text: str, form: str) -> None:
    path = books.write("a.json", text)

    said = books.run("load", *_SET, path)

    assert said.code == 1
    assert said.err == (
        f"{path}: the answer has no results, so that nothing tells whether it is of costs or of usage; expected its "
        f"format.\n  Load it with --format {form} if it is of costs, with --format ai-usage if it is of usage. "
        "(FM1123, docs/errors.md)\n"
    )


def test_no_load_drops_rows_unasked(books: Books) -> None:
    kept(books, books.write("a.json", usage()))
    other = books.write("b.json", usage(start=DAY))

    assert "the ledger has usage of the file in ai 2026-09, and this load would drop it" in refused_ai(books, other)
    emptied = books.write("a.json", page(bucket(0)))
    assert "FM1130" in refused_ai(books, emptied)

    assert "emptied" in kept(books, "--accept", "FM1130", emptied).out
    assert rows(books) == []


def test_costs_and_usage_of_one_folder_become_two_sources(books: Books) -> None:
    books.write("answers/costs.json", _COSTS)
    books.write("answers/usage.json", usage())
    books.write("answers/none.json", page(bucket(2 * DAY)))
    books.write("answers/none-too.json", page(bucket(2 * DAY)))

    said = kept(books, books.root / "answers")
    assert "ai: answers/costs.json left out: costs, for a source of the format openai or anthropic" in said.out
    assert "ai: answers/none.json left out: no results, as in none-too.json" in said.out
    said = books.run("load", "--format", "openai", *_SET, books.root / "answers")
    assert (said.code, "usage.json left out: usage, for a source of the format ai-usage" in said.out) == (0, True)

    assert rows(books) == [("ai", "answers/usage.json", 500)]
    assert books.totals() == {"openai 2026-09": "1 0.060000000000"}


def test_of_many_files_that_are_left_out_one_is_named(books: Books) -> None:
    books.write("answers/costs.json", _COSTS)
    for place in range(5):
        books.write(f"answers/u{place}.json", usage(start=place * DAY))

    said = books.run("load", "--format", "openai", *_SET, books.root / "answers")

    assert "u0.json and 4 other files left out: usage, for a source of the format ai-usage" in said.out
    assert said.out.count("left out") == 1


@pytest.mark.parametrize(
    ("form", "text", "words"),
    [
        ("openai", usage(), ("the answer holds usage (completions) and no cost; expected the answer that holds costs. "
         "Load it with finmod --project {0} load --format ai-usage.")),
        ("anthropic", messages(), ("the answer holds usage (tokens of messages) and no cost; expected the answer that "
         "holds costs. Load it with finmod --project {0} load --format ai-usage.")),
        ("ai-usage", _COSTS, "Load costs with finmod --project {0} load --format openai."),
        ("ai-usage", _ANTHROPIC_COSTS, "Load costs with finmod --project {0} load --format anthropic."),
        ("anthropic", usage(), ("the file is not of the format anthropic; expected the columns of Anthropic costs "
         "(answers of its API). It looks like AI usage (answers of OpenAI and Anthropic): load it with --format "
         "ai-usage.")),
        ("openai", messages(), "load it with --format ai-usage."),
        ("anthropic", _COSTS, "It looks like OpenAI costs (answers of its API): load it with --format openai."),
        ("kubernetes", usage(), ("It looks like AI usage (answers of OpenAI and Anthropic): load it with --format "
         "ai-usage.")),
        ("kubernetes", _COSTS, "It looks like OpenAI costs (answers of its API): load it with --format openai."),
        ("focus", messages(), "load it with --format ai-usage."),
        ("ai-usage", report({}), ("a.json:1: the file is not of the format ai-usage; expected the columns of AI usage "
         "(answers of OpenAI and Anthropic). It looks like Kubernetes usage: load it with --format kubernetes.")),
    ],
)  # fmt: skip
def test_the_wrong_format_is_refused_and_the_right_one_named(books: Books, form: str, text: str, words: str) -> None:
    said = books.run("load", "--format", form, "--source", "x", *(_SET if form != "kubernetes" else ()),
                     books.write("a.json", text))  # fmt: skip

    assert said.code == 1
    assert words.format(books.root) in " ".join(said.err.split())


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        ((usage(),), "ai-usage"),
        ((messages(),), "ai-usage"),
        ((page(bucket(DAY)), usage()), "ai-usage"),
        ((_COSTS,), "openai"),
        ((_COSTS, usage()), "openai"),
        ((_ANTHROPIC_COSTS,), "anthropic"),
    ],
)
def test_the_format_is_told_by_what_the_answers_have(books: Books, texts: tuple[str, ...], form: str) -> None:
    for place, text in enumerate(texts):
        books.write(f"answers/{place}.json", text)

    said = books.run("load", *_SET, books.root / "answers")

    assert said.code == 0, said.err
    assert books.query("SELECT DISTINCT x_Format AS f FROM loads") == [{"f": form}]


def test_a_source_holds_usage_of_one_sort(books: Books) -> None:
    kept(books, books.write("a.json", usage()))
    pods, costs = books.write("pods.csv", report({})), books.write("c.json", _COSTS)

    said = books.run("load", "--format", "kubernetes", "--source", "ai", pods)
    assert said.code == 1
    assert (
        "source ai: the ledger has AI usage under the name ai, and this is Kubernetes usage; expected a source of its "
        "own for each. Name it otherwise: --source NAME, or another key below sources: in finmod.yaml. (FM1287"
    ) in " ".join(said.err.split())
    said = books.run("load", "--format", "openai", "--source", "ai", *_SET, costs)
    assert (said.code, "has AI usage under the name ai, and this is a bill" in " ".join(said.err.split())) == (1, True)
    load_usage(books, pods)
    said = books.run("load", "--format", "ai-usage", "--source", "k8s", books.root / "a.json")
    assert (said.code, "has Kubernetes usage under the name k8s, and this is AI usage" in said.err) == (1, True)


def test_a_source_of_finmod_yaml_says_what_answers_leave_out(books: Books) -> None:
    books.write("answers/a.json", usage({}, {"project_id": None}))
    books.write(
        "finmod.yaml",
        "name: a\ncurrency: USD\nsources:\n"
        "  ai: {format: ai-usage, path: answers, set: {BillingAccountId: org, SubAccountId: default}}\n",
    )

    assert books.run("load").code == 0

    found = books.query("SELECT BillingAccountId AS b, SubAccountId AS s FROM ai_usage ORDER BY 2")
    assert found == [{"b": "org", "s": "default"}, {"b": "org", "s": "proj_a"}]
    said = books.run("status").out
    assert "a: ledger version 1, usage of 1 month\n" in said
    assert "never loaded" not in said


def test_usage_takes_no_other_constant(books: Books) -> None:
    said = refused_ai(books, "--set", "BillingCurrency=USD", books.write("a.json", usage()))

    assert "expected BillingAccountId or SubAccountId. Usage has no BillingCurrency to be said: remove it." in said


def test_usage_touches_no_total_of_bills(books: Books) -> None:
    kept(books, books.write("a.json", usage()))
    books.run("load", "--format", "openai", "--source", "openai", *_SET, books.write("c.json", _COSTS))
    kept(books, "--again", books.root / "a.json")

    assert books.totals() == {"openai 2026-09": "1 0.060000000000"}
    assert "ledger version 3, 1 charge in 1 billing period and usage of 1 month, BilledCost" in books.run("status").out


def test_one_answer_under_two_sources_is_an_error(books: Books) -> None:
    path = books.write("a.json", usage())
    kept(books, path)
    books.run("load", "--format", "ai-usage", "--source", "other", path)

    said = books.run("check")

    assert said.code == 1
    assert "other 2026-09 a.json: The same bytes are in the source ai too." in said.out


def test_check_proves_the_totals_of_every_kind_of_usage(books: Books) -> None:
    kept(books, books.write("a.json", usage()))
    load_usage(books, books.write("pods.csv", report({})))

    said = books.run("check").out

    assert "6 of 6 totals of AI usage are the same in files and ledger." in said
    assert "7 of 7 totals of Kubernetes usage are the same in files and ledger." in said
    assert "OutputTokens of a.json" in books.run("check", "--proof").out


def test_a_month_of_minutes_is_read_whole(books: Books) -> None:
    minutes = [
        {"starting_at": f"2026-09-01T{at // 60:02}:{at % 60:02}:00Z", "ending_at": f"2026-09-01T{(at + 1) // 60:02}:"
         f"{(at + 1) % 60:02}:00Z", "results": [dict(MESSAGES)]}
        for at in range(600)
    ]  # fmt: skip

    kept(books, books.write("a.json", page(*minutes)))

    found = books.query("SELECT x_Rows AS n, OutputTokens AS o FROM ai_usage_daily")
    assert found == [{"n": 600, "o": 300_000}]


def test_files_without_rows_are_no_reason_to_refuse_a_load(books: Books) -> None:
    books.write("answers/a.json", page(bucket(0)))
    books.write("answers/b.json", usage(start=DAY))
    kept(books, books.root / "answers")
    (books.root / "answers" / "a.json").unlink()
    books.write("answers/b.json", usage({"output_tokens": 1}, start=DAY))

    said = load_ai(books, books.root / "answers")

    assert said.code == 0, said.err
    assert "FM1201" not in str(books.query("SELECT x_Code FROM findings"))
