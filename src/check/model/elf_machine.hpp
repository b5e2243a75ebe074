// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace rproc::check {

/// e_machine of the Arm cores with 32 bits: Cortex-M, Cortex-R and Cortex-A alike (EM_ARM).
inline constexpr std::uint16_t kMachineArm = 40;

/// The kind of processor that a value of e_machine stands for ("RISC-V"), for those that remoteproc firmware is for and
/// those of hosts; empty for others. Static storage. Source: the ELF registry of machine numbers, glibc's elf.h.
[[nodiscard]] constexpr std::string_view machine_name(std::uint16_t machine) noexcept {
    constexpr std::array<std::pair<std::uint16_t, std::string_view>, 10> kNames{{{3, "x86"},
                                                                                 {kMachineArm, "ARM"},
                                                                                 {62, "x86-64"},
                                                                                 {94, "Xtensa"},
                                                                                 {140, "C6000"},
                                                                                 {144, "PRU"},
                                                                                 {164, "Hexagon"},
                                                                                 {183, "AArch64"},
                                                                                 {195, "ARCv2"},
                                                                                 {243, "RISC-V"}}};
    for (const auto& [value, name] : kNames)
        if (value == machine) return name;
    return {};
}

}  // namespace rproc::check
