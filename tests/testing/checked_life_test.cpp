// SPDX-License-Identifier: BSD-2-Clause
// The harness must find defects: one of each kind, and the violation that it reports.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/core/remote_processor.hpp"
#include "rproc/testing/fault_scenarios.hpp"
#include "rproc/testing/faulty_backend.hpp"
#include "rproc/testing/faulty_platform.hpp"
#include "testing/clean_report.hpp"
#include "testing/fake_rig.hpp"

namespace rproc::testing {
namespace {

using test::BoardPlatform;
using test::finds;
using test::FullBackend;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

template <class B, class P, class S = Mainline>
using Faulty = RemoteProcessor<FaultyBackend<B>, FaultyPlatform<P>, S, ObserverRef<LifeWatch>>;

/// A rig of fakes, one of which has a defect.
template <class B, class P, class R = Faulty<B, P>>
class SeededRig {
  public:
    using Processor = R;

    explicit SeededRig(Faults faults) : faults_(std::move(faults)) { script_.table = test::full_table(); }

    [[nodiscard]] Result<std::unique_ptr<R>> make(ObserverRef<LifeWatch> observer) {
        B backend;
        backend.script = &script_;
        P platform;
        platform.script = &script_;
        platform.model = memory_;
        return std::make_unique<R>(FaultyBackend(std::move(backend), faults_),
                                   FaultyPlatform(std::move(platform), faults_), observer);
    }
    [[nodiscard]] static FirmwareSource firmware() { return test::some_firmware(); }
    [[nodiscard]] std::vector<std::string> violations_in(State state) const {
        if (state == State::running || state == State::crashed || memory_.mapped() == 0) return {};
        return {fmt::format("{} mappings", memory_.mapped())};
    }

  private:
    Faults faults_;
    test::Script script_{.calls = {}, .vendor = VendorEntry::handled};
    ModelMemory memory_;
};

template <class Rig>
FaultReport boot_and_stop() {
    return every_fault_in<Rig, scenario::BootAndStop>("seeded");
}

auto without_a_fault() { return Contains(Field(&FaultViolation::fault, "no fault")); }

TEST(SeededDefect, NoDefectIsNoViolation) {
    EXPECT_THAT((boot_and_stop<SeededRig<FullBackend, BoardPlatform>>().violations), IsEmpty());
}

/// Releases in unprepare what a failed prepare mapped; unprepare is not called after a failed prepare.
struct LeakyPlatform : BoardPlatform {
    Mapping window{};

    Result<void> prepare(Context& ctx) {
        RPROC_TRY_ASSIGN(window, model.map(*PhysicalRange::make(PhysicalAddress(0x40000000), 16)));
        return BoardPlatform::prepare(ctx);
    }
    void unprepare(Context& /*ctx*/) { window.reset(); }
};

TEST(SeededDefect, LeakedMappingIsFound) {
    const auto report = boot_and_stop<SeededRig<FullBackend, LeakyPlatform>>();
    EXPECT_THAT(report.violations, finds("boot left it offline: 1 mappings"));
    EXPECT_THAT(report.violations, Not(without_a_fault()));
    EXPECT_THAT(report.violations, Contains(Field(&FaultViolation::fault, HasSubstr("platform.prepare"))));
    EXPECT_THAT(to_string(report), HasSubstr("seeded: boot, stop: fault "));
}

/// Refuses a second load until a stop.
struct ForgetfulBackend : FullBackend {
    bool loaded = false;

    Result<void> load(Context& ctx, const Firmware& firmware) {
        if (loaded) return fail(Error::of({.code = ErrorCode::firmware_busy, .message = "loaded already"}, {}, {}));
        loaded = true;
        return FullBackend::load(ctx, firmware);
    }
    Result<void> stop(Context& ctx) {
        loaded = false;
        return FullBackend::stop(ctx);
    }
};

TEST(SeededDefect, FailingNextBootIsFound) {
    const auto report = boot_and_stop<SeededRig<ForgetfulBackend, BoardPlatform>>();
    EXPECT_THAT(report.violations, finds("boot failed, and not by a fault: loaded already"));
    EXPECT_THAT(report.violations, finds("the next boot fails"));
    EXPECT_THAT(report.violations, Not(without_a_fault()));
}

/// The mainline sequence with another rollback after a failure.
template <class Way>
struct OwnRollback {
    static constexpr std::string_view kName = "own-way-back";

