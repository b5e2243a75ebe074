// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "rproc/core/concepts.hpp"
#include "rproc/core/context.hpp"
#include "rproc/core/optional_ops.hpp"
#include "rproc/result.hpp"
#include "rproc/testing/faults.hpp"
#include "rproc/testing/faulty_iommu.hpp"
#include "rproc/testing/faulty_memory.hpp"

namespace rproc::testing {

namespace internal {

/// The memory type of a faulty platform: that of the wrapped platform with faults, or unchanged if it is already a
/// FaultyMemory.
template <class M>
struct MemoryWithFaults {
    using Type = FaultyMemory<MemoryRef<M>>;
};
template <class M>
struct MemoryWithFaults<FaultyMemory<M>> {
    using Type = FaultyMemory<M>;
};

/// The IOMMU type of a faulty platform; empty if the wrapped platform has no IOMMU.
template <class P>
struct IommuWithFaults {
    struct Type {};
};
template <HasIommu P>
struct IommuWithFaults<P> {
    using Type = FaultyIommu<IommuRef<typename P::Iommu>>;
};

}  // namespace internal

/// Wraps a platform, each of whose ops can fail. Its memory is a FaultyMemory, its IOMMU a FaultyIommu. It has exactly
/// the ops of the wrapped platform. `prepare`, `power_down`, `around_start` and `around_stop` can also fail after they
/// took effect. Ops without a Result are forwarded.
template <Platform P>
class FaultyPlatform {
    static_assert(rproc::internal::optional_platform_ops_fit<P>());

  public:
    using Memory = typename internal::MemoryWithFaults<typename P::Memory>::Type;
    using Iommu = typename internal::IommuWithFaults<P>::Type;

    /// @param faults strike at the points platform.prepare, platform.power_up and so on: one for each op.
    FaultyPlatform(P platform, Faults faults) : platform_(std::move(platform)), faults_(std::move(faults)) {}

    /// The wrapped platform.
    [[nodiscard]] P& wrapped() noexcept { return platform_; }

    [[nodiscard]] std::string_view name() const { return platform_.name(); }

    /// The memory of the platform with faults; valid until the next call.
    [[nodiscard]] Memory& memory() {
        if constexpr (std::same_as<Memory, typename P::Memory>) {
            return platform_.memory();
        } else {
            return memory_.emplace(internal::MemoryRef(platform_.memory()), faults_);  // the platform may have moved
        }
    }

    [[nodiscard]] Iommu& iommu() requires HasIommu<P> {
        return iommu_.emplace(internal::IommuRef(platform_.iommu()), faults_);  // likewise
    }

    [[nodiscard]] State initial_state() requires HasInitialState<P> { return platform_.initial_state(); }

    [[nodiscard]] Result<void> prepare(Context& ctx) requires HasPrepare<P> {
        return faults_.call({.name = "platform.prepare", .also = FaultKind::late},
                            [&] { return platform_.prepare(ctx); });
    }
    void unprepare(Context& ctx) requires HasUnprepare<P> { platform_.unprepare(ctx); }

    [[nodiscard]] Result<void> power_up(Context& ctx) requires CoreControl<P> {
        return faults_.call({.name = "platform.power_up"}, [&] { return platform_.power_up(ctx); });
    }
    [[nodiscard]] Result<void> power_down(Context& ctx) requires CoreControl<P> {
        return faults_.call({.name = "platform.power_down", .also = FaultKind::late},
                            [&] { return platform_.power_down(ctx); });
    }

    template <class Start>
    [[nodiscard]] Result<void> around_start(Context& ctx, Start start) requires WrapsStart<P> {
        return faults_.call({.name = "platform.around_start", .also = FaultKind::late},
                            [&] { return platform_.around_start(ctx, std::move(start)); });
    }
    template <class Stop>
    [[nodiscard]] Result<void> around_stop(Context& ctx, Stop stop) requires WrapsStop<P> {
        return faults_.call({.name = "platform.around_stop", .also = FaultKind::late},
                            [&] { return platform_.around_stop(ctx, std::move(stop)); });
    }

    [[nodiscard]] std::optional<DeviceAddress> pa_to_da(PhysicalAddress pa) const requires HasPaToDa<P> {
        return platform_.pa_to_da(pa);
    }

    [[nodiscard]] std::optional<PhysicalRange> da_to_pa(DeviceRange range) const requires HasDaToPa<P> {
        return platform_.da_to_pa(range);
    }
    [[nodiscard]] KernelProfile kernel_profile() const requires HasKernelProfile<P> {
        return platform_.kernel_profile();
    }
    void advise(Error& error) const requires HasAdvise<P> { platform_.advise(error); }

    [[nodiscard]] Result<void> without_table(Context& ctx, Error why) requires HasWithoutTable<P> {
        return faults_.call({.name = "platform.without_table"},
                            [&] { return platform_.without_table(ctx, std::move(why)); });
    }

    [[nodiscard]] Result<void> kick(Context& ctx, std::uint32_t notify_id) requires HasKick<P> {
        return faults_.call({.name = "platform.kick"}, [&] { return platform_.kick(ctx, notify_id); });
    }

    static constexpr bool kAttachOnRecovery = AttachesOnRecovery<P>;

    [[nodiscard]] Result<LoadedTable> attached_table(Context& ctx) requires HasAttach<P> {
        return faults_.call({.name = "platform.attached_table"}, [&] { return platform_.attached_table(ctx); });
    }
    [[nodiscard]] Result<void> attach(Context& ctx) requires HasAttach<P> {
        return faults_.call({.name = "platform.attach"}, [&] { return platform_.attach(ctx); });
    }
    [[nodiscard]] Result<void> detach(Context& ctx) requires HasAttach<P> {
        return faults_.call({.name = "platform.detach"}, [&] { return platform_.detach(ctx); });
    }

    [[nodiscard]] Result<Sleep> suspend(Context& ctx) requires HasSuspend<P> {
        return faults_.call({.name = "platform.suspend"}, [&] { return platform_.suspend(ctx); });
    }
    [[nodiscard]] Result<void> resume(Context& ctx) requires HasSuspend<P> {
        return faults_.call({.name = "platform.resume"}, [&] { return platform_.resume(ctx); });
    }

    [[nodiscard]] std::chrono::milliseconds panic(Context& ctx) requires HasPanic<P> { return platform_.panic(ctx); }
    [[nodiscard]] bool auto_boot() const requires HasAutoBoot<P> { return platform_.auto_boot(); }

  private:
    P platform_;
    Faults faults_;
    std::optional<Memory> memory_{};
    std::optional<Iommu> iommu_{};
};

}  // namespace rproc::testing
