"""The invented company: its world, written once, and writers of its native exports and of its truth.

Owns everything that `finmod sample` puts on disk. Does not read bills: what it writes is judged by real exports and
by the specification, never the other way round.
"""

from finmod.sample.faults import FAULTS, Fault
from finmod.sample.write import SampleSummary, write_sample

__all__ = ["FAULTS", "Fault", "SampleSummary", "write_sample"]
