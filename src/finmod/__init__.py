"""finmod: the modelling engine for FinOps. Bills in, money that ties out."""

__version__ = "0.1.0"
