# cmake -C cmake/presets/release.cmake -S . -B build/release -G Ninja
set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "")
