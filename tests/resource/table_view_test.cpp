// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/resource/table_view.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "support/elf_builder.hpp"

namespace rproc {
namespace {

using test::Bytes;
using test::outcome;
using test::Table;
using ::testing::ElementsAre;

std::string kernel_line(const Bytes& table) {
    const auto view = ResourceTableView::parse(table);
    return view ? "" : view.error().kernel_line();
}

TEST(ResourceTableView, ReadsAValidTable) {
    const Bytes table = Table{.entries = {test::trace({}), test::vdev({})}}.build();
    const auto view = ResourceTableView::parse(table);
    ASSERT_EQ(outcome(view), "ok");
    EXPECT_EQ(view->size(), 2U);
    EXPECT_EQ(view->bytes().data(), table.data());
    EXPECT_EQ(view->offset(0), 24U);
    EXPECT_EQ(view->offset(1), 72U);
}

TEST(ResourceTableView, TableMayHaveNoEntries) {
    const Bytes table = Table{}.build();
    const auto view = ResourceTableView::parse(table);
    ASSERT_EQ(outcome(view), "ok");
    EXPECT_EQ(view->size(), 0U);
}

TEST(ResourceTableView, TruncatedHeaderIsRefused) {
    for (const std::size_t size : {0U, 1U, 15U}) {
        const Bytes table(size);
        EXPECT_EQ(outcome(ResourceTableView::parse(table)), "table-headerless") << size;
        EXPECT_EQ(kernel_line(table), "header-less resource table");
    }
}

TEST(ResourceTableView, AcceptsOnlyVersionOne) {
    for (const std::uint32_t version : {0U, 2U, 0x01000000U}) {
        const Bytes table = Table{.ver = version}.build();
        EXPECT_EQ(outcome(ResourceTableView::parse(table)), "table-version") << version;
    }
    EXPECT_EQ(kernel_line(Table{.ver = 2}.build()), "unsupported fw ver: 2");
    EXPECT_EQ(kernel_line(Table{.ver = 0xffffffff}.build()), "unsupported fw ver: -1");
}

TEST(ResourceTableView, RefusesReservedBytes) {
    EXPECT_EQ(outcome(ResourceTableView::parse(Table{.reserved = {1, 0}}.build())), "table-reserved-bytes");
    EXPECT_EQ(outcome(ResourceTableView::parse(Table{.reserved = {0, 0x80000000}}.build())), "table-reserved-bytes");
    EXPECT_EQ(kernel_line(Table{.reserved = {0, 1}}.build()), "non zero reserved bytes");
}

TEST(ResourceTableView, ChecksAreInTheKernelsOrder) {
    const Bytes all_wrong = Table{.ver = 3, .num = 100, .reserved = {1, 1}}.build();
    EXPECT_EQ(outcome(ResourceTableView::parse(all_wrong)), "table-version");
    const Bytes two_wrong = Table{.num = 100, .reserved = {1, 1}}.build();
    EXPECT_EQ(outcome(ResourceTableView::parse(two_wrong)), "table-reserved-bytes");
}

TEST(ResourceTableView, TruncatedOffsetArrayIsRefused) {
    const Bytes fits = Table{.num = 2, .offsets = {{0, 0}}}.build();
    EXPECT_EQ(outcome(ResourceTableView::parse(fits)), "ok");
    const Bytes one_byte_short = Table{.num = 2, .offsets = {{0, 0}}, .cut = 1}.build();
    EXPECT_EQ(outcome(ResourceTableView::parse(one_byte_short)), "table-incomplete");
    EXPECT_EQ(kernel_line(one_byte_short), "resource table incomplete");
}

// 0x40000000 * 4 is 0 in 32 bits, and 0x40000001 * 4 is 4.
TEST(ResourceTableView, RegressionOffsetArraySizeDoesNotWrap) {
    for (const std::uint32_t num : {0x40000000U, 0x40000001U, 0x80000000U, 0xffffffffU}) {
        const Bytes table = Table{.num = num, .offsets = {{0, 0, 0}}}.build();
        EXPECT_EQ(outcome(ResourceTableView::parse(table)), "table-incomplete") << num;
    }
}

TEST(ResourceTableView, EntryReachesToTheEndOfTheTable) {
    const Bytes table = Table{.entries = {test::trace({}), test::other_entry(200, Bytes(8))}}.build();
    const auto view = ResourceTableView::parse(table).value();
    const auto first = view.entry(0).value();
    EXPECT_TRUE(first.is(wire::EntryType::trace));
    EXPECT_EQ(first.index(), 0U);
    EXPECT_EQ(first.payload_offset(), 28U);
    EXPECT_EQ(first.payload().size(), table.size() - 28);
    EXPECT_EQ(view.entry(1).value().payload().size(), 8U);
}

TEST(ResourceTableView, EntryWithoutATypeIsRefused) {
    const std::uint32_t size = 16 + 4 + 48;
    for (const std::uint32_t offset : {size - 3, size - 1, size, size + 1, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
        const Bytes table = Table{.entries = {test::trace({})}, .offsets = {{offset}}}.build();
        ASSERT_EQ(table.size(), size);
        const auto entry = ResourceTableView::parse(table).value().entry(0);
        EXPECT_EQ(outcome(entry), "entry-outside-table") << offset;
        EXPECT_EQ(entry.error().kernel_line(), "rsc table is truncated");
    }
}

TEST(ResourceTableView, EntryMayEndAfterItsType) {
    const Bytes table = Table{.entries = {test::other_entry(130, {})}}.build();
    const auto entry = ResourceTableView::parse(table).value().entry(0);
    ASSERT_EQ(outcome(entry), "ok");
    EXPECT_TRUE(entry->payload().empty());
}

TEST(ResourceTableView, OffsetsMayPointAnywhereInsideTheTable) {
    const Bytes odd = Table{.entries = {test::trace({})}, .gap = 3}.build();
    EXPECT_EQ(ResourceTableView::parse(odd).value().entry(0).value().payload_offset(), 27U);
    const Bytes header = Table{.entries = {test::trace({})}, .offsets = {{0}}}.build();
    EXPECT_EQ(ResourceTableView::parse(header).value().entry(0).value().type(), 1U) << "the version, read as a type";
}

TEST(ResourceTableView, VendorTypesAre128To512) {
    const auto is_vendor = [](std::uint32_t type) { return ResourceEntry(0, type, 24, {}).is_vendor(); };
    EXPECT_FALSE(is_vendor(127));
    EXPECT_TRUE(is_vendor(128));
    EXPECT_TRUE(is_vendor(512));
    EXPECT_FALSE(is_vendor(513));
    EXPECT_FALSE(is_vendor(3));
}

TEST(ResourceTableView, DescribesEntries) {
    EXPECT_EQ(describe(place_of(ResourceEntry(2, 3, 0x50, {}))), "resource table, entry 2 (vdev) at 0x4c");
    EXPECT_EQ(place::entry_type_name(0), "carveout");
    EXPECT_EQ(place::entry_type_name(1), "devmem");
    EXPECT_EQ(place::entry_type_name(2), "trace");
    EXPECT_EQ(place::entry_type_name(128), "type 128");
}

class ForEach : public ::testing::Test {
  protected:
    Result<void> walk(const Bytes& table, std::uint32_t stop_at_type) {
        return ResourceTableView::parse(table).value().for_each([&](const ResourceEntry& entry) -> Result<void> {
            seen.push_back(entry.type());
            if (entry.type() == stop_at_type) return fail(Error::of({.code = ErrorCode::carveout_misfit}, {}, {}));
            return {};
        });
    }
    std::vector<std::uint32_t> seen;
};

TEST_F(ForEach, VisitsEveryEntryInOrder) {
    const Bytes table = Table{.entries = {test::vdev({}), test::trace({}), test::other_entry(200)}}.build();
    EXPECT_EQ(outcome(walk(table, 999)), "ok");
    EXPECT_THAT(seen, ElementsAre(3, 2, 200));
}

TEST_F(ForEach, StopsAtTheFirstRefusalOfTheVisitor) {
    const Bytes table = Table{.entries = {test::vdev({}), test::trace({}), test::other_entry(200)}}.build();
    EXPECT_EQ(outcome(walk(table, 2)), "carveout-misfit");
    EXPECT_THAT(seen, ElementsAre(3, 2));
}

// As in the kernel, the entries before an invalid one are handled.
TEST_F(ForEach, VisitsTheEntriesBeforeAnInvalidOne) {
    const Bytes table = Table{.entries = {test::trace({}), test::trace({})}, .offsets = {{24, 0x1000}}}.build();
    EXPECT_EQ(outcome(walk(table, 999)), "entry-outside-table");
    EXPECT_THAT(seen, ElementsAre(2));
}

}  // namespace
}  // namespace rproc
