#!/usr/bin/env bash
# Each floor includes only itself and those below it (see the README's table), and a room of a floor besides only what
# is said here. What is ours is included from the root and in quotes, so that no other way of writing it gets past this.
set -euo pipefail
cd "$(dirname "$0")/../.."
fault=0

# check WHERE ALLOWED: the sources found by `find WHERE` include nothing of ours but what ALLOWED matches.
check() {
  local where=$1 allowed=$2 found
  found=$(find $where -name '*.[ch]pp' -exec grep -HnE '^[[:space:]]*#[[:space:]]*include' {} +) || {
    echo "nothing to look at in $where" >&2
    fault=1
  }
  if grep -E 'include *("|<(messages|persistence|actors|adapters|tests)/)' <<<"$found" |
    grep -vE "include \"($allowed)\.hpp\""; then
    echo "the lines above include what is not for $where, or not from the root" >&2
    fault=1
  fi
}

name='[a-z0-9_]+'
messages="messages/$name"
store="$messages|persistence/$name"
check messages "$messages"
check "persistence -maxdepth 1 -not -name open_store.*" "$store"
check persistence/rocksdb "$store|persistence/rocksdb/$name"
check persistence/memory "$store|persistence/memory/$name"
check "persistence/open_store.hpp persistence/open_store.cpp" "$store|persistence/(rocksdb|memory)/store"
actors="$store|actors/[a-z0-9_/]+"
check actors "$actors"
check adapters "$actors|adapters/[a-z0-9_/]+"

# What opens a store is above the forms of it: no form knows it.
if grep -rn 'include "persistence/open_store' persistence --include='*.[ch]pp' | grep -v '^persistence/open_store'; then
  echo "the lines above include open_store.hpp from below it" >&2
  fault=1
fi
exit $fault
