"""The columns of what AI services were used for: names, types, units and what they mean.

Owns the table's form. Columns that charges have too bear the same name and mean the same, so that usage and its cost
meet. Counts are whole numbers, as the answers have them; NULL is what an answer does not say, and never 0.
"""

from __future__ import annotations

from typing import Final

from finmod.normalize.usage import INTERVAL, Nameless, UsageColumn, UsageForm, place, stored_types

COUNT: Final = "BIGINT"

PLACE: Final = place("the place of the result in the answer; a bucket of time without any counts as one")

KINDS: Final = {
    "completions": "OpenAI's chat completions and responses",
    "decisions": "OpenAI's decisions",
    "embeddings": "OpenAI's embeddings",
    "moderations": "OpenAI's moderations",
    "images": "OpenAI's images",
    "audio_speeches": "OpenAI's speech from text",
    "audio_transcriptions": "OpenAI's text from speech",
    "vector_stores": "OpenAI's stores of files that are searched",
    "code_interpreter_sessions": "OpenAI's sessions of code",
    "file_searches": "OpenAI's searches in files",
    "web_searches": "OpenAI's searches in the web",
    "messages": "Anthropic's messages, with the web searches made for them",
}
"""x_Kind -> what a row of it stands for."""

WITH_MODELS: Final = ("completions", "decisions", "embeddings", "moderations", "images", "audio_speeches",
                      "audio_transcriptions", "messages")  # fmt: skip
"""The kinds that are a model's work."""

TEXTS: Final = (
    UsageColumn("x_Kind", "VARCHAR", f"What was used: {', '.join(KINDS)}; another one where OpenAI's answer has it."),
    UsageColumn("ServiceProviderName", "VARCHAR", "OpenAI or Anthropic, as in charges."),
    UsageColumn("BillingAccountId", "VARCHAR", "Organization, by `set: {BillingAccountId: ...}`: no answer names it."),
    UsageColumn("SubAccountId", "VARCHAR", "Id of the project or workspace, as in charges."),
    UsageColumn("x_Model", "VARCHAR", "Model."),
    UsageColumn("x_UserId", "VARCHAR", "Id of the user."),
    UsageColumn("x_ServiceAccountId", "VARCHAR", "Id of the service account."),
    UsageColumn("x_ApiKeyId", "VARCHAR", "Id of the API key."),
    UsageColumn("x_Batch", "VARCHAR", "Whether it was batch work: true or false."),
    UsageColumn("x_ServiceTier", "VARCHAR", "Service tier."),
    UsageColumn("x_ContextWindow", "VARCHAR", "Context window, such as 0-200k."),
    UsageColumn("x_InferenceGeo", "VARCHAR", "Where the model ran."),
    UsageColumn("x_Speed", "VARCHAR", "Speed of the inference."),
    UsageColumn("x_ApiSource", "VARCHAR", "API that the requests came by."),
    UsageColumn("x_ImageSize", "VARCHAR", "Size of the images."),
    UsageColumn("x_ImageSource", "VARCHAR", "What made the images: generation, edit, variation."),
    UsageColumn("x_VectorStoreId", "VARCHAR", "Id of the store that was searched."),
    UsageColumn("x_ContextLevel", "VARCHAR", "How much of the web a search took in."),
    UsageColumn("x_OtherFields", "VARCHAR", "What else the result says, a JSON object: fields that no column takes."),
)


def _count(name: str, meaning: str, unit: str = "tokens") -> UsageColumn:
    return UsageColumn(name, COUNT, meaning, unit, name)


QUANTITIES: Final = (
    _count("InputTokens", "All that the model read: uncached, read from the cache and written to it."),
    _count("UncachedInputTokens", "Of these, neither read from the cache nor written to it."),
    _count("CacheReadTokens", "Of these, read from the cache."),
    _count("CacheWriteTokens", "Of these, written to the cache, for however long."),
    _count("CacheWrite5mTokens", "Of these, written for 5 minutes."),
    _count("CacheWrite30mTokens", "Of these, written for 30 minutes."),
    _count("CacheWrite1hTokens", "Of these, written for an hour."),
    _count("CacheWrite12hTokens", "Of these, written for 12 hours."),
    _count("OutputTokens", "All that the model wrote."),
    _count("InputTextTokens", "Text among the input: see the mapping for whether cached tokens are in it."),
    _count("InputAudioTokens", "Audio among the input, as above."),
    _count("InputImageTokens", "Images among the input, as above."),
    _count("CacheReadTextTokens", "Text read from the cache."),
    _count("CacheReadAudioTokens", "Audio read from the cache."),
    _count("CacheReadImageTokens", "Images read from the cache."),
    _count("OutputTextTokens", "Text among the output."),
    _count("OutputAudioTokens", "Audio among the output."),
    _count("OutputImageTokens", "Images among the output."),
    _count("Requests", "Requests to the model.", "requests"),
    _count("ToolRequests", "Searches: of the web or of files, as x_Kind says; of messages, of the web.", "requests"),
    _count("Images", "Images made.", "images"),
    _count("Characters", "Characters read aloud.", "characters"),
    _count("AudioSeconds", "Audio written down.", "seconds"),
    _count("Sessions", "Sessions of code.", "sessions"),
    _count("StoredBytes", "What stores held: a level, so never sum it over time.", "bytes"),
)

COLUMNS: Final = (*PLACE[:3], *TEXTS[:1], *INTERVAL, *TEXTS[1:], *QUANTITIES, *PLACE[3:])
"""Every column of the public table, in its order."""

AI_TYPES: Final = stored_types(COLUMNS)
"""Column of the ledger's table -> DuckDB type."""

AI: Final = UsageForm(
    "ai-usage",
    "AI usage",
    AI_TYPES,
    tuple(column.name for column in QUANTITIES),
    tuple(column.name for column in TEXTS),
    Nameless(
        "FM1297",
        "x_Model",
        f"x_Model IS NULL AND x_Kind IN ({', '.join(repr(kind) for kind in WITH_MODELS)})",
        "name no model: ask with group_by[]=model",
    ),
    2020,
    "Ask the API again and keep the whole answer, as it came.",
)
"""No answer reaches further back."""
