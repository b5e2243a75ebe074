// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/resource/table_builder.hpp"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "rproc/resource/entries.hpp"
#include "support/elf_builder.hpp"

namespace rproc {
namespace {

using test::Bytes;
using test::outcome;

ResourceTableView view(const Bytes& table) { return ResourceTableView::parse(table).value(); }

TEST(ResourceTableBuilder, WritesTheBytesOfTheAbi) {
    const Bytes built = ResourceTableBuilder{}
                            .carveout("mcuram", 0x30000000, 0x1000, 3)
                            .devmem("uart", 1, 2, 3, 4)
                            .trace("cm4_log", 0x10005000, 0x400)
                            .vdev(7, 1, {{.da = 5, .align = 16, .num = 8}, {}})
                            .build();
    const Bytes expected =
        test::Table{.entries = {test::carveout({.name = "mcuram", .da = 0x30000000, .flags = 3}),
                                test::devmem({.name = "uart", .da = 1, .pa = 2, .len = 3, .flags = 4}), test::trace({}),
                                test::vdev({.vrings = {{.da = 5, .num = 8}, {}}})}}
            .build();
    EXPECT_EQ(built, expected);
}

TEST(ResourceTableBuilder, EmptyTableIsAHeader) {
    const Bytes table = ResourceTableBuilder{}.build();
    EXPECT_EQ(table.size(), 16U);
    EXPECT_EQ(view(table).size(), 0U);
}

TEST(ResourceTableBuilder, EntriesAreAligned) {
    const Bytes odd = test::pattern(3);
    const Bytes table = ResourceTableBuilder{}.raw(128, odd).raw(129, odd).vdev(7, 0, {}, odd).trace("t", 0, 0).build();
    const auto read = view(table);
    ASSERT_EQ(read.size(), 4U);
    for (std::uint32_t i = 0; i < read.size(); ++i) EXPECT_EQ(read.offset(i) % 4, 0U) << i;
    EXPECT_TRUE(std::ranges::equal(read.entry(1).value().payload().first(3), odd));
    EXPECT_TRUE(std::ranges::equal(decode_vdev(read.entry(2).value()).value().config(), odd));
    EXPECT_EQ(outcome(decode_trace(read.entry(3).value())), "ok");
}

TEST(ResourceTableBuilder, NamesAreTruncatedAndTerminated) {
    const Bytes table = ResourceTableBuilder{}.trace(std::string(40, 'n'), 0, 0).build();
    EXPECT_EQ(wire::view(decode_trace(view(table).entry(0).value()).value().name), std::string(31, 'n'));
}

TEST(ResourceTableBuilder, BuildMayBeRepeatedAfterMoreEntries) {
    ResourceTableBuilder builder;
    builder.trace("a", 0, 0);
    const Bytes first = builder.build();
    EXPECT_EQ(builder.build(), first);
    builder.trace("b", 0, 0);
    EXPECT_EQ(view(builder.build()).size(), 2U);
}

}  // namespace
}  // namespace rproc
