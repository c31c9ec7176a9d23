"""What the columns of ``charge_names`` mean, for docs/reference/tables.md.

Owns the words. Names and types stand in ``finmod.marts.names``.
"""

from __future__ import annotations

from typing import Final

NAME_MEANINGS: Final = {
    "x_Since": "First day of the stretch of days; NULL where nothing of the taxonomy began to hold before.",
    "x_Until": "Day after its last one; NULL where nothing ends to hold later.",
    "x_Dimension": "Name of the dimension in taxonomy.yaml.",
    "x_Value": "What the key is called; NULL where no rule answers.",
    "x_Rule": "Number of the rule that named it, from 1; NULL of what rolls up from the dimension below.",
    "x_RuleText": "How the rule reads.",
    "x_How": "How the value was found: exact, folded (but for case and separators), alias, pattern, open (any text is "
    "a value), map, inferred (by a lookup that finmod inferred, or by a name that was found so), when, is, parent or "
    "dimension.",
    "x_Place": "`file:line:column` of what named it: the rule, or the line of its map.",
    "x_TagKey": "The tag key that was read, as it stands on the bill; NULL where no tag of the dimension is there.",
    "x_TagText": "Its text.",
    "x_TagState": "understood, unrecognised or missing; NULL of a dimension that no tag says.",
    "x_Taggable": "taggable, unknown, or why the charge can carry no tags, such as tax.",
}

NAME_NOTES: Final = {
    "charge_names": "One row for each dimension, so pick one: `WHERE x_Dimension = 'product'`; then the costs sum to "
    "those of the month. Without a taxonomy.yaml it has no rows. The same values stand as columns on `charges` and "
    "`charges_daily`: `x_Product` of the dimension product, `x_CostCentre` of cost-centre; they are there where a "
    "statement names one, and `SELECT *` leaves them out. See [how to say what charges are "
    "called](../how-to/taxonomy.md).",
}
