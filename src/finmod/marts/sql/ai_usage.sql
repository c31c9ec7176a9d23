-- Answers: what AI services were used for: tokens, requests and the like.
-- Grain:   one row per result of an answer (x_File, x_Row).
-- Inputs:  {usage}: the results that stand in the ledger. {columns}: as users see them.
-- Notes:   telemetry, no money. StoredBytes is a level: never sum it over time.
SELECT {columns} FROM {usage}
