"""What kind of charge a row of Azure's cost details is, and what it costs in each of FOCUS's four senses.

Owns the rules per charge type and pricing model, in the notation of ``mapping.py``. Identity, place and names of a
charge stand in ``azure.py``, which also puts three names in that are no columns: ``$half`` is ``actual`` or
``amortized`` in a half of a pair and NULL in a file that stands alone, ``$customer_agreement`` is not NULL where prices
are in a currency of their own, and ``$charge_type`` is Usage where a file has no such column.

Source: Microsoft Cost Management documentation, "Ingest cost details data", "Understand cost details fields", "Get
Enterprise Agreement and Microsoft Customer Agreement reservation costs and usage", "View Azure savings plan cost and
usage details"; FinOps toolkit of Microsoft, "Convert Cost Management data to FOCUS".
"""

from __future__ import annotations

from finmod.normalize.aws_services import lookup
from finmod.normalize.azure_services import UNITS
from finmod.normalize.mapping import MapColumn

FIELDS = "Cost Management documentation, Understand cost details fields"
TOOLKIT = "FinOps toolkit of Microsoft, Convert Cost Management data to FOCUS"
RESERVATIONS = (
    "Cost Management documentation, Get Enterprise Agreement and Microsoft Customer Agreement reservation costs"
)
PRICES = "Cost Management documentation, Ingest cost details data: Pricing behavior in cost details"

TYPE = "lower($charge_type)"
KNOWN = (
    "usage",
    "purchase",
    "refund",
    "unusedreservation",
    "unusedsavingsplan",
    "roundingadjustment",
    "tax",
    "credit",
)
"""Every charge type that Microsoft documents, in lower case."""


def is_type(*types: str) -> str:
    """Return the test whether a row is of one of some charge types; never NULL."""
    return f"coalesce({TYPE} IN ({', '.join(map(repr, types))}), false)"


UNUSED = is_type("unusedreservation", "unusedsavingsplan")
# Files of before the column PricingModel tell covered usage by the reservation that it names.
MODEL = (
    f"CASE {TYPE} WHEN 'unusedreservation' THEN 'reservation' WHEN 'unusedsavingsplan' THEN 'savingsplan' ELSE "
    "coalesce(rtrim(replace(lower($pricing_model), ' ', ''), 's'), CASE WHEN $reservation_id IS NOT NULL THEN "
    "'reservation' END) END"
)
RESERVED = f"coalesce({MODEL} = 'reservation', false)"
PLANNED = f"coalesce({MODEL} = 'savingsplan', false)"
COMMITTED = f"coalesce({MODEL} IN ('reservation', 'savingsplan'), false)"
COVERED = f"({is_type('usage')} AND {COMMITTED})"
BOUGHT = f"({is_type('purchase', 'refund')} AND {COMMITTED})"
PRICED = is_type("usage", "purchase", "refund")
"""Rows that have a unit price; tax, credits and rounding have none."""
SOLD = "coalesce(lower($publisher_type) = 'marketplace', false)"

_PURE = "coalesce($pricing_currency = $currency, true)"


def _known(column: str) -> str:
    """Return a unit price; NULL where the file has 0 for a price that it does not know."""
    dearer = " OR #unit_price <> 0" if column == "payg_price" else ""
    return f"CASE WHEN #{column} = 0 AND (#cost <> 0 OR {COMMITTED}{dearer}) THEN NULL ELSE #{column} END"


def _price(column: str) -> str:
    """Return a unit price in the billing currency."""
    known = _known(column)
    return f"CASE WHEN NOT {PRICED} THEN NULL WHEN {_PURE} THEN {known} ELSE {_exact(known, '#exchange_rate')} END"


def _exact(*factors: str) -> str:
    """Return SQL for a product, rounded once; NULL where it has more digits than money can have."""
    return f"CAST(TRY({' * '.join(f'({factor})' for factor in factors)}) AS DECIMAL(38,12))"


def _at_price(column: str) -> str:
    """Return the quantity at a unit price, with the sign of the cost."""
    return _given_back(_exact(_price(column), "#quantity"))


def _given_back(worth: str) -> str:
    """Return what a row is worth, below 0 where its cost is: a refund may have a quantity or a worth above 0."""
    return f"CASE WHEN #cost < 0 THEN -abs({worth}) ELSE {worth} END"


