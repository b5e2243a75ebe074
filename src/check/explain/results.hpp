// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "check/explain/rows.hpp"

namespace rproc::check {

inline constexpr ResultRow kResultRows[]{
    {tee::ResultCode::success, next::kTeeLog, {}},
    {tee::ResultCode::generic,
     next::kTeeLog,
     {{"a clock, reset or firewall is left to Linux in the device tree", next::kNode}}},
    {tee::ResultCode::access_denied, "ls -l /dev/tee*", {}},
    {tee::ResultCode::bad_format,
     next::kInspect,
     {{"the image was packed from something else than the linker's ELF file", next::kInspect}}},
    {tee::ResultCode::bad_parameters,
     "od -A n -t x1 -N 4 FW    # 7f 45 4c 46: plain ELF file; 68 a4 43 35: signed image",
     {{"the signed image is of another flavour, version or size than this OP-TEE reads: cut off, padded, or a vendor's "
       "header",
       next::kInspect},
      {"the processor id is not that of the processor", next::kNode}}},
    {tee::ResultCode::bad_state,
     next::kState,
     {{"an earlier start or stop failed halfway: release the firmware, or reboot", next::kTeeLog}}},
    {tee::ResultCode::item_not_found,
     "dmesg | grep -i optee; ls -l /dev/tee*",
     {{"the trusted application is no early one, and the file system has no 80a4c275-0a47-4905-8285-1486a9771a08.ta",
       "ls /lib/optee_armtz"}}},
    {tee::ResultCode::not_implemented, next::kTeeLog, {}},
    {tee::ResultCode::not_supported,
     next::kNode,
     {{"OP-TEE was built without the platform's remoteproc driver, or its node is disabled there", next::kTeeLog},
      {"the image is signed with an algorithm that this platform does not verify, as ECDSA on an STM32MP1",
       next::kInspect}}},
    {tee::ResultCode::no_data, next::kInspect, {}},
    {tee::ResultCode::out_of_memory, "ls -l FW", {}},
    {tee::ResultCode::communication, "ls -l /dev/tee*; pgrep -a tee-supplicant", {}},
    {tee::ResultCode::security,
     next::kInspect,
     {{"the .elf was linked again after it was signed", "ls -l FW"},
      {"a segment lies in memory that OP-TEE does not give to this processor", next::kInspect}}},
    {tee::ResultCode::short_buffer, "ls -l FW", {}},
    {tee::ResultCode::target_dead, "dmesg | grep -i optee", {}},
    {tee::ResultCode::signature_invalid,
     next::kInspect,
     {{"header or TLVs were changed after the image was signed", next::kInspect},
      {"OP-TEE was built again with its default key", "dmesg | grep -i optee"}}},
};

}  // namespace rproc::check
