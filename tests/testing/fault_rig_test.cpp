// SPDX-License-Identifier: BSD-2-Clause
// A rig with everything: its refused firmware is booted after the faults, and its other owner dies before them.
#include "rproc/testing/fault_rig.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/testing/fault_scenarios.hpp"
#include "testing/fake_rig.hpp"

namespace rproc::testing {
namespace {

using OfflineRig = test::FakeRig<test::AttachablePlatform, State::offline>;
static_assert(FaultRig<OfflineRig> && !HasRefusedFirmware<OfflineRig> && !HasOtherOwner<OfflineRig>);

/// A rig that boots everything, which is a mistake: it has a firmware that must be refused.
struct RigThatRefusesNothing : OfflineRig {
    static constexpr ErrorCode kRefusal = ErrorCode::tee_refused;

    using OfflineRig::OfflineRig;
    [[nodiscard]] static FirmwareSource refused_firmware() { return firmware(); }
};
static_assert(HasRefusedFirmware<RigThatRefusesNothing>);

TEST(FaultRig, FirmwareThatMustBeRefusedAndBootsIsAViolation) {
    const FaultReport report = every_fault_in<RigThatRefusesNothing, scenario::BootAndStop>("boots all");
    ASSERT_FALSE(report.violations.empty());
    EXPECT_EQ(report.violations.front().what, "a firmware that must be refused is not");
}

/// A rig whose processor is another owner's, and which does not notice that.
struct RigThatStopsOthers : OfflineRig {
    static constexpr ErrorCode kRunning = ErrorCode::tee_processor_running;

    using OfflineRig::OfflineRig;
    void owner_dies(OwnerDeath when) { deaths.push_back(when); }
    void take_over() {}

    std::vector<OwnerDeath> deaths;
};
static_assert(HasOtherOwner<RigThatStopsOthers>);

TEST(FaultRig, BootOfWhatAnotherOwnerRunsIsAViolation) {
    const FaultReport started = every_fault_in<RigThatStopsOthers, scenario::OwnerDiesStarted>("stops all");
    ASSERT_FALSE(started.violations.empty());
    EXPECT_EQ(started.violations.front().what, "what another owner runs was not left alone");
    const FaultReport loaded = every_fault_in<RigThatStopsOthers, scenario::OwnerDiesLoaded>("stops all");
    EXPECT_TRUE(loaded.violations.empty()) << to_string(loaded);
}

}  // namespace
}  // namespace rproc::testing
