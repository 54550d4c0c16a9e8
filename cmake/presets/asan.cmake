# cmake -C cmake/presets/asan.cmake -S . -B build/asan -G Ninja
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1" CACHE STRING "")
set(SLUICE_SANITIZE address,undefined CACHE STRING "")
set(SLUICE_PAGE OFF CACHE BOOL "")
# Sources are compiled several at a time, so that what they include is read less often.
set(CMAKE_UNITY_BUILD ON CACHE BOOL "")
