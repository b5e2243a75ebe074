// SPDX-License-Identifier: BSD-2-Clause
//
// The memory after a boot, byte by byte; a refused boot leaves no mapping.

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "rproc/rproc.hpp"
#include "support/alone.hpp"
#include "support/debugfs_table.hpp"
#include "support/shapes.hpp"

namespace rproc::test {
namespace {

using nlohmann::json;
using platform::ModelStm32mp15;

const std::map<std::string, std::vector<std::byte>>& images() {
    static const auto by_name = [] {
        std::map<std::string, std::vector<std::byte>> result;
        for (Shape& shape : all_shapes()) result.emplace(std::move(shape.name), std::move(shape.image));
        return result;
    }();
    return by_name;
}

FirmwareSource source(const std::string& name) { return FirmwareSource(Firmware(name + ".elf", images().at(name))); }

platform::Stm32mp15Config guest_config() {
    const auto board = platform::read_board(RPROC_TEST_BOARD_DIR "/qemu-virt-m4.dtb");
    EXPECT_TRUE(board.has_value());
    return board->config;
}

/// The guest's M4, with access to its memory.
struct Guest {
    ModelMemory memory;
    ModelM4 m4{{}, ModelStm32mp15(guest_config(), {}, memory)};

    Result<void> boot(const std::string& shape) {
        RPROC_TRY(m4.set_firmware(source(shape)));
        return m4.boot();
    }
    std::vector<std::byte> at(std::uint64_t da, std::size_t size) const {
        const auto bytes = test::alone(m4).carveouts.da_to_va(DeviceAddress(da), size);
        return {bytes.begin(), bytes.end()};
    }
};

TEST(Boot, SegmentsAreLoadedAndTheRestIsZero) {
    const auto& file = images().at("elf-good");
    const auto image = ElfImage::parse(file);
    ASSERT_TRUE(image.has_value());
    Guest guest;
    ASSERT_TRUE(guest.boot("elf-good").has_value());
    const auto table = image->find_section(".resource_table");
    ASSERT_TRUE(table);

    std::size_t compared = 0;
    for (std::uint32_t i = 0; i < image->segment_count(); ++i) {
        const ElfSegment segment = image->segment(i);
        if (!segment.loadable() || segment.paddr == table->addr) continue;
        const auto contents = image->contents(segment);
        ASSERT_TRUE(contents.has_value());
        std::vector<std::byte> expected(contents->begin(), contents->end());
        expected.resize(segment.memsz);
        EXPECT_EQ(guest.at(segment.paddr.value(), segment.memsz), expected) << describe(place_of(segment));
        ++compared;
    }
    EXPECT_GE(compared, 2U);
}

TEST(Boot, ZeroFillOverwritesOldContent) {
    Guest guest;
    const auto config = guest_config();
    for (const auto& region : config.regions) {
        const auto mapping = guest.memory.map(*region.memory);
        ASSERT_TRUE(mapping.has_value());
        std::ranges::fill(mapping->bytes(), std::byte{0xa5});
    }

    ASSERT_TRUE(guest.boot("segment-zero-fill").has_value());

    const auto image = ElfImage::parse(images().at("segment-zero-fill"));
    bool filled = false;
    for (std::uint32_t i = 0; i < image->segment_count(); ++i) {
        const ElfSegment segment = image->segment(i);
        if (!segment.loadable() || segment.memsz == segment.filesz) continue;
        const auto rest = guest.at(segment.paddr.value() + segment.filesz, segment.memsz - segment.filesz);
        EXPECT_TRUE(std::ranges::all_of(rest, [](std::byte b) { return b == std::byte{0}; }))
            << describe(place_of(segment));
        filled = true;
        const auto after = guest.at(segment.paddr.value() + segment.memsz, 1);
        EXPECT_EQ(after.front(), std::byte{0xa5}) << "the bytes behind the segment are unchanged";
    }
    EXPECT_TRUE(filled);
}

/// The address of memory that Linux allocates differs between machines.
std::vector<std::string> without_allocated_addresses(std::vector<std::string> lines) {
    for (std::string& line : lines) {
        if (line.starts_with("Physical Address 0x5") || line.starts_with("Physical Address 0xd")) {
            line = "Physical Address (allocated)";
        }
    }
    return lines;
}

TEST(Boot, TablesAreDescribedAsByTheKernelsDebugfs) {
    // The kernel registers entries that the model refuses: 32-bit wraps, see kernel_defects.hpp, and unterminated
    // names.
    const std::set<std::string> different{"vdev-num-max",
                                          "vdev-num-80000000",
                                          "segment64-alias",
                                          "segment64-alias-far",
                                          "trace-name-32",
                                          "carveout-name-32",
                                          "carveout-name-32-goes-on",
                                          "elf64-names-offset-high",
                                          "defect-kernel-truncates-address",
                                          "defect-kernel-truncates-offset",
                                          "defect-kernel-vring-size-wraps"};
    std::ifstream file(RPROC_TEST_DATA_DIR "/kernel_verdicts.json");
    const json recorded = json::parse(file).at("shapes");
    std::size_t compared = 0;
    for (const auto& [name, kernel] : recorded.items()) {
        if (kernel.at("state") != "running" || different.contains(name)) continue;
        Guest guest;
        ASSERT_TRUE(guest.boot(name).has_value()) << name;
        EXPECT_EQ(without_allocated_addresses(debugfs_table(test::alone(guest.m4).table)),
                  without_allocated_addresses(kernel.at("rsc").get<std::vector<std::string>>()))
            << name;
        ++compared;
    }
    EXPECT_GE(compared, 150U);
}

TEST(Boot, CarveoutsAreThoseOfTheKernelInItsOrder) {
    std::ifstream file(RPROC_TEST_DATA_DIR "/kernel_verdicts.json");
    const json recorded = json::parse(file).at("shapes");
    for (const std::string name : {"elf-good", "vdev-two", "carveout-dma-len-4k", "carveout-inside", "vdev-three"}) {
        Guest guest;
        ASSERT_TRUE(guest.boot(name).has_value()) << name;
        std::vector<std::string> names;
        for (const Carveout& carveout : test::alone(guest.m4).carveouts.all()) names.push_back(carveout.name);
        EXPECT_EQ(names, recorded.at(name).at("carveouts").get<std::vector<std::string>>()) << name;
    }
}

TEST(Boot, LoadedTableIsUsed) {
    Guest guest;
    ASSERT_TRUE(guest.boot("elf-good").has_value());
    const auto image = ElfImage::parse(images().at("elf-good"));
    const auto section = image->find_section(".resource_table");

    const auto in_memory = test::alone(guest.m4).carveouts.da_to_va(section->addr, section->size);

    EXPECT_EQ(test::alone(guest.m4).table.data(), in_memory.data());
    EXPECT_EQ(test::alone(guest.m4).table.size(), section->size);
}

TEST(Boot, TableOutsideEveryMemoryBootsWithTheCachedCopy) {
    Guest guest;
    ASSERT_TRUE(guest.boot("table-address-unmapped").has_value());

    ASSERT_FALSE(test::alone(guest.m4).table.empty());
    EXPECT_EQ(test::alone(guest.m4).resources.vdevs.size(), 1U);
}

TEST(Boot, EveryShapeLeavesNoMappingAndTheNextOneBoots) {
    Guest guest;
    std::size_t refused = 0;
    for (const auto& [name, bytes] : images()) {
        const auto booted = guest.boot(name);
        if (booted) {
            ASSERT_TRUE(guest.m4.shutdown().has_value()) << name;
        } else {
            ++refused;
            EXPECT_FALSE(booted.error().what().empty()) << name;
        }
        ASSERT_EQ(guest.m4.state(), State::offline) << name;
        ASSERT_EQ(guest.memory.mapped(), 0U) << name;
        ASSERT_EQ(test::alone(guest.m4).carveouts.size(), 0U) << name;
        ASSERT_TRUE(test::alone(guest.m4).table.empty()) << name;
        ASSERT_TRUE(test::alone(guest.m4).resources.vdevs.empty()) << name;
        ASSERT_TRUE(test::alone(guest.m4).resources.traces.empty()) << name;

        ASSERT_TRUE(guest.boot("elf-good").has_value()) << "after " << name;
        ASSERT_TRUE(guest.m4.shutdown().has_value()) << "after " << name;
    }
    EXPECT_GE(refused, 100U);
}

TEST(Boot, EveryRefusalHasAHint) {
    Guest guest;
    for (const auto& [name, bytes] : images()) {
        const auto booted = guest.boot(name);
        if (!booted) {
            EXPECT_FALSE(booted.error().hint().empty()) << name << ": " << booted.error().message();
        } else {
            ASSERT_TRUE(guest.m4.shutdown().has_value());
        }
    }
}

TEST(Boot, BoardsWithoutUsableMemoryRegionsAreRefusedAtPrepare) {
    const std::map<std::string, ErrorCode> boards{
        {"m4-region-outside-dma-ranges", ErrorCode::memory_region_untranslatable},
        {"m4-missing-memory-region-node", ErrorCode::dt_property_malformed}};
    for (const auto& [name, code] : boards) {
        const auto board = platform::read_board(RPROC_TEST_BOARD_DIR "/" + name + ".dtb");
        ASSERT_TRUE(board.has_value()) << name;
        ModelMemory memory;
        ModelM4 m4({}, ModelStm32mp15(board->config, {}, memory));
        ASSERT_TRUE(m4.set_firmware(source("elf-good")).has_value());

        for (int attempt = 0; attempt < 2; ++attempt) {
            const auto booted = m4.boot();
            ASSERT_FALSE(booted.has_value()) << name;
            EXPECT_EQ(booted.error().code(), code) << name;
            EXPECT_EQ(booted.error().step(), Step::prepare) << name;
            EXPECT_EQ(test::alone(m4).carveouts.size(), 0U) << name;
        }
    }
}

}  // namespace
}  // namespace rproc::test
