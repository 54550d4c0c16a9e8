#!/usr/bin/env bash
# Each floor includes only itself and those below it (see the README's table).
set -euo pipefail
cd "$(dirname "$0")/../.."
fault=0
below=""
for floor in messages persistence actors adapters; do
  below+="${below:+|}$floor"
  if grep -rnE '#include "(messages|persistence|actors|adapters|tests)/' "$floor" | grep -vE "#include \"($below)/"; then
    echo "the lines above include from a floor above $floor" >&2
    fault=1
  fi
done
exit $fault