COSTS = (
    MapColumn(
        "BilledCost",
        f"CASE WHEN {COVERED} OR {UNUSED} THEN 0 ELSE #cost END",
        choice="The cost in the billing currency. 0 for usage that a reservation or a savings plan covers and for what "
        "they leave unused: their purchase billed it.",
        source=f"{TOOLKIT}: BilledCost; {RESERVATIONS}",
    ),
    MapColumn(
        "EffectiveCost",
        f"CASE WHEN {BOUGHT} THEN 0 WHEN {COVERED} AND ($half = 'actual' OR ($half IS NULL AND #cost = 0)) "
        f"THEN NULL ELSE #cost END",
        choice="The amortized cost. 0 for purchases and refunds of reservations and savings plans: the usage that they "
        "cover carries their cost. NULL for covered usage of an actual half without its twin, whose cost is 0 there "
        "because nothing was amortized: it is not known (FM1257).",
        source=f"{TOOLKIT}: EffectiveCost; {RESERVATIONS}",
        alternative="The cost of an actual half as it stands: what a commitment covers would cost nothing.",
    ),
    MapColumn(
        "ListCost",
        f"CASE WHEN {UNUSED} THEN NULL WHEN NOT {PRICED} THEN #cost WHEN #payg_cost <> 0 THEN "
        f"{_given_back('#payg_cost')} ELSE {_at_price('payg_price')} END",
        choice="PaygCostInBillingCurrency where the file has it and it is not 0, else the quantity at PayGPrice, by "
        "the exchange rate of the row where prices are in another currency. A price of 0 beside a cost or a UnitPrice "
        "that is not 0, or on a row of a reservation or savings plan, is a price that Microsoft did not fill in: NULL. "
        "A refund gives its list cost back, whichever sign the file has it with. "
        "Tax, credits and rounding have no unit price and are listed as they are billed. What a commitment leaves "
        "unused has no list cost: nothing was used.",
        source=f"{PRICES}; {FIELDS}: PaygCostInBillingCurrency; FOCUS 1.4, ListCost",
        alternative="0, as Azure's own FOCUS export has it: every such charge would show a negative saving. PayGPrice "
        "x Quantity / block size, as the FinOps toolkit has it: in files that can be checked EffectivePrice x "
        "Quantity is the cost without dividing.",
    ),
    MapColumn(
        "ContractedCost",
        f"CASE WHEN {UNUSED} THEN NULL WHEN NOT {PRICED} THEN #cost ELSE {_at_price('unit_price')} END",
        choice="The quantity at UnitPrice, the negotiated price, with or without a commitment over it. A price of 0 "
        "beside a cost that is not 0, or on a row of a reservation or savings plan, is unknown as in ListCost. NULL "
        "where the file has no such column, as of pay-as-you-go.",
        source=f"{PRICES}; FOCUS 1.4, ContractedCost",
    ),
    MapColumn("ListUnitPrice", _price("payg_price"), choice="In the billing currency. 0 as in ListCost."),
    MapColumn("ContractedUnitPrice", _price("unit_price"), choice="In the billing currency. 0 as in ListCost."),
    MapColumn(
        "PricingCurrency",
        "coalesce($pricing_currency, $currency)",
        choice="The billing currency under agreements that price in it.",
        source=f"{FIELDS}: PricingCurrency",
    ),
    MapColumn(
        "PricingCurrencyEffectiveCost",
        f"CASE WHEN {BOUGHT} THEN 0 WHEN {COVERED} AND ($half = 'actual' OR ($half IS NULL AND #cost = 0)) "
        f"THEN NULL ELSE coalesce(#cost_in_pricing_currency, CASE WHEN {_PURE} THEN #cost END) END",
        choice="As EffectiveCost; the same amount under agreements that price in the billing currency.",
        source=f"{FIELDS}: CostInPricingCurrency",
    ),
    MapColumn(
        "PricingCurrencyListUnitPrice",
        f"CASE WHEN {PRICED} THEN {_known('payg_price')} END",
        choice="0 as in ListCost.",
        source=f"{FIELDS}: PayGPrice",
    ),
    MapColumn(
        "PricingCurrencyContractedUnitPrice",
        f"CASE WHEN {PRICED} THEN {_known('unit_price')} END",
        choice="0 as in ListCost.",
        source=f"{FIELDS}: UnitPrice",
    ),
)

