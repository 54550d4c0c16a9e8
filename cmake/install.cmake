# What another CMake project needs to find_package(sluice) and embed a node, and the executable.
include(CMakePackageConfigHelpers)

set(config_folder "${CMAKE_INSTALL_LIBDIR}/cmake/sluice")
install(TARGETS sluice_messages sluice_persistence sluice_persistence_rocksdb sluice_persistence_memory
                sluice_persistence_postgres sluice_persistence_stores sluice_core sluice_letters sluice_audit sluice_actors sluice_adapters
                EXPORT sluiceTargets
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(TARGETS sluice_executable RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(DIRECTORY messages persistence actors adapters
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/sluice" FILES_MATCHING PATTERN "*.hpp"
        PATTERN "node_modules" EXCLUDE)
install(EXPORT sluiceTargets NAMESPACE sluice:: DESTINATION "${config_folder}")
write_basic_package_version_file("${CMAKE_BINARY_DIR}/sluiceConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES cmake/sluiceConfig.cmake cmake/FindCAF.cmake cmake/Findcsv.cmake
              "${CMAKE_BINARY_DIR}/sluiceConfigVersion.cmake" DESTINATION "${config_folder}")
