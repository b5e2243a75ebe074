// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/resource/entries.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "support/elf_builder.hpp"

namespace rproc {
namespace {

using test::Bytes;
using test::outcome;

constexpr std::uint64_t kPayloadOffset = 24;

/// An entry in an exact heap allocation: a read past its end is a read past the allocation.
class HeapEntry {
  public:
    /// @param entry type and payload, of which the entry has only the first `size` payload bytes.
    HeapEntry(const Bytes& entry, std::size_t size)
        : type_(static_cast<std::uint32_t>(entry[0])), size_(size), bytes_(std::make_unique<std::byte[]>(size)) {
        std::ranges::copy(std::span(entry).subspan(4, size), bytes_.get());
    }
    explicit HeapEntry(const Bytes& entry) : HeapEntry(entry, entry.size() - 4) {}

    [[nodiscard]] ResourceEntry get() const { return {0, type_, kPayloadOffset, {bytes_.get(), size_}}; }

  private:
    std::uint32_t type_;
    std::size_t size_;
    std::unique_ptr<std::byte[]> bytes_;  // NOLINT(modernize-avoid-c-arrays): exactly this many bytes
};

std::string visited(const ResourceEntry& entry) {
    struct Names {
        std::string& name;
        Result<void> operator()(const ResourceEntry& /*entry*/, const wire::Carveout& /*c*/) { return say("carveout"); }
        Result<void> operator()(const ResourceEntry& /*entry*/, const wire::Devmem& /*d*/) { return say("devmem"); }
        Result<void> operator()(const ResourceEntry& /*entry*/, const wire::Trace& /*t*/) { return say("trace"); }
        Result<void> operator()(const ResourceEntry& /*entry*/, const VdevEntry& /*v*/) { return say("vdev"); }
        Result<void> operator()(const ResourceEntry& /*entry*/) { return say("other"); }
        Result<void> say(const char* what) {
            name = what;
            return {};
        }
    };
    std::string name = "nothing";
    const auto result = visit(entry, Names{name});
    return result ? name : name + ", " + outcome(result);
}

TEST(Entries, CarveoutHasItsFields) {
    const HeapEntry entry(test::carveout({.name = "mcuram", .da = 1, .pa = 2, .len = 3, .flags = 4}));
    const auto carveout = decode_carveout(entry.get());
    ASSERT_EQ(outcome(carveout), "ok");
    EXPECT_EQ(carveout->da, 1U);
    EXPECT_EQ(carveout->pa, 2U);
    EXPECT_EQ(carveout->len, 3U);
    EXPECT_EQ(carveout->flags, 4U);
    EXPECT_EQ(wire::view(carveout->name), "mcuram");
}

TEST(Entries, DevmemHasItsFields) {
    const HeapEntry entry(test::devmem({.name = "uart", .da = 5, .pa = 6, .len = 7, .flags = 8}));
    const auto devmem = decode_devmem(entry.get());
    ASSERT_EQ(outcome(devmem), "ok");
    EXPECT_EQ(devmem->da, 5U);
    EXPECT_EQ(devmem->pa, 6U);
    EXPECT_EQ(devmem->len, 7U);
    EXPECT_EQ(devmem->flags, 8U);
    EXPECT_EQ(wire::view(devmem->name), "uart");
}

TEST(Entries, TraceHasItsFields) {
    const HeapEntry entry(test::trace({.name = "cm4_log", .da = 0x10005000, .len = 0x400}));
    const auto trace = decode_trace(entry.get());
    ASSERT_EQ(outcome(trace), "ok");
    EXPECT_EQ(trace->da, 0x10005000U);
    EXPECT_EQ(trace->len, 0x400U);
    EXPECT_EQ(wire::view(trace->name), "cm4_log");
}

TEST(Entries, VdevHasItsVringsAndItsConfiguration) {
    const Bytes config = test::pattern(5, 0x40);
    const HeapEntry entry(test::vdev({.id = 7,
                                      .notifyid = 9,
                                      .dfeatures = 3,
                                      .vrings = {{.da = 0x1000, .align = 16, .num = 8},
                                                 {.da = 0x2000, .align = 4096, .num = 64, .notifyid = 5, .pa = 6}},
                                      .config = config}));
    const auto vdev = decode_vdev(entry.get());
    ASSERT_EQ(outcome(vdev), "ok");
    EXPECT_EQ(vdev->header().id, 7U);
    EXPECT_EQ(vdev->header().notifyid, 9U);
    EXPECT_EQ(vdev->header().dfeatures, 3U);
    ASSERT_EQ(vdev->vring_count(), 2U);
    EXPECT_EQ(vdev->vring(0).da, 0x1000U);
    EXPECT_EQ(vdev->vring(0).num, 8U);
    EXPECT_EQ(vdev->vring(1).align, 4096U);
    EXPECT_EQ(vdev->vring(1).notifyid, 5U);
    EXPECT_EQ(vdev->vring(1).pa, 6U);
    EXPECT_TRUE(std::ranges::equal(vdev->config(), config));
}

TEST(Entries, VdevMayHaveNoVringsAndNoConfiguration) {
    const HeapEntry entry(test::vdev({.vrings = {}}));
    const auto vdev = decode_vdev(entry.get());
    ASSERT_EQ(outcome(vdev), "ok");
    EXPECT_EQ(vdev->vring_count(), 0U);
    EXPECT_TRUE(vdev->config().empty());
}

TEST(Entries, VdevMayHave255Vrings) {
    const HeapEntry entry(test::vdev({.vrings = std::vector<test::VringEntry>(255, {.num = 3})}));
    const auto vdev = decode_vdev(entry.get());
    ASSERT_EQ(outcome(vdev), "ok");
    EXPECT_EQ(vdev->vring(254).num, 3U);
}

TEST(Entries, TruncatedEntryIsRefused) {
    for (const Bytes& bytes : {test::carveout({}), test::trace({}), test::vdev({.config = Bytes(3)})}) {
        const std::string type = place::entry_type_name(HeapEntry(bytes).get().type());
        for (std::size_t size = 0; size < bytes.size() - 4; ++size) {
            const HeapEntry cut(bytes, size);
            EXPECT_EQ(visited(cut.get()), "nothing, entry-truncated") << type << " of " << size << " bytes";
        }
        EXPECT_EQ(visited(HeapEntry(bytes).get()), type);
    }
}

TEST(Entries, TruncationHasTheKernelsLogLine) {
    EXPECT_EQ(decode_carveout(HeapEntry(test::carveout({}), 51).get()).error().kernel_line(),
              "carveout rsc is truncated");
    EXPECT_EQ(decode_devmem(HeapEntry(test::devmem({}), 51).get()).error().kernel_line(), "devmem rsc is truncated");
    EXPECT_EQ(decode_trace(HeapEntry(test::trace({}), 43).get()).error().kernel_line(), "trace rsc is truncated");
    EXPECT_EQ(decode_vdev(HeapEntry(test::vdev({}), 63).get()).error().kernel_line(), "vdev rsc is truncated");
}

TEST(Entries, RefuseReservedBytes) {
    EXPECT_EQ(outcome(decode_carveout(HeapEntry(test::carveout({.reserved = 1})).get())), "entry-reserved-bytes");
    EXPECT_EQ(outcome(decode_devmem(HeapEntry(test::devmem({.reserved = 1U << 31U})).get())), "entry-reserved-bytes");
    EXPECT_EQ(outcome(decode_trace(HeapEntry(test::trace({.reserved = 1})).get())), "entry-reserved-bytes");
    EXPECT_EQ(outcome(decode_vdev(HeapEntry(test::vdev({.reserved = {1, 0}})).get())), "entry-reserved-bytes");
    EXPECT_EQ(outcome(decode_vdev(HeapEntry(test::vdev({.reserved = {0, 1}})).get())), "entry-reserved-bytes");
    EXPECT_EQ(decode_trace(HeapEntry(test::trace({.reserved = 1})).get()).error().kernel_line(),
              "trace rsc has non zero reserved bytes");
}

// num_of_vrings is byte 21 of the header: a shorter entry has none.
TEST(Entries, RegressionVdevIsNotReadBeforeItsBoundsAreChecked) {
    const Bytes bytes = test::vdev({.vrings = {}, .num_of_vrings = 255});
    for (std::size_t size = 0; size < sizeof(wire::Vdev); ++size) {
        const HeapEntry cut(bytes, size);
        EXPECT_EQ(outcome(decode_vdev(cut.get())), "entry-truncated") << size;
    }
    EXPECT_EQ(outcome(decode_vdev(HeapEntry(bytes).get())), "entry-truncated") << "255 vrings do not fit";
}

TEST(Entries, RegressionVdevConfigurationSizeDoesNotWrap) {
    for (const std::uint32_t length : {1U, 0x7fffffffU, 0xffffffffU, 0xffffffffU - 2 * 20 - 24 + 1}) {
        const HeapEntry entry(test::vdev({.config_len = length}));
        EXPECT_EQ(outcome(decode_vdev(entry.get())), "entry-truncated") << length;
    }
}

TEST(Entries, VisitCallsTheVisitorOfTheType) {
    EXPECT_EQ(visited(HeapEntry(test::carveout({})).get()), "carveout");
    EXPECT_EQ(visited(HeapEntry(test::devmem({})).get()), "devmem");
    EXPECT_EQ(visited(HeapEntry(test::trace({})).get()), "trace");
    EXPECT_EQ(visited(HeapEntry(test::vdev({})).get()), "vdev");
    EXPECT_EQ(visited(HeapEntry(test::other_entry(128, {})).get()), "other");
    EXPECT_EQ(visited(HeapEntry(test::other_entry(4, {})).get()), "other");
}

TEST(Entries, ErrorNamesTheEntry) {
    const Bytes bytes = test::trace({});
    const HeapEntry cut(bytes, 3);
    EXPECT_EQ(decode_trace(cut.get()).error().where(), "resource table, entry 0 (trace) at 0x14");
}

}  // namespace
}  // namespace rproc