KINDS = (
    MapColumn(
        "ChargeCategory",
        f"CASE WHEN {is_type('usage')} OR {UNUSED} THEN 'Usage' WHEN {is_type('purchase', 'refund')} THEN 'Purchase' "
        f"WHEN {is_type('tax')} THEN 'Tax' WHEN {is_type('credit')} THEN 'Credit' ELSE 'Adjustment' END",
        choice="UnusedReservation and UnusedSavingsPlan are Usage with CommitmentDiscountStatus Unused. A Refund is a "
        "Purchase with ChargeClass Correction: it takes a purchase back. RoundingAdjustment is an Adjustment, and so "
        "is a charge type that Microsoft does not document, which is a finding (FM1258): an Adjustment promises "
        "neither usage nor a price. Rows of a file without the column are Usage: pay-as-you-go reports have nothing "
        "else.",
        source=f"{TOOLKIT}: ChargeCategory; {FIELDS}: ChargeType; FOCUS 1.4, ChargeCategory",
        alternative="NULL for unknown types: FOCUS forbids it, and the charge would fall out of every sum by category.",
    ),
    MapColumn(
        "ChargeClass",
        f"CASE WHEN {is_type('refund')} THEN 'Correction' END",
        choice="A refund gives back what an earlier invoice charged: PreviousInvoiceId names it.",
        source=f"{TOOLKIT}: ChargeClass; {FIELDS}: PreviousInvoiceId",
        alternative="NULL where a refund is of the same month: the file does not say so.",
    ),
    MapColumn(
        "ChargeFrequency",
        "CASE lower($frequency) WHEN 'onetime' THEN 'One-Time' WHEN 'recurring' THEN 'Recurring' WHEN 'usagebased' "
        f"THEN CASE WHEN {is_type('refund')} THEN 'One-Time' ELSE 'Usage-Based' END "
        f"ELSE CASE WHEN {is_type('usage')} OR {UNUSED} THEN 'Usage-Based' "
        f"WHEN {is_type('purchase')} THEN NULL ELSE 'One-Time' END END",
        choice="Where the file does not say it, Usage-Based for usage, NULL for purchases and One-Time for the rest. A "
        "refund of usage, which Azure calls UsageBased, is One-Time: FOCUS has no purchase by usage.",
        source=f"{TOOLKIT}: ChargeFrequency; {FIELDS}: Frequency",
    ),
    MapColumn(
        "PricingCategory",
        f"CASE WHEN {is_type('tax')} THEN NULL WHEN NOT ({PRICED} OR {UNUSED}) THEN 'Other' WHEN {BOUGHT} THEN "
        f"'Standard' WHEN {COMMITTED} THEN 'Committed' WHEN {MODEL} = 'spot' OR ($pricing_model IS NULL AND "
        "contains($meter_name, ' Spot')) THEN 'Dynamic' WHEN coalesce($pricing_model, '') = '' OR "
        "lower(replace($pricing_model, ' ', '')) = 'ondemand' THEN 'Standard' ELSE 'Other' END",
        choice="PricingModel Reservation and SavingsPlan are Committed, Spot is Dynamic, OnDemand is Standard. The "
        "purchase of a commitment, and its refund, are Standard: they are priced as agreed. Where the file has no "
        "pricing model, the name of the meter tells Spot and ReservationId a reservation.",
        source=f"{TOOLKIT}: PricingCategory; {FIELDS}: PricingModel; FOCUS 1.4, PricingCategory",
        alternative="Committed for purchases of commitments too, as the FinOps toolkit has it: FOCUS takes them out.",
    ),
)

