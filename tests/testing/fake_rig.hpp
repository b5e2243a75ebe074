// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/fakes.hpp"
#include "rproc/core/remote_processor.hpp"
#include "rproc/core/table_mapping.hpp"
#include "rproc/resource/table_builder.hpp"
#include "rproc/testing/checked_life.hpp"
#include "rproc/testing/faulty_backend.hpp"
#include "rproc/testing/faulty_platform.hpp"

namespace rproc::test {

inline constexpr DeviceAddress kFakeTableAt{0x100};

/// A table with an entry of each kind that the fakes can take.
[[nodiscard]] inline std::vector<std::byte> full_table() {
    return ResourceTableBuilder{}
        .carveout("heap", wire::kAddressAny, 0x1000)
        .trace("log", 0, 16)
        .raw(128, std::vector<std::byte>(4))
        .vdev(7, 1, {{}, {}})
        .build();
}

/// A backend with every op that is of one mind with the hardware about whether the core runs.
struct CoreBackend : FullBackend {
    bool* core;

    Result<void> start(Context& ctx) {
        RPROC_TRY(FullBackend::start(ctx));
        *core = true;
        return {};
    }
    Result<void> stop(Context& ctx) {
        RPROC_TRY(FullBackend::stop(ctx));
        *core = false;
        return {};
    }
};

/// A board that can be attached to.
struct AttachablePlatform : WrappingPlatform {
    State initial = State::offline;

    State initial_state() { return initial; }
    Result<LoadedTable> attached_table(Context& ctx) {
        RPROC_TRY(script->call("attached_table"));
        return map_table(ctx, model, *PhysicalRange::make(PhysicalAddress(0x38000100), script->table.size()));
    }
    Result<void> attach(Context& /*ctx*/) { return script->call("attach"); }
    Result<void> detach(Context& /*ctx*/) { return script->call("detach"); }
};

/// The same, with a core that restarts by itself.
struct RejoinedPlatform : AttachablePlatform {
    static constexpr bool kAttachOnRecovery = true;
};

/// Fakes with every op, on a processor that is off at first, or that somebody else has started (detached).
template <class Platform, State kInitial>
class FakeRig {
  public:
    using Processor =
        RemoteProcessor<FaultyBackend<CoreBackend>, FaultyPlatform<Platform>, Mainline, ObserverRef<LifeWatch>>;

    explicit FakeRig(Faults faults) : faults_(std::move(faults)) {
        script_.table = full_table();
        script_.loaded_table_at = kFakeTableAt;
        script_.vendor = VendorEntry::handled;
        const auto region = memory_.map(*PhysicalRange::make(PhysicalAddress(0x38000000), 0x1000));
        std::ranges::copy(script_.table, region->bytes().subspan(kFakeTableAt.value()).begin());
    }

    [[nodiscard]] Result<std::unique_ptr<Processor>> make(ObserverRef<LifeWatch> observer) {
        Platform platform;
        platform.script = &script_;
        platform.model = memory_;
        platform.initial = core_ ? State::detached : State::offline;
        CoreBackend backend;
        backend.script = &script_;
        backend.core = &core_;
        return std::make_unique<Processor>(FaultyBackend(backend, faults_), FaultyPlatform(platform, faults_),
                                           observer);
    }

    [[nodiscard]] static FirmwareSource firmware() { return some_firmware(); }

    [[nodiscard]] std::vector<std::string> wrong_when(State state) const {
        std::vector<std::string> wrong;
        const bool off = state == State::offline || state == State::detached || state == State::deleted;
        if (off && memory_.mapped() != 0) wrong.push_back(fmt::format("{} mappings", memory_.mapped()));
        const bool must_run = state == State::running || state == State::attached || state == State::detached;
        if (must_run && !core_) wrong.emplace_back("the core is off");
        if (state == State::offline && core_ && !stop_failed()) wrong.emplace_back("the core still runs");
        return wrong;
    }

  private:
    [[nodiscard]] bool stop_failed() const {
        return std::ranges::any_of(faults_.tallies(), [](const Faults::Tally& tally) {
            return tally.struck != 0 && (tally.point == "backend.stop" || tally.point == "platform.around_stop");
        });
    }

    Faults faults_;
    Script script_{};
    ModelMemory memory_;
    bool core_ = kInitial == State::detached;
};

}  // namespace rproc::test
