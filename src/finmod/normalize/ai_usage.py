"""Answers of AI services that say what was used, to one table: the mapping of each supplier, declared.

Owns which column comes from which field. The notation is that of ``mapping.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from finmod.normalize.mapping import MapColumn, Mapping
from finmod.normalize.usage import Quantity
from finmod.sources.ai_usage import report_of

_OPENAI = "OpenAI API reference, Usage"
_ANTHROPIC = "Anthropic Admin API reference, Get Messages Usage Report"
_CACHE_WRITES = "coalesce(#input_cache_write_tokens, #input_cache_write_12h_tokens)"
_WRITES = "coalesce(#input_cache_write_tokens, 0) + coalesce(#input_cache_write_12h_tokens, 0)"
_UNCACHED = "only the uncached ones by today's reference, the cached ones with them in answers of before"
_LEFT = f"#input_tokens - #input_cached_tokens - ({_WRITES})"


def _count(target: str, sql: str, choice: str = "", source: str = "") -> Quantity:
    # Counts are whole; the places show those that are not.
    return Quantity(target, sql, choice, source, scale=6)


_INTERVAL: Final = (
    MapColumn("IntervalStart", "@bucket_start", "The start of the bucket: a minute, an hour or a day."),
    MapColumn("IntervalEnd", "@bucket_end", "The end of the bucket."),
)

_OPENAI_USAGE = Mapping(
    "ai-usage (openai)",
    "OpenAI, answers of /v1/organization/usage/...",
    (
        MapColumn("x_Kind", "$kind", "By the result's `object`, organization.usage.KIND.result. A kind that finmod "
                  "does not know is kept as it is: finding FM1295.", _OPENAI),
        *_INTERVAL,
        MapColumn("ServiceProviderName", "'OpenAI'"),
        MapColumn("BillingAccountId", "NULL", "The answers are of one organization and do not name it: "
                  "`set: {BillingAccountId: org-...}`."),
        MapColumn("SubAccountId", "$project_id"),
        MapColumn("x_Model", "$model"),
        MapColumn("x_UserId", "$user_id"),
        MapColumn("x_ApiKeyId", "$api_key_id"),
        MapColumn("x_Batch", "$batch"),
        MapColumn("x_ServiceTier", "$service_tier"),
        MapColumn("x_ApiSource", "$api_source"),
        MapColumn("x_ImageSize", "$size"),
        MapColumn("x_ImageSource", "$source"),
        MapColumn("x_VectorStoreId", "$vector_store_id"),
        MapColumn("x_ContextLevel", "$context_level"),
        MapColumn("x_OtherFields", "$unread", "Fields that are newer than this release: finding FM1296."),
        _count("InputTokens", "#input_tokens", "Cached tokens are in it.", _OPENAI),
        _count("UncachedInputTokens", f"coalesce(#input_uncached_tokens, CASE WHEN {_LEFT} >= 0 THEN {_LEFT} END)",
               "As the answer says, else what is left of the input without cached tokens and those written to the "
               "cache; NULL where the answer has no cached tokens, or more of both than input.", _OPENAI),
        _count("CacheReadTokens", "#input_cached_tokens"),
        _count("CacheWriteTokens", f"CASE WHEN {_CACHE_WRITES} IS NOT NULL THEN {_WRITES} END", "Both together."),
        _count("CacheWrite30mTokens", "#input_cache_write_tokens", "Kept for 30 minutes.", _OPENAI),
        _count("CacheWrite12hTokens", "#input_cache_write_12h_tokens"),
        _count("OutputTokens", "#output_tokens"),
        _count("InputTextTokens", "#input_text_tokens", f"As written: {_UNCACHED}.", _OPENAI),
        _count("InputAudioTokens", "#input_audio_tokens", "As InputTextTokens.", _OPENAI),
        _count("InputImageTokens", "#input_image_tokens", "As InputTextTokens.", _OPENAI),
        _count("CacheReadTextTokens", "#input_cached_text_tokens"),
        _count("CacheReadAudioTokens", "#input_cached_audio_tokens"),
        _count("CacheReadImageTokens", "#input_cached_image_tokens"),
        _count("OutputTextTokens", "#output_text_tokens"),
        _count("OutputAudioTokens", "#output_audio_tokens"),
        _count("OutputImageTokens", "#output_image_tokens"),
        _count("Requests", "#num_model_requests"),
        _count("ToolRequests", "#num_requests", "Searches in files or in the web.", _OPENAI),
        _count("Images", "#images"),
        _count("Characters", "#characters"),
        _count("AudioSeconds", "#seconds"),
        _count("Sessions", "coalesce(#num_sessions, #sessions)", "Answers of before call them sessions."),
        _count("StoredBytes", "#usage_bytes"),
    ),
    notes=(
        "Ask with group_by[]=model and group_by[]=project_id: what the answer is not grouped by stays NULL.",
    ),
)  # fmt: skip

_ANTHROPIC_USAGE = Mapping(
    "ai-usage (anthropic)",
    "Anthropic, answers of /v1/organizations/usage_report/messages",
    (
        MapColumn("x_Kind", "$kind"),
        *_INTERVAL,
        MapColumn("ServiceProviderName", "'Anthropic'"),
        MapColumn("BillingAccountId", "NULL", "As with OpenAI: `set: {BillingAccountId: ...}`."),
        MapColumn("SubAccountId", "$workspace_id", "NULL for the default workspace too.", _ANTHROPIC),
        MapColumn("x_Model", "$model"),
        MapColumn("x_UserId", "$account_id", "The account of the user.", _ANTHROPIC),
        MapColumn("x_ServiceAccountId", "$service_account_id"),
        MapColumn("x_ApiKeyId", "$api_key_id", "NULL for the console too.", _ANTHROPIC),
        MapColumn("x_Batch", "CASE WHEN $service_tier = 'batch' THEN 'true' WHEN $service_tier IS NOT NULL THEN "
                  "'false' END", "Whether the service tier is batch."),
        MapColumn("x_ServiceTier", "$service_tier"),
        MapColumn("x_ContextWindow", "$context_window"),
        MapColumn("x_InferenceGeo", "$inference_geo"),
        MapColumn("x_Speed", "$speed"),
        MapColumn("x_OtherFields", "$unread", "Fields that are newer than this release: finding FM1296."),
        _count("InputTokens", "#uncached_input_tokens + #cache_read_input_tokens + "
               "#cache_creation_ephemeral_5m_input_tokens + #cache_creation_ephemeral_1h_input_tokens",
               "The answer has the parts, this is their sum; NULL where it lacks one.", _ANTHROPIC),
        _count("UncachedInputTokens", "#uncached_input_tokens"),
        _count("CacheReadTokens", "#cache_read_input_tokens"),
        _count("CacheWriteTokens", "#cache_creation_ephemeral_5m_input_tokens + "
               "#cache_creation_ephemeral_1h_input_tokens", "Both together."),
        _count("CacheWrite5mTokens", "#cache_creation_ephemeral_5m_input_tokens"),
        _count("CacheWrite1hTokens", "#cache_creation_ephemeral_1h_input_tokens"),
        _count("OutputTokens", "#output_tokens"),
        _count("ToolRequests", "#server_tool_use_web_search_requests", "Web searches.", _ANTHROPIC),
    ),
    notes=(
        "Ask with group_by[]=model and group_by[]=workspace_id: what the answer is not grouped by stays NULL.",
        "The answer has no number of requests: Requests stays NULL.",
    ),
)  # fmt: skip

MAPPINGS: Final = {"openai": _OPENAI_USAGE, "anthropic": _ANTHROPIC_USAGE}
"""Supplier -> its mapping."""

REVISION: Final = 1
"""Goes up when the result of a mapping changes, so that ``load`` knows to read every answer again."""


def mapping(columns: Sequence[str]) -> Mapping:
    """Return the mapping of the supplier whose staged answer has these columns."""
    return MAPPINGS[report_of(columns)]
