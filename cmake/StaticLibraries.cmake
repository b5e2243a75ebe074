# SPDX-License-Identifier: BSD-2-Clause

# RPROC_STATIC: only archives are found and linked, with what they need in their turn, the C library's among them.
set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
set(OPENSSL_USE_STATIC_LIBS ON)
set(PKG_CONFIG_ARGN --static)
set(CMAKE_SKIP_BUILD_RPATH ON)
# No warnings of the linker: its only ones are that OpenSSL can load modules and look up hosts, which work in a static
# program only where the C library is the same. rproc does neither.
add_link_options(-static -Wl,--no-warnings)

# Debian has no archives of these two, so what is used of them is compiled from their headers.
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
add_library(rproc_fmt_and_spdlog STATIC ${CMAKE_CURRENT_LIST_DIR}/static/fmt_and_spdlog.cpp)
target_compile_features(rproc_fmt_and_spdlog PRIVATE cxx_std_20)
target_compile_definitions(rproc_fmt_and_spdlog PRIVATE SPDLOG_FMT_EXTERNAL)
target_include_directories(rproc_fmt_and_spdlog PRIVATE
    $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>
    $<TARGET_PROPERTY:spdlog::spdlog,INTERFACE_INCLUDE_DIRECTORIES>)
foreach(library IN ITEMS fmt::fmt spdlog::spdlog)
    set_target_properties(${library} PROPERTIES
        IMPORTED_CONFIGURATIONS STATIC
        IMPORTED_LOCATION_STATIC ${PROJECT_BINARY_DIR}/librproc_fmt_and_spdlog.a)
    add_dependencies(${library} rproc_fmt_and_spdlog)
endforeach()
