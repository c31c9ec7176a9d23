-- Answers: whose bills carry discounts that BilledCost lacks, or that it may have twice.
-- Grain:   one row per source, billing period, billing account, currency and kind: "net" (net cost differs from
--          BilledCost and no row is a discount), "stated" (discounts are named, but neither a net cost nor a row of a
--          discount has them), "twice" (BilledCost is net of discounts, and rows of discounts are billed beside it).
-- Inputs:  {charges}: charges of one source and billing period that have x_LineItemType; {unblended}, {net},
--          {discounts}: their columns x_UnblendedCost, x_NetUnblendedCost and x_Discounts, or NULL.
-- Notes:   what is below a cent is rounding of doubles. found is NULL where a discount that is named has no total.
WITH read AS (
    SELECT
        x_Source, x_BillingPeriod, BillingAccountId, BillingCurrency, BilledCost, x_File, x_Row,
        coalesce(x_LineItemType LIKE '%Discount', false) AS is_discount,
        TRY_CAST({unblended} AS DECIMAL(38, 12)) AS gross,
        TRY_CAST({net} AS DECIMAL(38, 12)) AS net,
        CAST({discounts} AS VARCHAR) AS discounts,
        TRY_CAST(CASE WHEN json_valid(discounts) THEN json_extract_string(discounts, '$.total_discount') END
            AS DECIMAL(38, 12)) AS total
    FROM {charges}
),
kinds AS (
    SELECT
        *,
        CASE
            WHEN is_discount THEN 'row'
            WHEN net <> BilledCost THEN 'net'
            WHEN net <> gross THEN 'twice'
            WHEN net IS NULL AND coalesce(total <> 0, regexp_matches(discounts, ':\s*"?[-+]?[0-9.]*[1-9]'))
                THEN 'stated'
        END AS kind
    FROM read
),
payers AS (
    SELECT
        x_Source,
        strftime(x_BillingPeriod, '%Y-%m') AS month,
        BillingAccountId,
        BillingCurrency,
        bool_or(is_discount) AS has_rows,
        sum(BilledCost) FILTER (WHERE net IS NOT NULL) AS billed_net,
        sum(net) AS net,
        sum(BilledCost) FILTER (WHERE kind = 'stated') AS billed_stated,
        sum(total) FILTER (WHERE kind = 'stated') AS stated,
        count(*) FILTER (WHERE kind = 'stated' AND total IS NULL) AS unreadable,
        sum(net - gross) FILTER (WHERE kind = 'twice') AS reduced,
        sum(BilledCost) FILTER (WHERE kind = 'row') AS in_rows,
        map(['net', 'stated', 'twice'], [
            {{'n': count(*) FILTER (WHERE kind = 'net'), 'file': arg_min(x_File, x_Row) FILTER (WHERE kind = 'net'),
              'row': min(x_Row) FILTER (WHERE kind = 'net')}},
            {{'n': count(*) FILTER (WHERE kind = 'stated'),
              'file': arg_min(x_File, x_Row) FILTER (WHERE kind = 'stated'),
              'row': min(x_Row) FILTER (WHERE kind = 'stated')}},
            {{'n': count(*) FILTER (WHERE kind = 'row'), 'file': arg_min(x_File, x_Row) FILTER (WHERE kind = 'row'),
              'row': min(x_Row) FILTER (WHERE kind = 'row')}}
        ]) AS places
    FROM kinds
    GROUP BY ALL
),
told AS (
    SELECT *, 'net' AS kind, billed_net AS billed, net AS found
    FROM payers
    WHERE NOT has_rows AND abs(billed_net - net) >= CAST(0.01 AS DECIMAL(38, 12))
    UNION ALL
    SELECT *, 'stated', billed_stated, CASE WHEN unreadable = 0 THEN stated END
    FROM payers
    WHERE NOT has_rows AND (unreadable > 0 OR abs(stated) >= CAST(0.01 AS DECIMAL(38, 12)))
    UNION ALL
    SELECT *, 'twice', reduced, in_rows
    FROM payers
    WHERE abs(reduced) >= CAST(0.01 AS DECIMAL(38, 12)) AND abs(in_rows) >= CAST(0.01 AS DECIMAL(38, 12))
)
SELECT
    x_Source,
    month,
    BillingAccountId,
    BillingCurrency,
    kind,
    CAST(places[kind].n AS BIGINT) AS charges,
    billed,
    found,
    places[kind].file AS x_File,
    places[kind].row AS x_Row
FROM told
ORDER BY ALL
