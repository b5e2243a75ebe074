// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "support/elf_builder.hpp"
#include "support/signed_package.hpp"
#include "tee/tee_fixture.hpp"

/// One small image for kSmallMemories, which tests sign, change and load very often.
namespace rproc::test {

inline constexpr std::uint64_t kSmallTableDa = 0x40;
inline constexpr std::uint64_t kSmallTablePa = 0x38000040;
inline constexpr std::uint64_t kSmallTableSize = 16;
inline constexpr std::uint64_t kSmallDataDa = 0x10000020;

/// Two segments, the second with zeros behind its bytes; a resource table in the first; a section outside both.
/// @param first the first byte of the segments' patterns: images of different numbers differ in every loaded byte.
[[nodiscard]] inline Bytes small_elf(unsigned first = 1) {
    const Bytes code = pattern(32, first);
    const Bytes data = pattern(16, first + 100);
    return ElfImage{
        .segments = {{.paddr = kSmallTableDa, .data = code}, {.paddr = kSmallDataDa, .data = data, .memsz = 48}},
        .sections =
            {{.name = ".resource_table", .addr = kSmallTableDa, .data = pattern(kSmallTableSize, first), .segment = 0},
             {.name = ".comment", .data = pattern(5)}}}
        .build();
}

/// The memories of a remote processor with kSmallMemories after small_elf(first) is loaded.
[[nodiscard]] inline Bytes small_elf_in_memory(unsigned first = 1) {
    Bytes seen(0x200);
    std::ranges::copy(pattern(32, first), seen.begin() + 0x40);
    std::ranges::copy(pattern(16, first + 100), seen.begin() + 0x120);
    return seen;
}

[[nodiscard]] inline SignedPackage small_package(unsigned first = 1) {
    return SignedPackage::of({small_elf(first)}, SignType::ecdsa_p256_sha256);
}

/// Refused with this result; the remote processor stays off, and its memories are zero.
/// @param what names the case in a failure.
inline void expect_refused_and_clear(BareTee& tee, const Bytes& image, tee::ResultCode result,
                                     const std::string& what) {
    const tee::ResultCode got = tee.load(image);
    EXPECT_EQ(got, result) << what << ": " << tee::name_of(got) << ", " << tee.tee.last_load(0).reason;
    EXPECT_EQ(tee.tee.state(0), tee::SoftwareTee::ProcessorState::off) << what;
    EXPECT_TRUE(tee.tee.is_clear(0)) << what;
}

}  // namespace rproc::test
