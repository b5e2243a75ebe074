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
#include "rproc/core/resource_tables.hpp"
#include "rproc/memory/model_iommu.hpp"
#include "rproc/resource/table_builder.hpp"
#include "rproc/testing/checked_life.hpp"
#include "rproc/testing/faulty_backend.hpp"
#include "rproc/testing/faulty_platform.hpp"

namespace rproc::test {

inline constexpr DeviceAddress kFakeTableAt{0x100};

/// A resource table with an entry of each type that the fakes support.
[[nodiscard]] inline ResourceTableBuilder full_table_builder() {
    return ResourceTableBuilder{}
        .carveout("heap", wire::kAddressAny, 0x1000)
        .trace("log", 0, 16)
        .raw(128, std::vector<std::byte>(4))
        .vdev(7, 1, {{}, {}});
}
[[nodiscard]] inline std::vector<std::byte> full_table() { return full_table_builder().build(); }

/// The same for a remote processor behind an IOMMU: two devmem entries, and a carveout at a fixed da.
[[nodiscard]] inline std::vector<std::byte> mapped_table() {
    return full_table_builder()
        .devmem("uart", 0x40000000, 0x40010000, 0x2000, 3)
        .devmem("timer", 0x40004000, 0x40000000, 0x1000, 3)
        .carveout("pool", 0x80000000, 0x2000)
        .build();
}

/// A backend with every op that records whether the remote processor runs.
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

/// A platform that supports attach, and suspends its remote processor with Linux.
struct AttachablePlatform : WrappingPlatform {
    State initial = State::offline;

    State initial_state() { return initial; }
    Result<LoadedTable> attached_table(Context& ctx) {
        RPROC_TRY(script->call("attached_table"));
        return map_table(ctx, model, *PhysicalRange::make(PhysicalAddress(0x38000100), script->table.size()));
    }
    Result<void> attach(Context& /*ctx*/) { return script->call("attach"); }
    Result<void> detach(Context& /*ctx*/) { return script->call("detach"); }
    Result<Sleep> suspend(Context& /*ctx*/) {
        RPROC_TRY(script->call("suspend"));
        return Sleep::suspended;
    }
    Result<void> resume(Context& /*ctx*/) { return script->call("resume"); }
};

/// The same, with a remote processor that restarts by itself after a crash.
struct SelfRestartingPlatform : AttachablePlatform {
    static constexpr bool kAttachOnRecovery = true;
};

/// The same, behind an IOMMU.
template <IommuDomain I>
struct PlatformBehindIommu : AttachablePlatform {
    using Iommu = I;
    I domain{};

    I& iommu() { return domain; }
};

/// The IOMMU of a platform, or nothing.
template <class P>
struct DomainOf {
    struct Type {};
};
template <HasIommu P>
struct DomainOf<P> {
    using Type = typename P::Iommu;
};

/// Fakes with every op, of a remote processor that is offline initially, or detached.
template <class Platform, State kInitial, class Core = CoreBackend>
class FakeRig {
  public:
    using Processor = RemoteProcessor<testing::FaultyBackend<Core>, testing::FaultyPlatform<Platform>, Mainline,
                                      ObserverRef<testing::LifeWatch>>;

    explicit FakeRig(testing::Faults faults) : faults_(std::move(faults)) {
        script_.table = HasIommu<Platform> ? mapped_table() : full_table();
        script_.loaded_table_at = kFakeTableAt;
        script_.vendor = VendorEntry::handled;
        const auto region = memory_.map(*PhysicalRange::make(PhysicalAddress(0x38000000), 0x1000));
        std::ranges::copy(script_.table, region->bytes().subspan(kFakeTableAt.value()).begin());
    }

    [[nodiscard]] Result<std::unique_ptr<Processor>> make(ObserverRef<testing::LifeWatch> observer) {
        Platform platform;
        platform.script = &script_;
        platform.model = memory_;
        platform.initial = core_ ? State::detached : State::offline;
        if constexpr (HasIommu<Platform>) platform.domain = domain_;
        Core backend;
        backend.script = &script_;
        backend.core = &core_;
        return std::make_unique<Processor>(testing::FaultyBackend(backend, faults_),
                                           testing::FaultyPlatform(platform, faults_), observer);
    }

    [[nodiscard]] static FirmwareSource firmware() { return some_firmware(); }

    [[nodiscard]] std::vector<std::string> violations_in(State state) const {
        std::vector<std::string> wrong;
        const bool off = state == State::offline || state == State::detached || state == State::deleted;
        if (off && memory_.mapped() != 0) wrong.push_back(fmt::format("{} mappings", memory_.mapped()));
        const bool must_run = state == State::running || state == State::attached || state == State::detached;
        if (must_run && !core_ && !stop_failed() && !attach_failed()) wrong.emplace_back("the core is off");
        if (state == State::offline && core_ && !stop_failed()) wrong.emplace_back("the core still runs");
        if constexpr (HasIommu<Platform>) {
            if (off && !domain_.entries().empty()) wrong.emplace_back("the IOMMU still maps something");
            if (off == domain_.attached())
                wrong.emplace_back(off ? "the IOMMU is attached" : "the IOMMU is not attached");
        }
        return wrong;
    }

  private:
    [[nodiscard]] bool stop_failed() const {
        return faults_.injected("backend.stop") + faults_.injected("platform.around_stop") != 0;
    }
    /// A sub-device that refuses an attach stops the remote processor, as in Linux.
    [[nodiscard]] bool attach_failed() const { return faults_.injected("subdevice.start") != 0; }

    testing::Faults faults_;
    Script script_{};
    ModelMemory memory_;
    typename DomainOf<Platform>::Type domain_{};
    bool core_ = kInitial == State::detached;
};

}  // namespace rproc::test
