-- Answers: what was charged, row by row, as FOCUS 1.4.
-- Grain:   one row per charge as the supplier's file has it (x_File, x_Row).
-- Inputs:  {charges}: the ledger's charges.
-- Notes:   instants are UTC. x_ columns that some supplier writes are NULL for the others.
SELECT * REPLACE ({instants}) FROM {charges}
