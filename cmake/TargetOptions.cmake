# SPDX-License-Identifier: BSD-2-Clause

# Options of rproc's own targets. All are PRIVATE: nothing reaches a target that links the library, and a project that
# adds rproc as a subdirectory compiles it with its own flags alone.
function(rproc_target_options target)
    set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
    # Where off_t has 32 bits, stat(2) fails for files of 2 GiB, and for small ones with an inode number above 2^32.
    target_compile_definitions(${target} PRIVATE _FILE_OFFSET_BITS=64)
    if(PROJECT_IS_TOP_LEVEL)
        target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
    endif()
    if(RPROC_WARNINGS_AS_ERRORS)
        target_compile_options(${target} PRIVATE -Werror)
    endif()
endfunction()

# Precompiles the headers of the arguments. A build with -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON finds files that do not
# include what they use.
function(rproc_precompile target)
    target_precompile_headers(${target} PRIVATE
        <algorithm> <array> <cstdint> <filesystem> <functional> <memory> <optional> <span> <string> <string_view> <variant>
        <vector> ${ARGN})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(${target} PRIVATE -fpch-preprocess)  # without it, ccache stores nothing
    elseif(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
        target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
    endif()
endfunction()

# For targets that are compiled more often than they run: the tests compile a third slower at -O3.
function(rproc_compile_quickly target)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
endfunction()

# With RPROC_UNITY_BUILD, compiles the sources of a target in batches: most of the time of a test's file goes into its
# headers and the templates that it shares with the others.
function(rproc_compile_in_batches target)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ${RPROC_UNITY_BUILD} UNITY_BUILD_BATCH_SIZE 6)
endfunction()
