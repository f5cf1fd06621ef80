#!/usr/bin/env bash
# Installs what this checkout needs and is not there yet: `setup.sh app` what the app and the command line need,
# `setup.sh dev` also the checks, the test libraries and Chromium. Python packages go into .venv, at the exact versions
# of the lock files, from the package index that pip is configured for; a copy of the lock in .venv says that it is done.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%s\n' "$*" >&2; }
fail() { say "setup: $*"; exit 1; }

# apt_install PACKAGE...: with Debian's package manager, as root or through sudo.
apt_install() {
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "Please have an administrator install the Debian package(s) $* and try again."
    root=(sudo)
    [ -t 0 ] || root+=(-n)
  fi
  command -v apt-get >/dev/null ||
    fail "This needs the package(s) $* (Debian's names). Install them with your system's package manager and try again."
  say "Installing $* with apt ..."
  {
    "${root[@]}" apt-get update -qq &&
      "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o DPkg::Lock::Timeout=600 "$@" >/dev/null
  } || fail "apt could not install $*. Install it by hand (apt-get install $*) and try again."
}

# The Python to build .venv with: $PYTHON, or the first of these that is 3.11 or newer.
find_python() {
  local candidate
  for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  fail "No Python 3.11 or newer found. Install one, or name it: make PYTHON=/path/to/python3.11 ..."
}

make_venv() {
  local python minor
  python=$(find_python)
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then # Debian keeps these in a package of their own
    minor=$("$python" -c 'import sys; print(sys.version_info.minor)')
    apt_install "python3.$minor-venv"
  fi
  say "Making .venv with $("$python" --version) ..."
  "$python" -m venv --clear .venv
}

# install_lock LOCK...: brings .venv to these lock files, unless that was done already.
install_lock() {
  local lock wanted=()
  for lock in "$@"; do
    cmp -s "$lock" ".venv/installed-$lock" || wanted+=("$lock")
  done
  [ ${#wanted[@]} -gt 0 ] || return 0
  say "Installing the Python packages of ${wanted[*]} into .venv (a few minutes the first time) ..."
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
    "${wanted[@]/#/--requirement=}"
  for lock in "${wanted[@]}"; do cp "$lock" ".venv/installed-$lock"; done
}

if ! .venv/bin/python -c 'import pip' 2>/dev/null; then make_venv; fi
case "${1:-}" in
  app) install_lock requirements.lock ;;
  dev)
    install_lock requirements.lock requirements-dev.lock
    command -v chromium chromium-browser google-chrome >/dev/null || apt_install chromium fonts-liberation
    ;;
  *) fail "say what to set up: app or dev." ;;
esac
