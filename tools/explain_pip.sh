#!/bin/sh
# What to do when an installation failed; pip's own words stand above.
echo "finmod: the installation failed; pip says why above." >&2
echo "        No network or a private mirror? pip takes a mirror from its own configuration (pip config list)." >&2
echo "        Then run the same make command again: it goes on where it stopped." >&2
