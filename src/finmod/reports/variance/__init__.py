"""The page about a variance: why a month cost more or less, for those who answer for it."""
