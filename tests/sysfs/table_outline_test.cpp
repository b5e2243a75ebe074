// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/sysfs/table_outline.hpp"

#include <gmock/gmock.h>

#include "rproc/resource/table_builder.hpp"
#include "support/debugfs_table.hpp"

namespace rproc::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(TableOutline, TableAndItsTextInDebugfsHaveTheSameOutline) {
    const auto bytes = ResourceTableBuilder{}
                           .trace("cm4_log", 0x10040000, 2048)
                           .carveout("vdev0buffer", 0x10042000, 0x4000)
                           .vdev(7, 1, {{}, {}})
                           .devmem("uart", 0x4000e000, 0x4000e000, 0x1000)
                           .build();
    const auto table = ResourceTableView::parse(bytes);
    ASSERT_TRUE(table);
    const auto outline = sysfs::outline_of(*table);
    ASSERT_TRUE(outline);
    EXPECT_THAT(*outline, ElementsAre("trace cm4_log", "carveout vdev0buffer", "vdev 7", "devmem uart"));
    std::string text;
    for (const std::string& line : debugfs_table(bytes)) text += line + "\n";
    EXPECT_EQ(sysfs::outline_of_text(text), *outline);
}

TEST(TableOutline, UnknownTypesAreNumbers) {
    const auto bytes = ResourceTableBuilder{}.raw(128, {}).build();
    EXPECT_THAT(*sysfs::outline_of(*ResourceTableView::parse(bytes)), ElementsAre("type 128"));
    EXPECT_THAT(sysfs::outline_of_text("Unknown resource type found: 128 [hdr: 00000000]\n"), ElementsAre("type 128"));
}

TEST(TableOutline, NoTableIsEmpty) {
    EXPECT_THAT(sysfs::outline_of_text("No resource table found\n"), IsEmpty());
    EXPECT_THAT(sysfs::outline_of_text(""), IsEmpty());
}

TEST(TableOutline, TruncatedEntryIsAnError) {
    const auto whole = ResourceTableBuilder{}.trace("cm4_log", 0x10040000, 2048).build();
    const auto table = ResourceTableView::parse(std::span(whole).first(whole.size() - 4));
    ASSERT_TRUE(table);
    EXPECT_EQ(sysfs::outline_of(*table).error().code(), ErrorCode::entry_truncated);
}

}  // namespace
}  // namespace rproc::test
