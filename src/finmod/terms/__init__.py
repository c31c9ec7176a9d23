"""The words every room shares: money, periods, findings and their codes."""
