#!/bin/sh
# Say which system package is missing and how to install it: doctor.sh INTERPRETER [PROGRAM...]
# INTERPRETER is what find_python.sh printed, empty where it found none.
set -u
python=$1
shift
missing=0

advise() { # what, package of apt, package of brew
    echo "finmod: $1" >&2
    if command -v brew >/dev/null 2>&1; then
        echo "        Install it: brew install $3" >&2
    elif command -v apt-get >/dev/null 2>&1; then
        echo "        Install it: sudo apt-get install $2" >&2
    else
        echo "        Install it with your system's package manager (Debian, Ubuntu: $2; Homebrew: $3)." >&2
    fi
    missing=1
}

if [ -z "$python" ] || ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    advise "no Python 3.11 or newer was found${python:+ ('$python' is older or does not start)}." "python3 python3-venv" python@3.13
    echo "        If it is installed elsewhere: make PYTHON=/path/to/python3" >&2
elif ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    advise "Python $version is here but cannot make an environment: its venv module is missing." "python$version-venv" "python@$version"
fi
for program in "$@"; do
    command -v "$program" >/dev/null 2>&1 || advise "$program was not found." "$program" "$program"
done
exit $missing
