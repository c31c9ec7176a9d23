#!/bin/sh
# Print the folder that tests write below: memory where there is plenty, because thousands of small files and their
# fsyncs take a third of the tests' time on a disk; elsewhere what TMPDIR says, or /tmp.
set -u
least=4194304 # KiB: the tests hold less than a tenth of it at once
free=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
available=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null)
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && [ "${free:-0}" -ge $least ] && [ "${available:-0}" -ge $((2 * least)) ]; then
    echo /dev/shm
else
    echo "${TMPDIR:-/tmp}"
fi
