#!/usr/bin/env bash
# Inside the trixie folder of script/nightly: the suite without browser, journeys and lab, on its Python.
set -euo pipefail
cd /src
rm -rf .venv
git init -q .
git add -A
python3 -m venv .venv
for lock in requirements.lock requirements-dev.lock requirements-build.lock; do
  .venv/bin/python -m pip install -q --no-deps --require-hashes -r "$lock"
done
.venv/bin/python -m pip install -q --no-deps --no-build-isolation -e .
.venv/bin/python -V
exec .venv/bin/python -m pytest -q -p no:cacheprovider -m "not browser and not journey and not lab" "$@"
