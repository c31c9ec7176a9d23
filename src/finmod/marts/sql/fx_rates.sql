-- Answers: what one unit of another currency is in the reporting currency.
-- Grain:   one row per day of publication and currency.
-- Inputs:  {rates}: what the user's table of exchange rates gives: direct, inverse, or a cross through another currency.
-- Notes:   the rates of days, whichever of them finmod.yaml chooses for charges; x_FxRate of a charge is the one it has.
SELECT * FROM ({rates})
