#!/bin/sh
# Creates .venv from a lock file: sh deploy/venv.sh requirements.txt
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}

if ! command -v "$python" >/dev/null 2>&1; then
    echo "No $python here. Install it: apt-get install python3 python3-venv" >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Python 3.11 or newer is needed; $python is $("$python" -V 2>&1). Say which: make PYTHON=python3.11 ..." >&2
    exit 1
fi
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "$python has no venv module. Install it: apt-get install python$version-venv" >&2
    exit 1
fi
[ -x .venv/bin/python ] || "$python" -m venv .venv
echo "Installing what $1 names into .venv ..."
exec .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --requirement "$1"
