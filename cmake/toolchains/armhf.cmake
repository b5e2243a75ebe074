# SPDX-License-Identifier: BSD-2-Clause

# 32-bit Arm Linux on the Cortex-A7 of an STM32MP1, by Debian's cross compiler (package g++-arm-linux-gnueabihf).
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR armv7l)

set(RPROC_TARGET_ARCH armhf)
set(RPROC_TARGET_TRIPLE arm-linux-gnueabihf)
set(RPROC_TARGET_EMULATOR qemu-arm -cpu cortex-a7)
# No psABI notes: they are about an ABI change in GCC 7, and all code is compiled by one compiler.
set(RPROC_TARGET_FLAGS "-mcpu=cortex-a7 -mfpu=neon-vfpv4 -mfloat-abi=hard -Wno-psabi")

include(${CMAKE_CURRENT_LIST_DIR}/debian.cmake)
