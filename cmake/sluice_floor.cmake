# One library for each floor: all its sources, warnings as errors, includes from the root.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_library(sluice_warnings INTERFACE)
target_compile_options(sluice_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wold-style-cast -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees uninitialised and dangling things in the standard library's own optional and string.
  target_compile_options(sluice_warnings INTERFACE -Wno-maybe-uninitialized -Wno-restrict
    -Wno-stringop-overflow -Wno-array-bounds -Wno-stringop-overread)
endif()

if(SLUICE_SANITIZE)
  add_compile_options(-fsanitize=${SLUICE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SLUICE_SANITIZE})
  if(SLUICE_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan) # Asio's fences, which GCC's ThreadSanitizer does not model
  endif()
endif()

# What makes a flaw harder to use: a stack whose end is checked, copies whose size is (_FORTIFY_SOURCE, which wants
# optimization), indirect jumps that land where they may (CET; BTI on ARM), and an executable at a random place whose
# tables of addresses are read-only before main (PIE, full RELRO). Sanitizers have checks of their own, which these
# would hide from them. tests/faults/security looks into the executable.
if(NOT SLUICE_SANITIZE)
  include(CheckCXXCompilerFlag)
  include(CheckPIESupported)
  check_pie_supported(LANGUAGES CXX)
  foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -mbranch-protection=standard)
    string(MAKE_C_IDENTIFIER "SLUICE_HAS${flag}" has)
    check_cxx_compiler_flag("-Werror ${flag}" ${has})
    if(${has})
      add_compile_options($<$<COMPILE_LANGUAGE:CXX,ASM>:${flag}>)
    endif()
  endforeach()
  # Level 3 also bounds what is sized at run time: GCC 12, Clang 9. Older ones take it for 2.
  add_compile_options($<$<AND:$<COMPILE_LANGUAGE:CXX>,$<NOT:$<CONFIG:Debug>>>:-U_FORTIFY_SOURCE>
                      $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<NOT:$<CONFIG:Debug>>>:-D_FORTIFY_SOURCE=3>)
  add_link_options(-Wl,-z,relro,-z,now -Wl,-z,noexecstack)
endif()

# What nearly every source includes, read once for each target. It hides a missing include from the compiler;
# `./run lint` compiles without it.
set(sluice_precompiled <algorithm> <array> <chrono> <expected> <functional> <map> <memory> <optional> <ostream>
    <string> <string_view> <vector>)

# Where sources are compiled several at a time (cmake/presets), they share their unnamed namespaces: names in them
# say of what they are.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 16)

# sluice_floor(NAME FOLDER folder [WITHOUT folder …] [EXCLUDE file …] [PRECOMPILED header …] PUBLIC lib … PRIVATE lib …)
# The target sluice_NAME, for others sluice::NAME: the sources in FOLDER, but for those of the rooms within it that
# have targets of their own (WITHOUT).
function(sluice_floor name)
  cmake_parse_arguments(floor "" "FOLDER" "WITHOUT;EXCLUDE;PRECOMPILED;PUBLIC;PRIVATE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}"
       "${CMAKE_SOURCE_DIR}/${floor_FOLDER}/*.cpp")
  foreach(room ${floor_WITHOUT})
    list(FILTER sources EXCLUDE REGEX "^${room}/")
  endforeach()
  if(floor_EXCLUDE)
    list(REMOVE_ITEM sources ${floor_EXCLUDE})
  endif()
  add_library(sluice_${name} STATIC ${sources})
  add_library(sluice::${name} ALIAS sluice_${name})
  set_target_properties(sluice_${name} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(sluice_${name} PUBLIC
    $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/sluice>)
  target_compile_features(sluice_${name} PUBLIC cxx_std_23)
  target_precompile_headers(sluice_${name} PRIVATE ${sluice_precompiled} ${floor_PRECOMPILED})
  target_link_libraries(sluice_${name} PUBLIC ${floor_PUBLIC} PRIVATE ${floor_PRIVATE}
    $<BUILD_INTERFACE:sluice_warnings>)
endfunction()
