# SPDX-License-Identifier: BSD-2-Clause

# Configures, builds and runs the project PROJECT in the directory WORK. With RPROC_BUILD, first installs that build of
# rproc to WORK/prefix for the project to find.
set(prefix ${WORK}/prefix)
file(REMOVE_RECURSE ${prefix})
if(RPROC_BUILD)
    execute_process(COMMAND ${CMAKE_COMMAND} --install ${RPROC_BUILD} --prefix ${prefix}
        OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endif()

execute_process(
    COMMAND ${CMAKE_COMMAND} -S ${PROJECT} -B ${WORK}/build -G ${GENERATOR}
        -DCMAKE_CXX_COMPILER=${COMPILER}
        -DCMAKE_C_COMPILER=${C_COMPILER}
        -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
        -DCMAKE_BUILD_TYPE=${BUILD_TYPE}
        -DCMAKE_CXX_FLAGS=${FLAGS}
        -DCMAKE_PREFIX_PATH=${prefix}
    COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${WORK}/build COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${WORK}/build --target run COMMAND_ERROR_IS_FATAL ANY)
