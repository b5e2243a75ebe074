// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "rproc/debug/coredump.hpp"
#include "rproc/memory/model_memory.hpp"
#include "support/elf_builder.hpp"

namespace rproc::test {

/// The carveouts of a remote processor, for tests of its dump: RETRAM at da 0, MCURAM at da 0x10000000.
class CoredumpTest : public ::testing::Test {
  protected:
    static constexpr std::uint64_t kRetramSize = 0x40;
    static constexpr std::uint64_t kMcuramSize = 0x100;

    void add(Carveout carveout) {
        auto added = carveouts.add(std::move(carveout));
        ASSERT_EQ(outcome(added), "ok");
        ASSERT_EQ(outcome(carveouts.map(**added, memory)), "ok");
        carveouts.index();
    }
    void add_retram_and_mcuram() {
        add(Carveout::region("retram", DeviceAddress(0), PhysicalAddress(0x38000000), kRetramSize));
        add(Carveout::region("mcuram", DeviceAddress(0x10000000), PhysicalAddress(0x10000000), kMcuramSize));
        fill(0, pattern(kRetramSize));
        fill(0x10000000, pattern(kMcuramSize, 0x80));
    }
    void fill(std::uint64_t da, const Bytes& bytes) {
        const auto place = carveouts.da_to_va(DeviceAddress(da), bytes.size());
        ASSERT_EQ(place.size(), bytes.size());
        std::ranges::copy(bytes, place.begin());
    }

    Result<CoredumpSummary> write(std::span<const DumpSegment> segments) {
        file.clear();
        return write_coredump(info, segments, carveouts, [this](std::span<const std::byte> piece) -> Result<void> {
            file.insert(file.end(), piece.begin(), piece.end());
            return {};
        });
    }

    ModelMemory memory;
    CarveoutRegistry carveouts;
    CoredumpInfo info{.machine = 40, .boot_address = DeviceAddress(0x45)};
    Bytes file;  ///< the dump written last
};

}  // namespace rproc::test
