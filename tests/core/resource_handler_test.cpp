// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/core/resource_handler.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/resource/table_builder.hpp"
#include "support/elf_builder.hpp"

namespace rproc {
namespace {

using test::Bytes;
using test::outcome;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint32_t kAny = wire::kAddressAny;

/// Passes whole resource tables to the handler, after registering one region and two vrings of 4 KiB, as a board does.
class ResourceHandlerTest : public ::testing::Test {
  protected:
    void SetUp() override {
        ctx.report_to(recorder);
        region("mcuram", 0x30000000, 0x40000);
        region("vdev0vring0", 0x10040000, 0x1000);
        region("vdev0vring1", 0x10041000, 0x1000);
    }
    void region(const char* name, std::uint64_t da, std::uint64_t size) {
        ASSERT_EQ(outcome(ctx.carveouts().add(Carveout::region(name, DeviceAddress(da), PhysicalAddress(da), size))),
                  "ok");
    }
    /// The outcome of the first refused entry.
    std::string handle(Bytes bytes) {
        table = std::move(bytes);
        ctx.set_table(table);
        ResourceHandler handler(ctx, resources);
        const auto handled = ResourceTableView::parse(table).value().for_each([&](const ResourceEntry& entry) {
            auto result = handler.handle(entry);
            if (!result) kernel_line = result.error().kernel_line();
            return result;
        });
        return outcome(handled);
    }
    std::string handle(const ResourceTableBuilder& builder) { return handle(builder.build()); }
    [[nodiscard]] VdevEntry vdev_entry(std::uint32_t index) const {
        return decode_vdev(ResourceTableView::parse(table).value().entry(index).value()).value();
    }

