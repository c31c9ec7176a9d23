"""Tables of any kind, CSV or Parquet: which column means what is said in finmod.yaml.

Owns the form in which mappings call a column of such a file.
"""

from __future__ import annotations

import re

from finmod.sources.format import Format


def canonical(name: str) -> str:
    """Return a word for a column name that may hold any sign; two names never give the same word.

    >>> canonical("Amount (USD)"), canonical("amount_usd")
    ('c_Amount_20__28_USD_29_', 'c_amount_5f_usd')
    """
    return "c_" + re.sub(r"[^A-Za-z0-9]", lambda sign: f"_{ord(sign[0]):x}_", name)


FORMAT = Format("table", "a table of your own", lambda _: True, canonical, any_separator=True)
