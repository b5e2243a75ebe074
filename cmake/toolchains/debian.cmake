# SPDX-License-Identifier: BSD-2-Clause

# The common part of the toolchain files: Debian's cross compiler, the libraries for the target, and an emulator for
# the tests. The libraries are those that the system has for the target (multiarch: apt install libfmt-dev:armhf ...) or
# else, without root and without a change to the system, packages unpacked into RPROC_TARGET_LIBRARIES_DIR/<arch>, which
# cmake/fetch_target_libraries.sh fetches when they are first needed.
set(RPROC_TARGET_LIBRARIES_DIR ${CMAKE_CURRENT_LIST_DIR}/../../build/target_libraries CACHE PATH
    "Where unpacked Debian packages with the target's libraries are kept, a folder for each architecture")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES RPROC_TARGET_LIBRARIES_DIR)

set(CMAKE_C_COMPILER ${RPROC_TARGET_TRIPLE}-gcc)
set(CMAKE_CXX_COMPILER ${RPROC_TARGET_TRIPLE}-g++)
# A section for each function and object, so that the linker drops unused ones.
foreach(language IN ITEMS C CXX)
    set(CMAKE_${language}_FLAGS_INIT "${RPROC_TARGET_FLAGS} -ffunction-sections -fdata-sections")
endforeach()
set(CMAKE_EXE_LINKER_FLAGS_INIT -Wl,--gc-sections)

cmake_path(ABSOLUTE_PATH RPROC_TARGET_LIBRARIES_DIR NORMALIZE OUTPUT_VARIABLE target_libraries)
cmake_path(APPEND target_libraries ${RPROC_TARGET_ARCH})
if(NOT EXISTS /usr/lib/${RPROC_TARGET_TRIPLE}/libfmt.so AND NOT EXISTS ${target_libraries})
    execute_process(COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/../fetch_target_libraries.sh
            ${RPROC_TARGET_ARCH} ${RPROC_TARGET_LIBRARIES_DIR}
        RESULT_VARIABLE status OUTPUT_VARIABLE report ERROR_VARIABLE report)
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "There are no libraries for ${RPROC_TARGET_ARCH}: ${report}")
    endif()
endif()

set(library_path /usr/lib/${RPROC_TARGET_TRIPLE})
if(EXISTS ${target_libraries})
    # Then neither the compiler nor CMake searches /usr/include or /usr/lib, except for the C and C++ libraries of the
    # cross compiler.
    set(CMAKE_SYSROOT ${target_libraries})
    set(ENV{PKG_CONFIG_SYSROOT_DIR} ${target_libraries})
    set(library_path ${target_libraries}/usr/lib/${RPROC_TARGET_TRIPLE}:${target_libraries}/lib/${RPROC_TARGET_TRIPLE})
    set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
    set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
    set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
    set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
endif()
set(ENV{PKG_CONFIG_LIBDIR} ${CMAKE_SYSROOT}/usr/lib/${RPROC_TARGET_TRIPLE}/pkgconfig:${CMAKE_SYSROOT}/usr/share/pkgconfig)

set(CMAKE_CROSSCOMPILING_EMULATOR
    ${RPROC_TARGET_EMULATOR} -L /usr/${RPROC_TARGET_TRIPLE} -E LD_LIBRARY_PATH=${library_path})
