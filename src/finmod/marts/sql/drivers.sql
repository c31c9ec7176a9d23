-- Answers: what costs are shared by.
-- Grain: one row per driver, period and target.
-- Inputs: drivers.
-- Notes: x_Filled tells which rows no source has.
SELECT * FROM {drivers}
