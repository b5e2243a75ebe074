// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <string_view>

namespace rproc::check {

/// Where the real kernel (Linux 6.1, 32-bit Arm) does not do what it should, and the model refuses cleanly instead.
/// `code` is the stable name of the finding.
struct KernelDefect {
    std::string_view code;
    std::string_view summary;
};

inline constexpr KernelDefect kReadsPastFile{
    "kernel-reads-past-file", "the kernel trusts an offset of the ELF file and reads outside it: it panics"};
inline constexpr KernelDefect kTruncatesAddress{
    "kernel-truncates-address", "the kernel cuts a 64-bit device address to 32 bits, and loads to another place"};
inline constexpr KernelDefect kTruncatesOffset{
    "kernel-truncates-offset", "the kernel cuts a 64-bit offset into the file to 32 bits, and reads another place"};
inline constexpr KernelDefect kVringSizeWraps{
    "kernel-vring-size-wraps", "the kernel computes a vring's size in 32 bits, and registers one that cannot fit"};
inline constexpr KernelDefect kReadsBeforeTable{
    "kernel-reads-before-table",
    "kernels before 6.1.192 take a large offset for a negative one, and read before the table"};
inline constexpr KernelDefect kPanicsOnFree{
    "kernel-panics-on-free", "the kernel panics when it gives back what the resource table led it to take"};
inline constexpr KernelDefect kFormatString{"kernel-format-string",
                                            "the kernel takes the name of a carveout for a printf format"};

inline constexpr std::array kKernelDefects{kReadsPastFile,    kTruncatesAddress, kTruncatesOffset, kVringSizeWraps,
                                           kReadsBeforeTable, kPanicsOnFree,     kFormatString};

}  // namespace rproc::check
