// SPDX-License-Identifier: BSD-2-Clause
// Every fault, in every scenario, of policies with every op.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/testing/fault_scenarios.hpp"
#include "testing/clean_report.hpp"
#include "testing/fake_rig.hpp"

namespace rproc::testing {
namespace {

using test::AttachablePlatform;
using test::expect_clean;
using test::FakeRig;
using test::PlatformBehindIommu;
using test::SelfRestartingPlatform;
using ::testing::Contains;
using ::testing::Field;

TEST(EveryFaultOfTheFakes, LeavesNothingAndTheNextBootWorks) {
    expect_clean(every_fault_of<FakeRig<AttachablePlatform, State::offline>>("fakes"), "fakes", 1000);
}

TEST(EveryFaultOfTheFakes, InitiallyDetached) {
    expect_clean(every_fault_of<FakeRig<AttachablePlatform, State::detached>>("attached"), "fakes, attached", 800);
}

TEST(EveryFaultOfTheFakes, SelfRestartingAndInitiallyOffline) {
    expect_clean(every_fault_of<FakeRig<SelfRestartingPlatform, State::offline>>("booted"), "fakes, booted", 1000);
}

TEST(EveryFaultOfTheFakes, SelfRestartingAndInitiallyDetached) {
    expect_clean(every_fault_of<FakeRig<SelfRestartingPlatform, State::detached>>("rejoined"), "fakes, rejoined", 700);
}

TEST(EveryFaultOfTheFakes, BehindAnIommu) {
    using Rig = FakeRig<PlatformBehindIommu<ModelIommu>, State::offline>;
    const FaultReport report = every_fault_of<Rig>("IOMMU");
    expect_clean(report, "fakes, IOMMU", 1200);
    for (const char* point : {"iommu.attach", "iommu.map", "subdevice.prepare", "subdevice.start", "virtio.probe",
                              "platform.kick", "platform.suspend", "platform.resume", "platform.around_start"})
        EXPECT_THAT(report.points, Contains(Field(&FaultReport::Point::name, point)));
}

TEST(EveryFaultOfTheFakes, BehindAnIommuInitiallyDetached) {
    using Rig = FakeRig<PlatformBehindIommu<ModelIommu>, State::detached>;
    expect_clean(every_fault_of<Rig>("attached, IOMMU"), "fakes, attached, IOMMU", 1000);
}

}  // namespace
}  // namespace rproc::testing
