# The library sluice_page: adapters/web as Vite builds it, in the executable. Node.js builds in a copy of the
# sources under the build folder, so that the tree stays clean; only the executable waits for it. The target
# `web` builds the page alone.
set(page_source "${CMAKE_SOURCE_DIR}/adapters/web")
set(page_work "${CMAKE_BINARY_DIR}/web")
set(page_embedded "${page_work}/embedded")

find_program(NODE_EXECUTABLE NAMES node nodejs)
find_program(NPM_EXECUTABLE npm)
set(has_page OFF)
if(SLUICE_PAGE AND NODE_EXECUTABLE AND NPM_EXECUTABLE)
  execute_process(COMMAND "${NODE_EXECUTABLE}" --version OUTPUT_VARIABLE node_version
                  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  string(REGEX REPLACE "^v" "" node_version "${node_version}")
  if(node_version VERSION_GREATER_EQUAL 18)
    set(has_page ON)
  endif()
endif()

if(NOT has_page)
  if(SLUICE_PAGE)
    message(STATUS "No Node.js 18 or newer with npm: the engine is built without its web page")
  endif()
  file(WRITE "${CMAKE_BINARY_DIR}/no_page.cpp"
    "#include \"adapters/web/embedded_page.hpp\"\nsluice::page_files sluice::embedded_page() { return {}; }\n")
  add_library(sluice_page STATIC "${CMAKE_BINARY_DIR}/no_page.cpp")
  target_link_libraries(sluice_page PUBLIC sluice::adapters)
  return()
endif()

set(page_manifests "${page_source}/package.json" "${page_source}/package-lock.json" "${page_source}/.npmrc")
file(GLOB_RECURSE page_sources CONFIGURE_DEPENDS "${page_source}/src/*" "${page_source}/public/*")
list(APPEND page_sources "${page_source}/index.html" "${page_source}/vite.config.ts"
     "${page_source}/tsconfig.json" "${page_source}/embed.mjs")

# Packages' own scripts are not run: nothing of ours needs them, and they are other people's programs.
add_custom_command(OUTPUT "${page_work}/packages.stamp"
  COMMAND "${CMAKE_COMMAND}" -E make_directory "${page_work}"
  COMMAND "${CMAKE_COMMAND}" -E copy ${page_manifests} "${page_work}"
  COMMAND "${NPM_EXECUTABLE}" ci --ignore-scripts --no-audit --no-fund --loglevel=error
  COMMAND "${CMAKE_COMMAND}" -E touch "${page_work}/packages.stamp"
  DEPENDS ${page_manifests} WORKING_DIRECTORY "${CMAKE_BINARY_DIR}/web"
  COMMENT "The page: its packages" VERBATIM)
file(MAKE_DIRECTORY "${page_work}")

add_custom_command(OUTPUT "${page_embedded}/page.cpp" "${page_embedded}/page.S"
  COMMAND "${CMAKE_COMMAND}" -E rm -rf "${page_work}/src" "${page_work}/public" "${page_work}/dist"
  COMMAND "${CMAKE_COMMAND}" -E copy_directory "${page_source}/src" "${page_work}/src"
  COMMAND "${CMAKE_COMMAND}" -E copy_directory "${page_source}/public" "${page_work}/public"
  COMMAND "${CMAKE_COMMAND}" -E copy "${page_source}/index.html" "${page_source}/vite.config.ts"
          "${page_source}/tsconfig.json" "${page_source}/embed.mjs" "${page_work}"
  COMMAND "${NODE_EXECUTABLE}" node_modules/vite/bin/vite.js build --logLevel warn
  COMMAND "${NODE_EXECUTABLE}" embed.mjs dist "${page_embedded}"
  DEPENDS ${page_sources} "${page_work}/packages.stamp" WORKING_DIRECTORY "${page_work}"
  COMMENT "The page: Vite" VERBATIM)
add_custom_target(web DEPENDS "${page_embedded}/page.cpp")

enable_language(ASM)
add_library(sluice_page STATIC "${page_embedded}/page.cpp" "${page_embedded}/page.S")
target_link_libraries(sluice_page PUBLIC sluice::adapters)
set_source_files_properties("${page_embedded}/page.S" PROPERTIES OBJECT_DEPENDS "${page_embedded}/page.cpp")
