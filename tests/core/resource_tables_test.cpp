// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/core/resource_tables.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/resource/table_builder.hpp"

namespace rproc {
namespace {

class ResourceTablesTest : public ::testing::Test {
  protected:
    /// A mapped carveout of `size` bytes.
    [[nodiscard]] std::span<std::byte> map(std::uint64_t size) {
        const auto carveout =
            ctx.carveouts().add(Carveout::region("ram", DeviceAddress(0), PhysicalAddress(0x38000000), size));
        EXPECT_EQ(test::outcome(ctx.carveouts().map(**carveout, model)), "ok");
        return (*carveout)->mapping.bytes();
    }
    /// The codes of the notices since the last call.
    [[nodiscard]] std::vector<std::string> notices() { return std::exchange(recorder.notices, {}); }

    ResourceTablesTest() { ctx.report_to(recorder); }

    test::Recorder recorder;
    ModelMemory model;
    Context ctx{"m4"};
    ResourceTables tables{ctx};
    std::vector<std::byte> image = ResourceTableBuilder{}.trace("log", 0x1000, 16).build();
    std::vector<std::byte> memory = std::vector<std::byte>(image.size());
};

TEST_F(ResourceTablesTest, InstallCopiesTheCachedTableAndUsesTheLoadedOne) {
    tables.take_cached(image);
    EXPECT_NE(ctx.table().bytes().data(), memory.data());
    EXPECT_EQ(test::outcome(tables.install(memory)), "ok");
    EXPECT_EQ(memory, image);
    EXPECT_EQ(ctx.table().bytes().data(), memory.data());
}

// As Linux: rproc_start copies the whole cached table, without a look at the size of the new one.
TEST_F(ResourceTablesTest, InstallCoversTheFirstBytesOfALargerTable) {
    tables.take_cached(image);
    std::vector<std::byte> larger(image.size() + 8, std::byte{0xee});
    EXPECT_EQ(test::outcome(tables.install(larger)), "ok");
    EXPECT_TRUE(std::equal(image.begin(), image.end(), larger.begin()));
    EXPECT_EQ(larger[image.size()], std::byte{0xee});
    EXPECT_EQ(ctx.table().bytes().data(), larger.data());
    EXPECT_EQ(ctx.table().bytes().size(), image.size());
    EXPECT_EQ(notices(), std::vector<std::string>{"table-size-changed"});
}

TEST_F(ResourceTablesTest, InstallCoversASmallerTableAndWhatFollowsItInItsCarveout) {
    tables.take_cached(image);
    const auto carveout = map(0x1000);
    std::ranges::fill(carveout, std::byte{0xee});
    EXPECT_EQ(test::outcome(tables.install(carveout.subspan(16, image.size() - 8))), "ok");
    EXPECT_TRUE(std::equal(image.begin(), image.end(), carveout.begin() + 16));
    EXPECT_EQ(carveout[15], std::byte{0xee});
    EXPECT_EQ(carveout[16 + image.size()], std::byte{0xee});
    EXPECT_EQ(ctx.table().bytes().size(), image.size());
    EXPECT_EQ(notices(), std::vector<std::string>{"table-size-changed"});
}

// Where Linux writes past the mapping.
TEST_F(ResourceTablesTest, InstallRefusesWhereTheCarveoutEndsBefore) {
    tables.take_cached(image);
    const auto carveout = map(0x1000);
    std::ranges::fill(carveout, std::byte{0xee});
    const auto refused = tables.install(carveout.last(image.size() - 8));
    ASSERT_EQ(test::outcome(refused), "table-size-changed");
    EXPECT_NE(refused.error().what().find("covers the new one and what follows it"), std::string::npos);
    EXPECT_EQ(std::ranges::count(carveout, std::byte{0xee}), 0x1000);
    EXPECT_TRUE(notices().empty());
}

TEST_F(ResourceTablesTest, InstallLeavesATableWhereNoneWasCached) {
    std::vector<std::byte> loaded(16, std::byte{0xee});
    EXPECT_EQ(test::outcome(tables.install(loaded)), "ok");
    EXPECT_EQ(std::ranges::count(loaded, std::byte{0xee}), 16);
    EXPECT_TRUE(ctx.table().bytes().empty());
    EXPECT_EQ(notices(), std::vector<std::string>{"table-size-changed"});
    EXPECT_EQ(test::outcome(tables.install({})), "ok");
    EXPECT_TRUE(notices().empty());
}

TEST_F(ResourceTablesTest, NoticeOfADroppedTableNeedsOneInUse) {
    notice_table_dropped(ctx);
    EXPECT_TRUE(notices().empty());
    tables.take_cached(image);
    notice_table_dropped(ctx);
    EXPECT_EQ(notices(), std::vector<std::string>{"table-size-changed"});
}

TEST_F(ResourceTablesTest, RestoreCleanUndoesTheChangesOfLinux) {
    memory = image;
    tables.take_loaded({.bytes = memory});
    tables.keep_clean();
    memory[0] = std::byte{9};
    tables.restore_clean();
    EXPECT_EQ(memory, image);
    EXPECT_EQ(ctx.table().bytes()[0], std::byte{9});
    EXPECT_NE(ctx.table().bytes().data(), memory.data());
}

TEST_F(ResourceTablesTest, ForgetLeavesNoTable) {
    tables.take_cached(image);
    tables.forget();
    EXPECT_TRUE(ctx.table().bytes().empty());
}

}  // namespace
}  // namespace rproc
