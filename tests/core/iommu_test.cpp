// SPDX-License-Identifier: BSD-2-Clause
// A remote processor behind an IOMMU: the resource table's mappings exist while it runs, and are removed afterwards.
#include <cstdint>
#include <optional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/core/crash_worker.hpp"
#include "rproc/core/remote_processor.hpp"
#include "rproc/memory/model_iommu.hpp"
#include "rproc/resource/table_builder.hpp"
#include "support/alone.hpp"

namespace rproc {
namespace {

using test::outcome;
using test::Script;
using ::testing::Contains;
using ::testing::IsEmpty;

struct IommuPlatform : test::BarePlatform {
    using Iommu = ModelIommu;
    ModelIommu domain{};

    ModelIommu& iommu() { return domain; }
};

class IommuTest : public ::testing::Test {
  protected:
    using Processor = RemoteProcessor<test::FullBackend, IommuPlatform, Mainline, ObserverRef<test::Recorder>>;

    [[nodiscard]] IommuPlatform platform() {
        IommuPlatform platform;
        platform.script = &script;
        platform.model = memory;
        platform.domain = domain;
        return platform;
    }
    std::string boot(const ResourceTableBuilder& table) {
        script.table = table.build();
        EXPECT_EQ(outcome(rproc.set_firmware(test::some_firmware())), "ok");
        const auto booted = rproc.boot();
        message = booted ? "" : booted.error().message();
        return outcome(booted);
    }
    void expect_nothing_left() {
        EXPECT_THAT(domain.entries(), IsEmpty());
        EXPECT_FALSE(domain.attached());
        EXPECT_EQ(memory.mapped(), 0U);
        EXPECT_TRUE(recorder.all_closed());
    }

    Script script;
    ModelMemory memory;
    ModelIommu domain;
    test::Recorder recorder;
    Processor rproc{test::FullBackend{&script}, platform(), ObserverRef(recorder)};
    std::string message;
};

TEST_F(IommuTest, DevmemEntryMapsThePeripheralAtItsDa) {
    ASSERT_EQ(boot(ResourceTableBuilder{}.devmem("uart", 0x40000000, 0x40010000, 0x2000, 3)), "ok");
    EXPECT_TRUE(domain.attached());
    ASSERT_EQ(domain.entries().size(), 1U);
    EXPECT_EQ(domain.entries()[0].flags, 3U);
    EXPECT_EQ(domain.access(DeviceAddress(0x40001004)), PhysicalAddress(0x40011004));
    EXPECT_EQ(domain.access(DeviceAddress(0x40002000)), std::nullopt);
    ASSERT_EQ(outcome(rproc.shutdown()), "ok");
    expect_nothing_left();
    EXPECT_EQ(recorder.events.at(recorder.events.size() - 3), "end disable_iommu");
}

TEST_F(IommuTest, CarveoutIsMappedAtTheDaOfItsEntry) {
    ASSERT_EQ(boot(ResourceTableBuilder{}.carveout("heap", 0x80000000, 0x3000)), "ok");
    const Carveout& heap = test::alone(rproc).carveouts.all().at(0);
    EXPECT_EQ(heap.da, DeviceAddress(0x80000000));
    EXPECT_EQ(domain.access(DeviceAddress(0x80002fff)), PhysicalAddress(heap.pa.value() + 0x2fff));
    EXPECT_FALSE(test::alone(rproc).carveouts.da_to_va(DeviceAddress(0x80000000), 0x3000).empty());
    EXPECT_THAT(recorder.notices, ::testing::Not(Contains("carveout-elsewhere")));
    ASSERT_EQ(outcome(rproc.shutdown()), "ok");
    expect_nothing_left();
}

TEST_F(IommuTest, CarveoutAtAnyAddressIsNotMapped) {
    ASSERT_EQ(boot(ResourceTableBuilder{}.carveout("heap", wire::kAddressAny, 0x3000)), "ok");
    EXPECT_THAT(domain.entries(), IsEmpty());
}

TEST_F(IommuTest, RefusedMappingFailsTheBootAndRemovesTheOthers) {
    const ResourceTableBuilder good = ResourceTableBuilder{}.devmem("uart", 0x40000000, 0x40010000, 0x2000, 3);
    for (const auto& bad : {ResourceTableBuilder(good).devmem("again", 0x40001000, 0x50000000, 0x1000, 3),
                            ResourceTableBuilder(good).devmem("odd", 0x50000010, 0x50000000, 0x1000, 3),
                            ResourceTableBuilder(good).devmem("none", 0x50000000, 0x50000000, 0, 3),
                            ResourceTableBuilder(good).carveout("over", 0x40000000, 0x1000)}) {
        EXPECT_EQ(boot(bad), "iommu-refused");
        EXPECT_THAT(message, ::testing::ContainsRegex("part of it is mapped already|multiples of 0x1000"));
        expect_nothing_left();
    }
    EXPECT_THAT(recorder.lines, Contains("failed to map devmem: -22"));
    EXPECT_THAT(recorder.lines, Contains("iommu_map failed: -22"));
    EXPECT_EQ(boot(good), "ok");
}

TEST_F(IommuTest, IommuFaultIsACrashThatIsRecovered) {
    ASSERT_EQ(boot(ResourceTableBuilder{}.devmem("uart", 0x40000000, 0x40010000, 0x2000, 3)), "ok");
    CrashWorker worker(rproc);
    domain.set_fault_handler([&](DeviceAddress) { worker.report_crash(CrashType::mmufault); });
    EXPECT_EQ(domain.access(DeviceAddress(0)), std::nullopt);
    worker.wait_idle();
    EXPECT_EQ(rproc.state(), State::running);
    EXPECT_THAT(recorder.lines, Contains("crash detected in m4: type mmufault"));
    EXPECT_EQ(domain.entries().size(), 1U) << "recovery keeps the resources";
    domain.set_fault_handler({});
}

}  // namespace
}  // namespace rproc
