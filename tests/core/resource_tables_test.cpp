// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/core/resource_tables.hpp"

#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

#include "rproc/resource/table_builder.hpp"

namespace rproc {
namespace {

class ResourceTablesTest : public testing::Test {
  protected:
    Context ctx{"m4"};
    ResourceTables tables{ctx};
    std::vector<std::byte> image = ResourceTableBuilder{}.trace("log", 0x1000, 16).build();
    std::vector<std::byte> memory = std::vector<std::byte>(image.size());
};

TEST_F(ResourceTablesTest, InstallCopiesTheCachedTableAndUsesTheLoadedOne) {
    tables.take_cached(image);
    EXPECT_NE(ctx.table().bytes().data(), memory.data());
    tables.install(memory);
    EXPECT_EQ(memory, image);
    EXPECT_EQ(ctx.table().bytes().data(), memory.data());
}

TEST_F(ResourceTablesTest, InstallIgnoresATableOfAnotherSize) {
    tables.take_cached(image);
    std::vector<std::byte> other(image.size() + 1);
    tables.install(other);
    EXPECT_EQ(other, std::vector<std::byte>(image.size() + 1));
    EXPECT_NE(ctx.table().bytes().data(), other.data());
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
