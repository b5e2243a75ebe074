# SPDX-License-Identifier: BSD-2-Clause

# cmake -DCOMPILER= -DSTANDARD= -DINCLUDES= -DDEFINITIONS= -DSOURCE= -P ExpectError.cmake
# SOURCE must compile as it stands, and with RPROC_NEGATIVE defined must fail with an error that matches the regular
# expression of its first line: // expect-error: <regex>

file(STRINGS ${SOURCE} first_line LIMIT_COUNT 1)
if(NOT first_line MATCHES "^// expect-error: (.+)$")
    message(FATAL_ERROR "${SOURCE}: the first line is not '// expect-error: <regex>'")
endif()
set(expected "${CMAKE_MATCH_1}")

set(ENV{LC_ALL} C)  # plain quotes in the messages
list(TRANSFORM INCLUDES PREPEND -I)
list(TRANSFORM DEFINITIONS PREPEND -D)
set(compile ${COMPILER} ${STANDARD} ${INCLUDES} ${DEFINITIONS} -fsyntax-only)

execute_process(COMMAND ${compile} ${SOURCE} RESULT_VARIABLE status ERROR_VARIABLE messages)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "${SOURCE} must compile without RPROC_NEGATIVE, and does not:\n${messages}")
endif()

execute_process(COMMAND ${compile} -DRPROC_NEGATIVE ${SOURCE} RESULT_VARIABLE status ERROR_VARIABLE messages)
if(status EQUAL 0)
    message(FATAL_ERROR "${SOURCE} must not compile with RPROC_NEGATIVE, and does")
endif()
if(NOT messages MATCHES "${expected}")
    message(FATAL_ERROR "${SOURCE} fails as it should, but not with '${expected}':\n${messages}")
endif()