    template <class Steps>
    [[nodiscard]] static Result<void> run(Steps& steps) {
        return Mainline::run(steps);
    }
    template <class Steps>
    static void after_failure(Steps& steps, Step /*failed*/) {
        Way::go(steps);
    }
    template <class Steps>
    static void after_stop(Steps& steps) {
        steps.roll_back();
        steps.release();
    }
};

struct ReleasesFirst {
    static void go(auto& steps) {
        steps.release_fw();
        steps.roll_back();
        steps.forget_table();
    }
};

struct NoRollback {
    static void go(auto& steps) { steps.release(); }
};

template <class Way>
using WayRig = SeededRig<FullBackend, BoardPlatform, Faulty<FullBackend, BoardPlatform, OwnRollback<Way>>>;

TEST(SeededDefect, WrongOrderOfTheRollbackIsFound) {
    const auto report = boot_and_stop<WayRig<ReleasesFirst>>();
    EXPECT_THAT(report.violations, finds("boot: release_fw: handle_resources was not rolled back"));
    EXPECT_THAT(report.violations, Not(without_a_fault()));
}

TEST(SeededDefect, MissingRollbackIsFound) {
    const auto report = boot_and_stop<WayRig<NoRollback>>();
    EXPECT_THAT(report.violations, finds("boot: carveouts are left"));
    EXPECT_THAT(report.violations, finds("boot: virtio devices are left"));
    EXPECT_THAT(report.violations, finds("mappings"));
    EXPECT_THAT(report.violations, Not(without_a_fault()));
}

/// Never unprepares its sub-devices.
struct ForgetfulProcessor : Faulty<FullBackend, BoardPlatform> {
    using Base = Faulty<FullBackend, BoardPlatform>;
    using Base::Base;

    Result<void> add_subdevice(Subdevice subdevice) {
        subdevice.unprepare = {};
        return Base::add_subdevice(std::move(subdevice));
    }
};

TEST(SeededDefect, SubdeviceThatIsNotUnpreparedIsFound) {
    const auto report = boot_and_stop<SeededRig<FullBackend, BoardPlatform, ForgetfulProcessor>>();
    EXPECT_THAT(report.violations, finds("shutdown: 2 sub-devices are prepared, and not 0"));
}

/// Maps and never unmaps.
struct LeakyIommu : ModelIommu {
    void unmap(DeviceRange /*da*/) noexcept {}
};

TEST(SeededDefect, LeakedIommuMappingIsFound) {
    const auto report = boot_and_stop<test::FakeRig<test::PlatformBehindIommu<LeakyIommu>, State::offline>>();
    EXPECT_THAT(report.violations, finds("shutdown left it offline: the IOMMU still maps something"));
}

/// Stops the remote processor only after a boot that succeeded.
struct TrustingBackend : test::CoreBackend {
    Result<void> stop(Context& ctx) {
        if (ctx.state() == State::offline) return {};
        return CoreBackend::stop(ctx);
    }
};

TEST(SeededDefect, ProcessorLeftRunningAfterALateStartIsFound) {
    using Rig = test::FakeRig<test::AttachablePlatform, State::offline, TrustingBackend>;
    const auto report = boot_and_stop<Rig>();
    const auto late = AllOf(HasSubstr("platform.around_start"), HasSubstr("done, and reported as failed"));
    EXPECT_THAT(report.violations,
                Contains(AllOf(Field(&FaultViolation::fault, late),
                               Field(&FaultViolation::what, "boot left it offline: the core still runs"))));
    EXPECT_THAT(report.violations, Not(without_a_fault()));
}

/// Changes to an illegal state when its boot fails, and hides the failure of its shutdown.
struct IllegalStateProcessor : Faulty<FullBackend, BoardPlatform> {
    using Base = Faulty<FullBackend, BoardPlatform>;
    using Base::Base;

    Result<void> boot() {
        auto booted = Base::boot();
        if (!booted) observer().on_state(State::offline, State::attached);
        return booted;
    }
    Result<void> shutdown() {
        static_cast<void>(Base::shutdown());
        return {};
    }
};

TEST(SeededDefect, IllegalStateIsFound) {
    const auto report = boot_and_stop<SeededRig<FullBackend, BoardPlatform, IllegalStateProcessor>>();
    EXPECT_THAT(report.violations, finds("boot: the state changes from offline to attached"));
    EXPECT_THAT(report.violations, finds("shutdown left it running, and not offline"));
    EXPECT_THAT(report.violations, Not(without_a_fault()));
}

}  // namespace
}  // namespace rproc::testing
