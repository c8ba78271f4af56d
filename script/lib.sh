# Sourced by script/*: makes .venv at the root hold exactly what the lock files say, once.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
