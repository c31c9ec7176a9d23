-- Answers: what was charged, row by row, as FOCUS 1.4.
-- Grain:   one row per charge as the supplier's file has it (x_File, x_Row), and one per true-up of a closed month.
-- Inputs:  {charges}: the ledger's charges. {true_ups}: what restated bills of closed months moved.
-- Notes:   instants are UTC. x_ columns that some supplier writes are NULL for the others. A true-up is a difference, booked
--          in the month that was open: x_TrueUpOf is the restated month, x_TrueUpAt and x_TrueUpLoad say which load found
--          it, x_TrueUpInvoiceId on which invoice the restated bill has it, x_File is a file with such charges, and x_Row is
--          NULL. These four are NULL in charges.
SELECT * REPLACE ({instants}) FROM (
    SELECT * FROM {charges}
    UNION ALL BY NAME
    SELECT * EXCLUDE ({unknowns}) FROM {true_ups}
)
