// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <concepts>

#include "rproc/core/boot_sequence.hpp"
#include "rproc/core/concepts.hpp"

/// What is said of a policy whose member has the name of an optional op and not its signature. Such a member would
/// never be called, as the processor skips an op that a policy lacks.
///
/// Found are public members of any kind. Of an overloaded op or an op that is a template, only one that takes the right
/// arguments and returns something else is found. A member whose `requires` is not met, as those of a wrapper, is no
/// member. Each sentence has a case in tests/compile/negative/optional_ops.cpp.
namespace rproc::internal {

/// Whether `type` has a public member `op` that is neither overloaded nor a template.
#define RPROC_HAS_MEMBER(type, op) (requires { &type::op; })

template <class B>
concept CallsLoadedTable = RPROC_HAS_MEMBER(B, loaded_table) || requires(B& b, Context& ctx, AnyMemory& memory) {
    b.loaded_table(ctx, memory);
};
template <class P>
concept CallsAroundStart = RPROC_HAS_MEMBER(P, around_start) || requires(P& p, Context& ctx, BackendOp start) {
    p.around_start(ctx, start);
};
template <class P>
concept CallsAroundStop = RPROC_HAS_MEMBER(P, around_stop) || requires(P& p, Context& ctx, BackendOp stop) {
    p.around_stop(ctx, stop);
};
template <class S>
concept CallsPrepareRestart = RPROC_HAS_MEMBER(S, prepare_restart) || requires(AnySteps& steps) {
    S::prepare_restart(steps);
};
template <class S>
concept CallsAfterFailure = RPROC_HAS_MEMBER(S, after_failure) || requires(AnySteps& steps, Step failed) {
    S::after_failure(steps, failed);
};
template <class S>
concept CallsAfterStop = RPROC_HAS_MEMBER(S, after_stop) || requires(AnySteps& steps) {
    S::after_stop(steps);
};

template <class P>
concept HasBoolAttachOnRecovery = requires {
    requires std::same_as<decltype(P::kAttachOnRecovery), const bool>;
};

template <class P>
concept RestartsByItself = HasBoolAttachOnRecovery<P> && P::kAttachOnRecovery;

/// True; fails to compile with the op of the backend that has another signature.
template <class B>
[[nodiscard]] consteval bool optional_backend_ops_fit() {
    static_assert(HasParse<B> || !RPROC_HAS_MEMBER(B, parse),
                  "rproc: the backend's `parse` is not called; the op is `Result<Image> parse(Context&, const "
                  "Firmware&)`");
    static_assert(HasBootAddress<B> || !RPROC_HAS_MEMBER(B, boot_address),
                  "rproc: the backend's `boot_address` is not called; the op is `DeviceAddress boot_address(Context&, "
                  "const Image&)`");
    static_assert(HasFindLoadedRscTable<B> || !RPROC_HAS_MEMBER(B, find_loaded_rsc_table),
                  "rproc: the backend's `find_loaded_rsc_table` is not called; the op is `std::span<std::byte> "
                  "find_loaded_rsc_table(Context&, const Image&)`");
    static_assert(HasLoadedTable<B> || !CallsLoadedTable<B>,
                  "rproc: the backend's `loaded_table` is not called; the op is `Result<LoadedTable> loaded_table("
                  "Context&, MemoryProvider auto&)`");
    static_assert(HasReleaseFw<B> || !RPROC_HAS_MEMBER(B, release_fw),
                  "rproc: the backend's `release_fw` is not called; the op is `void release_fw(Context&)`");
    static_assert(
        HasHandleRsc<B> || !RPROC_HAS_MEMBER(B, handle_rsc),
        "rproc: the backend's `handle_rsc` is not called; the op is `Result<VendorEntry> handle_rsc(Context&, "
        "const ResourceEntry&)`");
    return true;
}

/// True; fails to compile with the op of the platform that has another signature.
template <class P>
[[nodiscard]] consteval bool optional_platform_ops_fit() {
    static_assert(HasPrepare<P> || !RPROC_HAS_MEMBER(P, prepare),
                  "rproc: the platform's `prepare` is not called; the op is `Result<void> prepare(Context&)`");
    static_assert(HasUnprepare<P> || !RPROC_HAS_MEMBER(P, unprepare),
                  "rproc: the platform's `unprepare` is not called; the op is `void unprepare(Context&)`");
    static_assert(WrapsStart<P> || !CallsAroundStart<P>,
                  "rproc: the platform's `around_start` is not called; the op is `Result<void> around_start(Context&, "
                  "auto start)`");
    static_assert(WrapsStop<P> || !CallsAroundStop<P>,
                  "rproc: the platform's `around_stop` is not called; the op is `Result<void> around_stop(Context&, "
                  "auto stop)`");
    static_assert(HasPaToDa<P> || !RPROC_HAS_MEMBER(P, pa_to_da),
                  "rproc: the platform's `pa_to_da` is not called; the op is `std::optional<DeviceAddress> pa_to_da("
                  "PhysicalAddress) const`");
    static_assert(HasDaToPa<P> || !RPROC_HAS_MEMBER(P, da_to_pa),
                  "rproc: the platform's `da_to_pa` is not called; the op is `std::optional<PhysicalRange> da_to_pa("
                  "DeviceRange) const`");
    static_assert(
        HasWithoutTable<P> || !RPROC_HAS_MEMBER(P, without_table),
        "rproc: the platform's `without_table` is not called; the op is `Result<void> without_table(Context&, "
        "Error)`");
    static_assert(HasKernelProfile<P> || !RPROC_HAS_MEMBER(P, kernel_profile),
                  "rproc: the platform's `kernel_profile` is not called; the op is `KernelProfile kernel_profile() "
                  "const`");
    static_assert(HasAdvise<P> || !RPROC_HAS_MEMBER(P, advise),
                  "rproc: the platform's `advise` is not called; the op is `void advise(Error&) const`");
    static_assert(HasKick<P> || !RPROC_HAS_MEMBER(P, kick),
                  "rproc: the platform's `kick` is not called; the op is `Result<void> kick(Context&, std::uint32_t "
                  "notify_id)`");
    static_assert(HasInitialState<P> || !RPROC_HAS_MEMBER(P, initial_state),
                  "rproc: the platform's `initial_state` is not called; the op is `State initial_state()`");
    static_assert(HasAttach<P> || !(RPROC_HAS_MEMBER(P, attach) || RPROC_HAS_MEMBER(P, attached_table) ||
                                    RPROC_HAS_MEMBER(P, detach) || RestartsByItself<P>),
                  "rproc: the platform does not attach; that takes the ops `Result<LoadedTable> attached_table("
                  "Context&)`, `Result<void> attach(Context&)` and `Result<void> detach(Context&)` together");
    static_assert(!RPROC_HAS_MEMBER(P, kAttachOnRecovery) || HasBoolAttachOnRecovery<P>,
                  "rproc: the platform's `kAttachOnRecovery` is no `static constexpr bool`");
    static_assert(HasIommu<P> || !RPROC_HAS_MEMBER(P, iommu),
                  "rproc: the platform's `iommu` is not called; the op is `Iommu& iommu()` with a type `Iommu` that "
                  "meets the concept IommuDomain");
    static_assert(HasSuspend<P> || !(RPROC_HAS_MEMBER(P, suspend) || RPROC_HAS_MEMBER(P, resume)),
                  "rproc: the platform's `suspend` and `resume` are not called; the ops are `Result<Sleep> suspend("
                  "Context&)` and `Result<void> resume(Context&)` together");
    static_assert(HasPanic<P> || !RPROC_HAS_MEMBER(P, panic),
                  "rproc: the platform's `panic` is not called; the op is `std::chrono::milliseconds panic(Context&)`");
    static_assert(HasAutoBoot<P> || !RPROC_HAS_MEMBER(P, auto_boot),
                  "rproc: the platform's `auto_boot` is not called; the op is `bool auto_boot() const`");
    return true;
}

/// True; fails to compile with the member of the sequence that has another signature.
template <class S>
[[nodiscard]] consteval bool optional_sequence_members_fit() {
    static_assert(PreparesRestart<S> || !CallsPrepareRestart<S>,
                  "rproc: the sequence's `prepare_restart` is not called; it is `static void prepare_restart(auto& "
                  "steps)`");
    static_assert(OrdersRollback<S> || !(CallsAfterFailure<S> || CallsAfterStop<S>),
                  "rproc: the sequence's `after_failure` and `after_stop` are not called; they are `static void "
                  "after_failure(auto& steps, Step failed)` and `static void after_stop(auto& steps)` together");
    return true;
}

#undef RPROC_HAS_MEMBER

}  // namespace rproc::internal
