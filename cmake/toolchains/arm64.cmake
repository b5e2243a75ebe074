# SPDX-License-Identifier: BSD-2-Clause

# 64-bit Arm Linux on the Cortex-A35 of an STM32MP2, by Debian's cross compiler (package g++-aarch64-linux-gnu).
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)

set(RPROC_TARGET_ARCH arm64)
set(RPROC_TARGET_TRIPLE aarch64-linux-gnu)
set(RPROC_TARGET_EMULATOR qemu-aarch64 -cpu cortex-a35)
set(RPROC_TARGET_FLAGS "-mcpu=cortex-a35")

include(${CMAKE_CURRENT_LIST_DIR}/debian.cmake)
