# SPDX-License-Identifier: BSD-2-Clause

# cmake -DCOMPILER= -DSTANDARD= -DINCLUDES= -DDEFINITIONS= -DSOURCE= -P ExpectError.cmake
# SOURCE must compile as it stands, and with RPROC_NEGATIVE defined must fail with errors that match the regular
# expression of each of its lines
#     // expect-error: <regex>
# and are as many as its line, where it has one, says:
#     // expect-error-count: <number>

file(STRINGS ${SOURCE} expectations REGEX "^// expect-error: ")
file(STRINGS ${SOURCE} count REGEX "^// expect-error-count: ")
if(NOT expectations)
    message(FATAL_ERROR "${SOURCE}: no line is '// expect-error: <regex>'")
endif()

set(ENV{LC_ALL} C)  # plain quotes in the messages
list(TRANSFORM INCLUDES PREPEND -I)
list(TRANSFORM DEFINITIONS PREPEND -D)
set(compile ${COMPILER} ${STANDARD} ${INCLUDES} ${DEFINITIONS} -fsyntax-only)
execute_process(COMMAND ${COMPILER} --version OUTPUT_VARIABLE version)
if(version MATCHES "clang")
    list(APPEND compile -ferror-limit=0)  # reports 20 errors otherwise
endif()

execute_process(COMMAND ${compile} ${SOURCE} RESULT_VARIABLE status ERROR_VARIABLE messages)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "${SOURCE} must compile without RPROC_NEGATIVE, and does not:\n${messages}")
endif()

execute_process(COMMAND ${compile} -DRPROC_NEGATIVE ${SOURCE} RESULT_VARIABLE status ERROR_VARIABLE messages)
if(status EQUAL 0)
    message(FATAL_ERROR "${SOURCE} must not compile with RPROC_NEGATIVE, and does")
endif()
foreach(expectation IN LISTS expectations)
    string(REPLACE "// expect-error: " "" expected "${expectation}")
    if(NOT messages MATCHES "${expected}")
        message(FATAL_ERROR "${SOURCE} fails as it should, but not with '${expected}':\n${messages}")
    endif()
endforeach()
if(count)
    string(REPLACE "// expect-error-count: " "" wanted "${count}")
    string(REGEX MATCHALL " error: " errors "${messages}")
    list(LENGTH errors found)
    if(NOT found EQUAL wanted)
        message(FATAL_ERROR "${SOURCE} fails with ${found} errors in place of ${wanted}:\n${messages}")
    endif()
endif()
