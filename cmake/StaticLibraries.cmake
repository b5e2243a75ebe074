# SPDX-License-Identifier: BSD-2-Clause

# RPROC_STATIC: CMake finds and links archives only, with their own dependencies and the C library.
set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
set(OPENSSL_USE_STATIC_LIBS ON)
set(PKG_CONFIG_ARGN --static)
set(CMAKE_SKIP_BUILD_RPATH ON)
# Silences the linker's warnings that OpenSSL's loading of modules and host lookups need the same C library at run time:
# rproc uses neither.
add_link_options(-static -Wl,--no-warnings)

# Debian has no archives of fmt and spdlog, so the used parts are compiled from their headers.
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
