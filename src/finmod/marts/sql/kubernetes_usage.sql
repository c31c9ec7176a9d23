-- Answers: what workloads of Kubernetes clusters asked for and used.
-- Grain:   one row per row of a usage report (x_File, x_Row), or per split row of an AWS bill.
-- Inputs:  {usage}: rows of reports and bills, in seconds. {columns}: the same in hours.
-- Notes:   telemetry, no money. A workload may stand in rows of several x_Kind: sum those of one.
SELECT {columns} FROM {usage}
