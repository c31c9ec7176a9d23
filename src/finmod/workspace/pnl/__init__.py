"""The product P&L of a project: its lines, periods and members, and the proof that it is the ledger's total."""