    Context ctx{"m4"};
    Resources resources;
    test::Recorder recorder;
    Bytes table;
    std::string kernel_line;
};

TEST_F(ResourceHandlerTest, TraceEntryIsRecorded) {
    ASSERT_EQ(handle(ResourceTableBuilder{}.trace("cm4_log", 0xdead0000, 0x400)), "ok");
    ASSERT_EQ(resources.traces.size(), 1U);
    EXPECT_EQ(resources.traces[0].name, "cm4_log");
    EXPECT_EQ(resources.traces[0].da, DeviceAddress(0xdead0000)) << "its da is not checked";
    EXPECT_EQ(resources.traces[0].len, 0x400U);
}

TEST_F(ResourceHandlerTest, CarveoutWithANewNameIsToBeAllocated) {
    ASSERT_EQ(handle(ResourceTableBuilder{}.carveout("heap", 0x20000000, 0x2000, 5).carveout("any", kAny, 16)), "ok");
    const Carveout* const heap = ctx.carveouts().find_by_name("heap");
    ASSERT_NE(heap, nullptr);
    EXPECT_EQ(heap->kind, Carveout::Kind::allocated);
    EXPECT_EQ(heap->da, DeviceAddress(0x20000000));
    EXPECT_EQ(heap->size, 0x2000U);
    EXPECT_EQ(heap->flags, 5U);
    EXPECT_EQ(heap->table_offset, 16U + 8U + 4U);
    EXPECT_EQ(ctx.carveouts().find_by_name("any")->da, std::nullopt);
}

TEST_F(ResourceHandlerTest, CarveoutMayNameARegisteredOne) {
    ASSERT_EQ(handle(ResourceTableBuilder{}.carveout("mcuram", 0x30001000, 0x3f000, 7)), "ok");
    EXPECT_EQ(ctx.carveouts().size(), 3U);
    EXPECT_EQ(ctx.carveouts().find_by_name("mcuram")->table_offset, 24U);
    EXPECT_EQ(ctx.carveouts().find_by_name("mcuram")->flags, 7U);
    EXPECT_EQ(ctx.carveouts().find_by_name("mcuram")->size, 0x40000U);
}

TEST_F(ResourceHandlerTest, AnyAddressFitsARegisteredCarveout) {
    EXPECT_EQ(handle(ResourceTableBuilder{}.carveout("mcuram", kAny, 0x40000)), "ok");
}

TEST_F(ResourceHandlerTest, CarveoutMustFitTheRegisteredOne) {
    struct Case {
        std::uint32_t da;
        std::uint32_t len;
        const char* line;
    };
    const Case cases[] = {{0x2ffff000, 0x1000, "Registered carveout doesn't fit da request"},
                          {0xf0000000, 0x1000, "Registered carveout doesn't fit da request"},
                          {0x30000000, 0x40001, "Registered carveout doesn't fit len request"},
                          {kAny, 0x40001, "Registered carveout doesn't fit len request"},
                          {0x30001000, 0x40000, "Registered carveout doesn't fit len request"},
                          {0x30040000, 1, "Registered carveout doesn't fit len request"}};
    for (const Case& misfit : cases) {
        EXPECT_EQ(handle(ResourceTableBuilder{}.carveout("mcuram", misfit.da, misfit.len)), "carveout-misfit")
            << misfit.da << " " << misfit.len;
        EXPECT_EQ(kernel_line, misfit.line) << misfit.da << " " << misfit.len;
    }
}

// With the kernel's int offset this da lies 0 bytes past a carveout at 0x1000: only the lower 32 bits count.
TEST_F(ResourceHandlerTest, Regression64BitDaDoesNotAliasA32BitOffset) {
    region("far", 0x100001000, 0x1000);
    EXPECT_EQ(handle(ResourceTableBuilder{}.carveout("far", 0x1000, 0x1000)), "carveout-misfit");
}

TEST_F(ResourceHandlerTest, CarveoutIsClaimedOnce) {
    EXPECT_EQ(handle(ResourceTableBuilder{}.carveout("mcuram", kAny, 16).carveout("mcuram", kAny, 16)),
              "carveout-claimed-twice");
    EXPECT_EQ(kernel_line, "Carveout already associated to resource table");
    EXPECT_EQ(handle(ResourceTableBuilder{}.carveout("heap", kAny, 16).carveout("heap", kAny, 16)),
              "carveout-claimed-twice");
}

TEST_F(ResourceHandlerTest, NumberOfCarveoutsIsLimited) {
    ResourceTableBuilder builder;
    for (std::size_t i = 0; i < CarveoutRegistry::kLimit; ++i) builder.carveout(fmt::format("c{}", i), kAny, 16);
    EXPECT_EQ(handle(builder), "carveout-limit");
}

TEST_F(ResourceHandlerTest, DevmemNeedsAnIommu) {
    EXPECT_EQ(handle(ResourceTableBuilder{}.devmem("uart", 0, 0x40000000, 0x400)), "devmem-without-iommu");
    EXPECT_EQ(kernel_line, "") << "the kernel refuses without a log line";
}

TEST_F(ResourceHandlerTest, RecordsAVdevWithItsVrings) {
    ASSERT_EQ(
        handle(ResourceTableBuilder{}.vdev(7, 1, {{.da = kAny, .num = 8}, {.da = 0x10041000, .align = 4, .num = 16}})),
        "ok");
    ASSERT_EQ(resources.vdevs.size(), 1U);
    const Vdev& vdev = resources.vdevs[0];
    EXPECT_EQ(vdev.index, 0U);
    EXPECT_EQ(vdev.id, 7U);
    EXPECT_TRUE(vdev.usable);
    EXPECT_FALSE(vdev.registered) << "not before the start";
    ASSERT_EQ(vdev.vrings.size(), 2U);
    EXPECT_EQ(vdev.vrings[0].num, 8U);
    EXPECT_EQ(vdev.vrings[1].align, 4U);
    EXPECT_EQ(vdev.vrings[1].carveout, "vdev0vring1");
    EXPECT_EQ(vdev_entry(0).vring(0).notifyid, 0U);
    EXPECT_EQ(vdev_entry(0).vring(1).notifyid, 1U);
    EXPECT_EQ(ctx.carveouts().size(), 3U);
    EXPECT_THAT(recorder.notices, IsEmpty());
}

TEST_F(ResourceHandlerTest, NotifyIdsAreUniqueAcrossVdevs) {
    ASSERT_EQ(handle(ResourceTableBuilder{}.vdev(7, 0, {{}, {}}).vdev(3, 0, {{}, {}})), "ok");
    EXPECT_EQ(vdev_entry(1).vring(0).notifyid, 2U);
    EXPECT_EQ(vdev_entry(1).vring(1).notifyid, 3U);
    EXPECT_EQ(resources.vdevs[1].index, 1U);
    const Carveout* const vring = ctx.carveouts().find_by_name("vdev1vring1");
    ASSERT_NE(vring, nullptr);
    EXPECT_EQ(vring->kind, Carveout::Kind::allocated);
    EXPECT_EQ(vring->size, 0x1000U);
}

TEST_F(ResourceHandlerTest, TooManyVringsFailTheBoot) {
    EXPECT_EQ(handle(ResourceTableBuilder{}.vdev(7, 0, {{}, {}, {}})), "vdev-too-many-vrings");
    EXPECT_EQ(kernel_line, "too many vrings: 3");
}

TEST_F(ResourceHandlerTest, TooFewVringsAreANotice) {
    ASSERT_EQ(handle(ResourceTableBuilder{}.vdev(7, 0, {{}}).vdev(7, 0, {})), "ok");
    EXPECT_THAT(recorder.notices, ElementsAre("vdev-too-few-vrings", "vdev-too-few-vrings"));
    EXPECT_TRUE(resources.vdevs[0].usable);
}

// A vring that cannot be allocated: its vdev is unusable, the boot continues, and the notify ids are released.
TEST_F(ResourceHandlerTest, VringThatCannotBeAllocatedDoesNotFailTheBoot) {
    struct Case {
        VringRequest second;
        const char* notice;
        const char* line;
        const char* probe;
    };
    const Case cases[] = {
        {{.num = 0}, "vring-invalid", "invalid qsz (0) or alignment (16)", "-22"},
        {{.align = 0}, "vring-invalid", "invalid qsz (16) or alignment (0)", "-22"},
        {{.num = 1024}, "vring-misfit", "Registered carveout doesn't fit len request", "-12"},
        {{.da = 0x10040000}, "vring-misfit", "Registered carveout doesn't fit da request", "-12"},
        {{.num = 0xffffffff}, "vring-misfit", "Registered carveout doesn't fit len request", "-12"},
    };
    for (const Case& bad : cases) {
        recorder = {};
        resources.clear();
        ASSERT_EQ(handle(ResourceTableBuilder{}.vdev(7, 0, {{}, bad.second})), "ok") << bad.line;
        ASSERT_EQ(resources.vdevs.size(), 1U);
        EXPECT_FALSE(resources.vdevs[0].usable);
        EXPECT_TRUE(resources.vdevs[0].vrings.empty());
        EXPECT_THAT(recorder.notices, ElementsAre(bad.notice));
        EXPECT_THAT(recorder.lines,
                    ElementsAre(bad.line, "rproc-virtio: probe of rproc-virtio.1.auto failed with error " +
                                              std::string(bad.probe)));
        EXPECT_EQ(resources.notify_ids.take(), 0U) << "every id is released";
    }
}

TEST_F(ResourceHandlerTest, VdevAfterAnUnusableOneKeepsItsIndex) {
    ASSERT_EQ(handle(ResourceTableBuilder{}.vdev(7, 0, {{.num = 0}, {}}).vdev(7, 0, {{}, {}})), "ok");
    EXPECT_FALSE(resources.vdevs[0].usable);
    EXPECT_TRUE(resources.vdevs[1].usable);
    EXPECT_EQ(resources.vdevs[1].vrings[0].carveout, "vdev1vring0");
    EXPECT_EQ(resources.vdevs[1].vrings[0].notify_id, 0U);
}

TEST_F(ResourceHandlerTest, DamagedEntriesFailTheBoot) {
    for (const Bytes& entry :
         {test::trace({.reserved = 1}), test::carveout({.reserved = 1}), test::vdev({.reserved = {1, 0}})})
        EXPECT_EQ(handle(test::Table{.entries = {entry}}.build()), "entry-reserved-bytes");
    for (const Bytes& entry : {test::trace({}), test::carveout({}), test::vdev({})})
        EXPECT_EQ(handle(test::Table{.entries = {entry}, .cut = 1}.build()), "entry-truncated");
}

TEST_F(ResourceHandlerTest, IgnoredEntriesAreNotices) {
    ResourceHandler handler(ctx, resources);
    handler.ignore(ResourceEntry(0, 512, 24, {}));
    handler.ignore(ResourceEntry(1, 0x80000000, 28, {}));
    EXPECT_THAT(recorder.notices, ElementsAre("vendor-entry-unhandled", "entry-type-unknown"));
    EXPECT_THAT(recorder.lines, ElementsAre("unsupported vendor resource 512", "unsupported resource -2147483648"));
}

}  // namespace
}  // namespace rproc
