"""What separates the fields of a table: the signs, and the words for them.

Owns the list, which finmod.yaml and the command line share.
"""

from __future__ import annotations

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
"""Word -> sign; either may be written."""

SEPARATORS_TOLD = "comma (,), semicolon (;), tab or bar (|)"
"""The same for messages; a tab has no sign that could be shown."""
