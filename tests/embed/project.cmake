# A CMake project that knows Sluice only as it is installed.
cmake_minimum_required(VERSION 3.25)
project(shop LANGUAGES CXX)
find_package(sluice REQUIRED)
add_executable(shop main.cpp)
target_link_libraries(shop PRIVATE sluice::adapters)
add_executable(remote remote.cpp)
target_link_libraries(remote PRIVATE sluice::adapters CAF::io)
