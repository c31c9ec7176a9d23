"""Models: pure functions, arrays in and results out; no files, no clock, no engine."""
