-- Answers: which file brought which charges, when, and whether its total was kept.
-- Grain:   one row per load, source, billing period, file and currency.
-- Inputs:  {loads}: every load up to the state that is looked at.
-- Notes:   x_Current is true for the loads whose charges stand in the ledger. x_ControlTotal is the exact total of the
--          file's text. x_BookedPeriod is the open month that took the differences where the file's month was closed, and
--          x_UndoneVersion the version of the reopening that took them back.
SELECT * REPLACE (make_timestamp(epoch_us(x_LoadedAt)) AS x_LoadedAt), {current} AS x_Current FROM {loads}
WHERE x_Source IS NOT NULL
