# Sourced by script/*: goes to the root and offers what a fresh machine needs, each step done once.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
unset PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

say() { printf 'homebase: %s\n' "$*" >&2; }

# need_packages NAME=COMMAND …: Debian packages whose command (or file, if it holds a slash) is missing
need_packages() {
  local pair missing=()
  for pair in "$@"; do
    case "${pair#*=}" in
      */*) [ -e "${pair#*=}" ] || missing+=("${pair%%=*}") ;;
      *) command -v "${pair#*=}" >/dev/null || [ -x "/usr/sbin/${pair#*=}" ] || missing+=("${pair%%=*}") ;;
    esac
  done
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing ${missing[*]}"
    { # one at a time: .ci/run begins it beside the rest
      flock 8
      apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
    } 8<script/lib.sh >&2
  else
    say "missing: please run   sudo apt-get install -y --no-install-recommends ${missing[*]}"
    exit 69
  fi
}

# need_test_packages: what the tests run besides Python and Node, real servers and browsers
need_test_packages() {
  need_packages chromium=chromium libnss3-tools=certutil tcpdump=tcpdump iproute2=ip nftables=nft gcc=gcc libc6-dev=/usr/include/stdlib.h \
    systemd=systemd-analyze util-linux=setpriv mosquitto=mosquitto openssl=openssl curl=curl wget=wget age=age python3-gammu=/usr/lib/python3/dist-packages/gammu/__init__.py
}

# need_python: a python3 of at least 3.11, as $PYTHON
need_python() {
  local name
  PYTHON=""
  for name in "${HOMEBASE_PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
    [ -n "$name" ] && command -v "$name" >/dev/null || continue
    "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && PYTHON=$name && break
  done
  if [ -z "$PYTHON" ]; then
    say "needs Python 3.11 or newer: sudo apt-get install -y python3 python3-venv (Debian 12 or newer)"
    exit 69
  fi
  "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || need_packages python3-venv=/usr/share/doc/python3-venv/.
}

# install_lock FILE …: packages exactly as locked, of those locks that changed, or whose interpreter did, since the last time
install_lock() {
  local lock version changed=()
  version=$(.venv/bin/python -V)
  for lock in "$@"; do
    [ "$(cat ".venv/.installed-$(basename "$lock")" 2>/dev/null)" = "$(sha256sum <"$lock") $version" ] || changed+=("$lock")
  done
  [ ${#changed[@]} -eq 0 ] && return
  say "installing ${changed[*]}"
  touch .venv/.uncompiled
  .venv/bin/python -m pip install -q --no-compile --no-deps --require-hashes "${changed[@]/#/--requirement=}" >&2
  for lock in "${changed[@]}"; do printf '%s' "$(sha256sum <"$lock") $version" >".venv/.installed-$(basename "$lock")"; done
}

# need_environment LOCK …: .venv with these locks, our own package, and the bytecode of all, made on every core
need_environment() {
  local stamp want
  if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    need_python
    rm -rf .venv
    "$PYTHON" -m venv .venv
  fi
  install_lock "$@"
  stamp=.venv/.installed-homebase
  want="$(cat pyproject.toml requirements-build.lock | sha256sum) $PWD"
  if [ "$(cat "$stamp" 2>/dev/null)" != "$want" ]; then
    install_lock requirements-build.lock
    .venv/bin/python -m pip install -q --no-deps --no-build-isolation --config-settings editable_mode=compat -e . >&2
    printf '%s' "$want" >"$stamp"
  fi
  if [ -e .venv/.uncompiled ]; then
    .venv/bin/python -m compileall -q -j 0 .venv/lib/python3*/site-packages hub drivers privacy support >/dev/null 2>&1 || true
    rm .venv/.uncompiled
  fi
  .venv/bin/python -m compileall -q hub drivers privacy support
}

# need_app: the phone app, built from app/ into the package's data when its sources changed
need_app() {
  script/build-app
}