_RATIO = (
    'coalesce(TRY_CAST(nullif(regexp_extract($additional_info, \'"RINormalizationRatio"\\s*:\\s*"?([0-9.]+)\', 1), '
    "'') AS DECIMAL(18,6)), 1)"
)
_TERM_HOURS = "CASE trim($term) WHEN '12' THEN 8760 WHEN '36' THEN 26280 WHEN '60' THEN 43800 END"
_AMORTIZED = "($half = 'amortized' OR ($half IS NULL AND #cost <> 0))"
_COMMITTED_QUANTITY = (
    f"CASE WHEN {PLANNED} AND ({BOUGHT} OR {_AMORTIZED}) THEN #cost "
    f"WHEN {RESERVED} AND {is_type('usage')} THEN {_exact('#quantity', _RATIO)} "
    f"WHEN {UNUSED} THEN #quantity WHEN {RESERVED} AND {BOUGHT} AND lower($frequency) = 'onetime' "
    f"THEN CASE WHEN #cost < 0 THEN -abs(#quantity) ELSE #quantity END * ({_TERM_HOURS}) END"
)
COMMITMENTS = (
    MapColumn(
        "CommitmentDiscountId",
        f"CASE WHEN {COMMITTED} THEN coalesce($benefit_id, $reservation_id, $product_order_id) END",
        choice="BenefitId, in older files ReservationId. Only on rows whose pricing model says that a commitment is "
        "involved.",
        source=f"{TOOLKIT}: CommitmentDiscountId; {FIELDS}: BenefitId, ReservationId",
    ),
    MapColumn(
        "CommitmentDiscountName",
        f"CASE WHEN {COMMITTED} THEN coalesce($benefit_name, $reservation_name) END",
        source=f"{TOOLKIT}: CommitmentDiscountName",
    ),
    MapColumn(
        "CommitmentDiscountCategory",
        f"CASE WHEN {RESERVED} THEN 'Usage' WHEN {PLANNED} THEN 'Spend' END",
        source=f"{TOOLKIT}: CommitmentDiscountCategory",
    ),
    MapColumn(
        "CommitmentDiscountType",
        f"CASE WHEN {RESERVED} THEN 'Reservation' WHEN {PLANNED} THEN 'Savings Plan' END",
        source=f"{TOOLKIT}: CommitmentDiscountType",
    ),
    MapColumn(
        "CommitmentDiscountStatus",
        f"CASE WHEN {UNUSED} THEN 'Unused' WHEN {COVERED} THEN 'Used' END",
        choice="None on purchases and refunds, which are neither.",
        source=f"{TOOLKIT}: CommitmentDiscountStatus; FOCUS 1.4, CommitmentDiscountStatus",
        alternative="Used on purchases too, as the FinOps toolkit has it: FOCUS asks for NULL there.",
    ),
    MapColumn(
        "CommitmentDiscountQuantity",
        _COMMITTED_QUANTITY,
        choice="Savings plans in money, as the commitment itself. Reservations in hours: usage times its "
        "RINormalizationRatio, what was unused, and on a purchase paid once the hours of its term, which a refund "
        "takes back; NULL on a purchase that is paid monthly, whose row does not say for how many hours it pays.",
        source=f"{RESERVATIONS}: Audit optimum reservation use for instance size flexibility; FOCUS 1.4, "
        "CommitmentDiscountQuantity",
    ),
    MapColumn(
        "CommitmentDiscountUnit",
        f"CASE WHEN ({_COMMITTED_QUANTITY}) IS NULL THEN NULL WHEN {PLANNED} THEN $currency ELSE 'Hours' END",
    ),
)

_UNIT = f"coalesce({lookup(UNITS, 'trim($unit)')}, nullif($unit, 'Unassigned'))"
_MEASURED = f"({PRICED} OR {UNUSED}) AND #quantity IS NOT NULL"
_OR_UNITS = f"coalesce({_UNIT}, 'Units')"
_SIGNED = (
    f"CASE WHEN {is_type('purchase', 'refund')} AND #cost < 0 AND coalesce(#unit_price, 0) >= 0 THEN -abs(#quantity) "
    "ELSE #quantity END"
)
QUANTITIES = (
    MapColumn(
        "PricingQuantity",
        f"CASE WHEN {_MEASURED} THEN {_SIGNED} END",
        choice="Quantity counts units of measure: at EffectivePrice it is the cost. Below 0 where a refund takes money "
        "back at a price above 0. None on tax, credits and rounding.",
        source=f"{PRICES}; {FIELDS}: Quantity, UnitOfMeasure",
        alternative="Quantity divided by the block size that the unit of measure names, as the FinOps toolkit has it: "
        "in files that can be checked the price is that of the whole unit of measure.",
    ),
    MapColumn(
        "PricingUnit",
        f"CASE WHEN {_MEASURED} THEN {_OR_UNITS} END",
        choice="UnitOfMeasure as FOCUS writes units: 10K is 10000 Units, 1 GB/Month is GB-Months. One that our table "
        "lacks stays as it is; x_PricingUnitDescription has it as Azure wrote it.",
        source="FOCUS 1.4, Unit Format; FinOps toolkit of Microsoft, pricing units",
    ),
    MapColumn(
        "ConsumedQuantity",
        f"CASE WHEN {is_type('usage')} THEN #quantity END",
        choice="As PricingQuantity: the file has no other.",
        source=f"{TOOLKIT}: ConsumedQuantity",
    ),
    MapColumn("ConsumedUnit", f"CASE WHEN {is_type('usage')} AND #quantity IS NOT NULL THEN {_OR_UNITS} END"),
)
