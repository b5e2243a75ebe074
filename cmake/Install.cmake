# SPDX-License-Identifier: BSD-2-Clause
include(CMakePackageConfigHelpers)

set(package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/rproc)

install(DIRECTORY include/rproc DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.hpp PATTERN *.def)
install(TARGETS rproc_headers rproc_text EXPORT rprocHeaders)
install(TARGETS rproc EXPORT rprocLibrary)

# Two files of targets, so that a project which asks for the headers alone needs neither libelf nor libfdt.
install(EXPORT rprocHeaders NAMESPACE rproc:: DESTINATION ${package_directory})
install(EXPORT rprocLibrary NAMESPACE rproc:: DESTINATION ${package_directory})

if(TARGET rproc_cli)
    install(TARGETS rproc_cli)
    file(GLOB man_pages CONFIGURE_DEPENDS docs/man/*.1)
    install(FILES ${man_pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
    install(FILES docs/man/rproc-findings.7 DESTINATION ${CMAKE_INSTALL_MANDIR}/man7)
    install(FILES contrib/completions/rproc.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME rproc)
    install(FILES contrib/completions/_rproc DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
endif()

configure_package_config_file(cmake/rprocConfig.cmake.in ${PROJECT_BINARY_DIR}/rprocConfig.cmake
    INSTALL_DESTINATION ${package_directory}
    NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/rprocConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(
    FILES ${PROJECT_BINARY_DIR}/rprocConfig.cmake ${PROJECT_BINARY_DIR}/rprocConfigVersion.cmake cmake/FindLibfdt.cmake
        cmake/FindLibteec.cmake
    DESTINATION ${package_directory})

# Users of a static library link its dependencies, too; users of a shared one do not.
get_target_property(library_type rproc TYPE)
set(pkg_config_requires fmt)
set(pkg_config_libs "-lrproc -lrproc_text")
if(library_type STREQUAL "STATIC_LIBRARY")
    string(APPEND pkg_config_requires ", libelf, libcrypto")
    string(APPEND pkg_config_libs " -lfdt")
    if(Libteec_FOUND)
        string(APPEND pkg_config_libs " -lteec")
    endif()
endif()
set(pkg_config_cflags "-DRPROC_USE_STD_EXPECTED=${RPROC_USE_STD_EXPECTED}")
if(Libteec_FOUND)
    string(APPEND pkg_config_cflags " -DRPROC_USE_LIBTEEC=1")
endif()
# Relative to the file itself, so that it holds wherever the package is installed.
file(RELATIVE_PATH pkg_config_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(cmake/rproc.pc.in ${PROJECT_BINARY_DIR}/rproc.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/rproc.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
