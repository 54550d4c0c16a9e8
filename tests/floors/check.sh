#!/usr/bin/env bash
# Each floor includes only itself and those below it (see the README's table). What is ours is included from
# the root and in quotes, so that no other way of writing it gets past this.
set -euo pipefail
cd "$(dirname "$0")/../.."
fault=0
below=""
for floor in messages persistence actors adapters; do
  below+="${below:+|}$floor"
  found=$(grep -rnE --include='*.[ch]pp' '^[[:space:]]*#[[:space:]]*include' "$floor") || {
    echo "nothing to look at in $floor" >&2
    fault=1
  }
  if grep -E 'include *("|<(messages|persistence|actors|adapters|tests)/)' <<<"$found" |
    grep -vE "include \"($below)/[a-z0-9_/]+\.hpp\""; then
    echo "the lines above include from a floor above $floor, or not from the root" >&2
    fault=1
  fi
done
exit $fault
