#!/usr/bin/env bash
# Installs the build BUILD into a prefix of its own, builds the embedding example of actors/README.md
# and a pair of processes that speak over CAF's network against it, and runs them.
set -euo pipefail
build=$1 here=$(cd "$(dirname "$0")" && pwd)
work=$build/embed
rm -rf "$work"
mkdir -p "$work/source"
cmake --install "$build" --prefix "$work/prefix" >"$work/install.log"
sed -n '/^```cpp$/,/^```$/{//!p}' "$here/../../actors/README.md" >"$work/source/main.cpp"
cp "$here/remote.cpp" "$work/source/"
cp "$here/project.cmake" "$work/source/CMakeLists.txt"
cmake -G Ninja -S "$work/source" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_BUILD_TYPE=Debug >"$work/configure.log"
cmake --build "$work/build" --parallel 2

"$work/build/shop" "$work/shop-data"

# The second process lives as long as its input is open.
coproc node { "$work/build/remote" serve "$work/remote-data"; }
node_pid=$!
read -r port campaign <&"${node[0]}"
answer=$("$work/build/remote" pause "$port" "$campaign")
eval "exec ${node[1]}>&-"
wait "$node_pid"
echo "another process says: $answer"
[ "$answer" = "paused 1" ]
