# cmake -C cmake/presets/fuzz.cmake -S . -B build/fuzz -G Ninja; only the target `fuzzers` is to be built.
set(CMAKE_CXX_COMPILER clang++-19 CACHE STRING "")
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1" CACHE STRING "")
set(SLUICE_SANITIZE fuzzer-no-link,address,undefined CACHE STRING "")
set(SLUICE_FUZZ ON CACHE BOOL "")
