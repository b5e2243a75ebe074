// SPDX-License-Identifier: BSD-2-Clause
//
// Every stm32mp15 device tree of Debian's own kernel: the platform is built from each that has a usable M4, and the
// example firmware boots on it.

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "rproc/rproc.hpp"
#include "support/alone.hpp"

namespace rproc::platform {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> debian_trees() {
    std::vector<fs::path> trees;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(RPROC_DEBIAN_KERNEL_DIR "/dtbs", none))
        if (entry.path().extension() == ".dtb") trees.push_back(entry.path());
    std::ranges::sort(trees);
    return trees;
}

/// Boots the example firmware and checks that its virtio device is there.
void boot_example(const Board& board, const std::string& name) {
    ModelM4 m4({}, ModelStm32mp15(board.config));
    ASSERT_TRUE(
        m4.set_firmware(firmware_file(RPROC_SOURCE_DIR "/examples/firmware/prebuilt/m4_hello.elf")).has_value());

    const auto booted = m4.boot();

    ASSERT_TRUE(booted.has_value()) << name << ": " << booted.error().message();
    ASSERT_EQ(test::alone(m4).resources.vdevs.size(), 1U) << name;
    EXPECT_TRUE(test::alone(m4).resources.vdevs.front().registered) << name;
    EXPECT_TRUE(m4.shutdown().has_value()) << name;
}

TEST(DebianTrees, ExampleBootsOnEveryUsableM4) {
    const auto trees = debian_trees();
    if (trees.empty()) GTEST_SKIP() << "the package linux-image-armmp is not available";

    std::size_t usable = 0;
    for (const fs::path& path : trees) {
        const auto board = read_board(path);
        if (!board) {
            // Boards that do not use their M4 disable it; every other error fails the test.
            EXPECT_EQ(board.error().code(), ErrorCode::dt_node_disabled) << path << ": " << board.error().message();
            continue;
        }
        ++usable;
        boot_example(*board, path.stem().string());
    }
    RecordProperty("trees", static_cast<int>(trees.size()));
    RecordProperty("usable", static_cast<int>(usable));
    std::printf("%zu trees, the example boots on %zu of them\n", trees.size(), usable);
    EXPECT_GE(usable, 15U);
}

}  // namespace
}  // namespace rproc::platform
