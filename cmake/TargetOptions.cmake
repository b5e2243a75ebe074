# SPDX-License-Identifier: BSD-2-Clause

# Options of rproc's own targets. All are PRIVATE: nothing reaches a target that links the library, and a project that
# adds rproc as a subdirectory compiles it with its own flags alone.
function(rproc_target_options target)
    set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
    if(PROJECT_IS_TOP_LEVEL)
        target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
    endif()
    if(RPROC_WARNINGS_AS_ERRORS)
        target_compile_options(${target} PRIVATE -Werror)
    endif()
endfunction()
