// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/core/carveout_allocation.hpp"

#include <optional>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/resource/entries.hpp"
#include "rproc/resource/table_builder.hpp"
#include "support/elf_builder.hpp"

namespace rproc {
namespace {

using test::outcome;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Translates the pa of allocated memory to the da that the test sets.
struct TranslatingPlatform : test::BarePlatform {
    std::optional<DeviceAddress> seen_at{};
    [[nodiscard]] std::optional<DeviceAddress> pa_to_da(PhysicalAddress /*pa*/) const { return seen_at; }
};

/// Refuses every allocation, with an error of its own.
struct ExhaustedMemory {
    static constexpr ErrorText kFull{.code = ErrorCode::memory_exhausted, .message = "{0} is full"};

    [[nodiscard]] Result<Mapping> map(PhysicalRange /*range*/) { return fail(kFull, {}, "/dev/shm"); }
    [[nodiscard]] Result<Allocation> allocate(std::uint64_t /*size*/) { return fail(kFull, {}, "/dev/shm"); }
};

struct ExhaustedPlatform : test::BarePlatform {
    using Memory = ExhaustedMemory;
    ExhaustedMemory full{};
    ExhaustedMemory& memory() { return full; }
};

class CarveoutAllocationTest : public ::testing::Test {
  protected:
    void SetUp() override { ctx.report_to(recorder); }
    Carveout& add(Carveout carveout) {
        carveout.table_offset = 24;
        ctx.set_table(table);
        return *ctx.carveouts().add(std::move(carveout)).value();
    }
    template <class P>
    std::string allocate(Carveout& carveout, P& platform) {
        const auto done = allocate_carveout(ctx, platform, resources, carveout);
        kernel_line = done ? "" : done.error().kernel_line();
        reason = done ? "" : done.error().message();
        return outcome(done);
    }
    [[nodiscard]] wire::Carveout written() const {
        return decode_carveout(ResourceTableView::parse(table).value().entry(0).value()).value();
    }

    test::Script script;
    test::Recorder recorder;
    ModelMemory memory;
    Context ctx{"m4"};
    Resources resources;
    test::Bytes table = ResourceTableBuilder{}.carveout("heap", wire::kAddressAny, 1).build();
    std::string kernel_line;
    std::string reason;
};

TEST_F(CarveoutAllocationTest, WritesThePaAndDaOfARegionToItsEntry) {
    test::BarePlatform platform{.script = &script, .model = memory};
    Carveout& carveout =
        add(Carveout::region("mcuram", DeviceAddress(0x30000000), PhysicalAddress(0x10000000), 0x2000));
    ASSERT_EQ(allocate(carveout, platform), "ok");
    EXPECT_TRUE(carveout.mapping.mapped());
    EXPECT_EQ(written().da, 0x30000000U);
    EXPECT_EQ(written().pa, 0x10000000U);
    EXPECT_EQ(written().len, 0x2000U);
}

TEST_F(CarveoutAllocationTest, WithoutPaToDaTheDaIsThePa) {
    test::BarePlatform platform{.script = &script, .model = memory};
    Carveout& carveout = add(Carveout::allocated("heap", {}, 0x1000));
    ASSERT_EQ(allocate(carveout, platform), "ok");
    EXPECT_EQ(carveout.da, DeviceAddress(ModelMemory::kPoolStart.value()));
    EXPECT_THAT(recorder.notices, IsEmpty());
}

TEST_F(CarveoutAllocationTest, TakesTheDaFromPaToDa) {
    TranslatingPlatform platform{{.script = &script, .model = memory}, DeviceAddress(0x5000)};
    ASSERT_EQ(allocate(add(Carveout::allocated("heap", {}, 0x1000)), platform), "ok");
    EXPECT_EQ(written().da, 0x5000U);
    EXPECT_EQ(written().pa, 0xd0000000U);
    EXPECT_THAT(recorder.notices, IsEmpty());
}

TEST_F(CarveoutAllocationTest, MemoryAtAnotherDaThanRequestedIsANotice) {
    TranslatingPlatform platform{{.script = &script, .model = memory}, DeviceAddress(0x5000)};
    ASSERT_EQ(allocate(add(Carveout::allocated("heap", DeviceAddress(0x6000), 0x1000)), platform), "ok");
    EXPECT_THAT(recorder.notices, ElementsAre("carveout-elsewhere"));
    EXPECT_THAT(recorder.lines, ElementsAre("Allocated carveout doesn't fit device address request"));
}

TEST_F(CarveoutAllocationTest, MemoryWithoutADaIsANotice) {
    TranslatingPlatform platform{{.script = &script, .model = memory}, {}};
    ASSERT_EQ(allocate(add(Carveout::allocated("heap", {}, 0x1000)), platform), "ok");
    EXPECT_THAT(recorder.notices, ElementsAre("carveout-elsewhere"));
    ctx.carveouts().index();
    EXPECT_TRUE(ctx.carveouts().da_to_va(DeviceAddress(0), 1).empty());
    EXPECT_FALSE(ctx.carveouts().pa_to_va(ModelMemory::kPoolStart, 1).empty());
}

TEST_F(CarveoutAllocationTest, RegressionMemoryThatWouldWrapTheDaSpaceIsNotFound) {
    TranslatingPlatform platform{{.script = &script, .model = memory}, DeviceAddress(0xfffffffffffff800)};
    Carveout& carveout = add(Carveout::allocated("heap", {}, 0x1000));
    static_cast<void>(allocate(carveout, platform));
    ASSERT_TRUE(!carveout.da || DeviceRange::make(*carveout.da, carveout.size))
        << "index() requires a range that does not wrap";
    ctx.carveouts().index();
    EXPECT_TRUE(ctx.carveouts().da_to_va(DeviceAddress(0), 1).empty());
}

TEST_F(CarveoutAllocationTest, MemoryThatTheProviderLacksIsRefused) {
    test::BarePlatform platform{.script = &script, .model = memory};
    Carveout& carveout = add(Carveout::allocated("heap", {}, 0x1000000));
    EXPECT_EQ(allocate(carveout, platform), "memory-exhausted");
    EXPECT_EQ(kernel_line, "Unable to allocate carveout heap: -12");
    EXPECT_THAT(recorder.lines, ElementsAre("failed to allocate dma memory: len 0x1000000"));
    EXPECT_FALSE(carveout.mapping.mapped());
    EXPECT_EQ(written().da, wire::kAddressAny);
}

TEST_F(CarveoutAllocationTest, ErrorKeepsTheReasonOfTheMemoryProvider) {
    ExhaustedPlatform platform{{.script = &script, .model = memory}};
    EXPECT_EQ(allocate(add(Carveout::allocated("heap", {}, 0x1000)), platform), "memory-exhausted");
    EXPECT_THAT(reason, ::testing::EndsWith(": /dev/shm is full"));
    EXPECT_EQ(kernel_line, "Unable to allocate carveout heap: -12");
}

}  // namespace
}  // namespace rproc
