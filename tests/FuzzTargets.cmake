# SPDX-License-Identifier: BSD-2-Clause

# Each tests/<module>/<stem>_fuzz.cpp is one libFuzzer target and one test, which starts from the seeds in
# tests/<module>/corpus/<stem>_fuzz/ (or corpus/<stem>/). New inputs and crashes go to the build directory; the seeds are only read.
set(RPROC_FUZZ_SECONDS 20 CACHE STRING "How long each fuzz target runs as a test, in seconds")
math(EXPR fuzz_timeout "${RPROC_FUZZ_SECONDS} + 120")

file(GLOB_RECURSE fuzz_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_fuzz.cpp)
foreach(source IN LISTS fuzz_sources)
    cmake_path(GET source STEM LAST_ONLY target)
    cmake_path(GET source PARENT_PATH module)
    string(REGEX REPLACE "_fuzz$" "" stem ${target})

    add_executable(${target} ${source})
    target_link_libraries(${target} PRIVATE ${test_libraries})
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    rproc_target_options(${target})
    add_dependencies(${target} rproc_test_boards)

    set(corpora ${CMAKE_CURRENT_BINARY_DIR}/fuzz/${target}/corpus)
    set(crashes ${CMAKE_CURRENT_BINARY_DIR}/fuzz/${target}/crashes)
    file(MAKE_DIRECTORY ${corpora} ${crashes})
    foreach(seeds ${module}/corpus/${target} ${module}/corpus/${stem})
        if(IS_DIRECTORY ${seeds})
            list(APPEND corpora ${seeds})
        endif()
    endforeach()

    add_test(NAME fuzz.${stem}
        COMMAND ${target} -max_total_time=${RPROC_FUZZ_SECONDS} -print_final_stats=1 -rss_limit_mb=2048 -timeout=10
            -artifact_prefix=${crashes}/ ${corpora})
    set_tests_properties(fuzz.${stem} PROPERTIES LABELS fuzz TIMEOUT ${fuzz_timeout})
endforeach()
