// SPDX-License-Identifier: BSD-2-Clause
// expect-error: the backend's .parse. is not called
// expect-error: the backend's .boot_address. is not called; the op is .DeviceAddress boot_address\(
// expect-error: the backend's .find_loaded_rsc_table. is not called
// expect-error: the backend's .loaded_table. is not called
// expect-error: the backend's .release_fw. is not called
// expect-error: the backend's .handle_rsc. is not called
// expect-error: the platform's .prepare. is not called; the op is .Result<void> prepare\(Context&\)
// expect-error: the platform's .unprepare. is not called
// expect-error: the platform's .around_start. is not called
// expect-error: the platform's .around_stop. is not called
// expect-error: the platform's .pa_to_da. is not called; .*pa_to_da\(PhysicalAddress\) const
// expect-error: the platform's .da_to_pa. is not called; .*da_to_pa\(DeviceRange\) const
// expect-error: the platform's .without_table. is not called
// expect-error: the platform's .kernel_profile. is not called
// expect-error: the platform's .advise. is not called
// expect-error: the platform's .kick. is not called
// expect-error: the platform's .initial_state. is not called
// expect-error: the platform does not attach; that takes the ops .Result<LoadedTable> attached_table\(
// expect-error: the platform's .kAttachOnRecovery. is no .static constexpr bool
// expect-error: the platform's .iommu. is not called
// expect-error: the platform's .suspend. and .resume. are not called
// expect-error: the platform's .panic. is not called
// expect-error: the platform's .auto_boot. is not called
// expect-error: the sequence's .prepare_restart. is not called
// expect-error: the sequence's .after_failure. and .after_stop. are not called
// expect-error-count: 30
//
// An optional op with the right name and another signature does not compile: each is used below, and each is one error.
#include <vector>

#include "rproc/core/remote_processor.hpp"
#include "rproc/memory/model_memory.hpp"

using rproc::Context;
using rproc::DeviceAddress;
using rproc::Firmware;
using rproc::PhysicalRange;
using rproc::Result;

struct OwnBackend {
    Result<std::vector<std::byte>> parse_fw(Context& ctx, const Firmware& firmware);
    Result<void> load(Context& ctx, const Firmware& firmware);
    Result<void> start(Context& ctx);
    Result<void> stop(Context& ctx);
};

struct OwnPlatform {
    using Memory = rproc::ModelMemory;

    [[nodiscard]] std::string_view name() const;
    Memory& memory();
};

template <class B, class P, class S = rproc::Mainline>
inline constexpr std::size_t kSize = sizeof(rproc::RemoteProcessor<B, P, S>);

/// With ops of the right signatures, and one whose name is no op's.
struct WholePlatform : OwnPlatform {
    Result<void> prepare(Context& ctx);
    [[nodiscard]] std::optional<DeviceAddress> pa_to_da(rproc::PhysicalAddress pa) const;
    void power_off();
};
/// A wrapper has an op only where the wrapped platform has it.
template <class P>
struct Wrapper : OwnPlatform {
    Result<void> prepare(Context& ctx) requires rproc::HasPrepare<P>;
    void unprepare(Context& ctx) requires rproc::HasUnprepare<P>;
};

static_assert(kSize<OwnBackend, OwnPlatform> != 0 && kSize<OwnBackend, WholePlatform> != 0);
static_assert(kSize<OwnBackend, Wrapper<OwnPlatform>> != 0 && kSize<OwnBackend, Wrapper<WholePlatform>> != 0);

#ifdef RPROC_NEGATIVE

// A policy with a member `op` besides the ops that it needs.
#define WITH(policy, op, ...)       \
    struct policy##_##op : policy { \
        __VA_ARGS__;                \
    };
#define BACKEND_WITH(op, ...)         \
    WITH(OwnBackend, op, __VA_ARGS__) \
    static_assert(kSize<OwnBackend_##op, OwnPlatform> != 0);
#define PLATFORM_WITH(op, ...)         \
    WITH(OwnPlatform, op, __VA_ARGS__) \
    static_assert(kSize<OwnBackend, OwnPlatform_##op> != 0);
#define SEQUENCE_WITH(op, ...)               \
    struct Sequence_##op : rproc::Mainline { \
        __VA_ARGS__;                         \
    };                                       \
    static_assert(kSize<OwnBackend, OwnPlatform, Sequence_##op> != 0);

BACKEND_WITH(parse, Result<void> parse(Context& ctx, const Firmware& firmware))
BACKEND_WITH(boot_address, Result<DeviceAddress> boot_address(Context& ctx, const Firmware& firmware))
BACKEND_WITH(find_loaded_rsc_table, std::span<std::byte> find_loaded_rsc_table(Context& ctx))
BACKEND_WITH(loaded_table, template <class M> std::span<std::byte> loaded_table(Context& ctx, M& memory))
BACKEND_WITH(release_fw, Result<void> release_fw(Context& ctx))
BACKEND_WITH(handle_rsc, bool handle_rsc(Context& ctx, const rproc::ResourceEntry& entry))

PLATFORM_WITH(prepare, void prepare(Context& ctx))
PLATFORM_WITH(unprepare, Result<void> unprepare(Context& ctx))
PLATFORM_WITH(around_start, template <class F> void around_start(Context& ctx, F start))
PLATFORM_WITH(around_stop, void around_stop(Context& ctx))
PLATFORM_WITH(pa_to_da, std::optional<DeviceAddress> pa_to_da(PhysicalRange range) const)
PLATFORM_WITH(da_to_pa, std::optional<PhysicalRange> da_to_pa(rproc::DeviceRange range))  // not const
PLATFORM_WITH(without_table, Result<void> without_table(Context& ctx))
PLATFORM_WITH(kernel_profile, rproc::KernelProfile kernel_profile())
PLATFORM_WITH(advise, void advise(rproc::Error& error))
PLATFORM_WITH(kick, void kick(Context& ctx, std::uint32_t notify_id))
PLATFORM_WITH(initial_state, bool initial_state())
PLATFORM_WITH(attach, Result<void> attach(Context& ctx))  // alone
PLATFORM_WITH(detach, Result<void> detach(Context& ctx))
PLATFORM_WITH(attached_table, Result<rproc::LoadedTable> attached_table(Context& ctx))
PLATFORM_WITH(kAttachOnRecovery, static constexpr bool kAttachOnRecovery = true)
PLATFORM_WITH(attaching, Result<rproc::LoadedTable> attached_table(Context& ctx); Result<void> attach(Context & ctx);
              Result<void> detach(Context & ctx); static constexpr int kAttachOnRecovery = 1)
PLATFORM_WITH(iommu, int& iommu())
PLATFORM_WITH(suspend, Result<rproc::Sleep> suspend(Context& ctx))  // alone
PLATFORM_WITH(resume, Result<void> resume(Context& ctx))
PLATFORM_WITH(panic, void panic(Context& ctx))
PLATFORM_WITH(auto_boot, bool auto_boot = true)

SEQUENCE_WITH(prepare_restart, template <class S> static Result<void> prepare_restart(S& steps))
SEQUENCE_WITH(after_failure, template <class S> static Result<void> after_failure(S& steps, rproc::Step failed))
SEQUENCE_WITH(after_stop, template <class S> static void after_stop(S& steps))  // alone

#endif
