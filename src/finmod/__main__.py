"""``python -m finmod`` is the command line."""

from finmod.cli.main import main

main()
