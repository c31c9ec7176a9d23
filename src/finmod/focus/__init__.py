"""The FOCUS standard as data: columns of every version, projections between versions, conformance rules."""
