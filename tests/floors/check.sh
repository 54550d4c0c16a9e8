#!/usr/bin/env bash
# Each room includes only itself and those that it may (see the table in README.md). What is ours is included from
# the root and in quotes, so that no other way of writing it gets past this.
set -euo pipefail
cd "$(dirname "$0")/../.."
fault=0

# check ROOM REST ALLOWED…: the sources in ROOM, but for the rooms within it that match REST.
check() {
  local room=$1 rest=$2 allowed found
  shift 2
  allowed=$(printf '|%s' "$@")
  found=$(grep -rnE --include='*.[ch]pp' '^[[:space:]]*#[[:space:]]*include' "$room" | grep -vE "^($rest)/") || {
    echo "nothing to look at in $room" >&2
    fault=1
  }
  if grep -E 'include *("|<(messages|persistence|actors|adapters|tests)/)' <<<"$found" |
    grep -vE "include \"(${allowed#|})/[a-z0-9_]+\.hpp\""; then
    echo "the lines above include from a room that $room may not see, or not from the root" >&2
    fault=1
  fi
}

none='no/such/room'
check messages $none messages
check persistence 'persistence/(rocksdb|memory|postgres|stores)' messages persistence
check persistence/rocksdb $none messages persistence persistence/rocksdb
check persistence/memory $none messages persistence persistence/memory
check persistence/postgres $none messages persistence persistence/rocksdb persistence/postgres
check persistence/stores $none messages persistence persistence/rocksdb persistence/memory persistence/postgres persistence/stores
check actors/core $none messages actors/core
check actors/letters $none messages actors/letters
check actors/audit $none messages persistence actors/core actors/audit
check actors 'actors/(core|letters|audit)' messages persistence persistence/stores actors/core actors/letters actors/audit actors
check adapters $none messages persistence persistence/stores actors actors/core actors/letters actors/audit 'adapters(/[a-z]+)?'
exit $fault
