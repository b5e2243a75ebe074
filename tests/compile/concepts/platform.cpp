// SPDX-License-Identifier: BSD-2-Clause
// Each requirement of the concepts of a platform, and of the parts of Stm32mp15.
#include <chrono>
#include <optional>
#include <string_view>

#include "rproc/core/concepts.hpp"
#include "rproc/core/interrupt_watch.hpp"
#include "rproc/platform/mailbox.hpp"
#include "rproc/platform/registers.hpp"

#include "concepts/cases.hpp"

namespace rproc::test {

struct OwnIommu {
    Result<void> attach();
    void detach();
    Result<void> map(DeviceRange da, PhysicalAddress pa, std::uint32_t flags);
    void unmap(DeviceRange da);
};

struct WholePlatform {
    using Memory = internal::AnyMemory;
    using Iommu = OwnIommu;
    static constexpr bool kAttachOnRecovery = true;

    [[nodiscard]] std::string_view name() const;
    Memory& memory();
    Iommu& iommu();
    Result<void> power_up(Context& ctx);
    Result<void> power_down(Context& ctx);
    Result<void> prepare(Context& ctx);
    void unprepare(Context& ctx);
    template <class F>
    Result<void> around_start(Context& ctx, F start);
    template <class F>
    Result<void> around_stop(Context& ctx, F stop);
    [[nodiscard]] std::optional<DeviceAddress> pa_to_da(PhysicalAddress pa) const;
    [[nodiscard]] std::optional<PhysicalRange> da_to_pa(DeviceRange range) const;
    Result<void> without_table(Context& ctx, Error why);
    [[nodiscard]] KernelProfile kernel_profile() const;
    void advise(Error& error) const;
    Result<void> kick(Context& ctx, std::uint32_t notify_id);
    Result<LoadedTable> attached_table(Context& ctx);
    Result<void> attach(Context& ctx);
    Result<void> detach(Context& ctx);
    Result<Sleep> suspend(Context& ctx);
    Result<void> resume(Context& ctx);
    std::chrono::milliseconds panic(Context& ctx);
    [[nodiscard]] bool auto_boot() const;
    State initial_state();
};

MEETS(Platform, WholePlatform);
NEEDS(Platform, WholePlatform, name)
NEEDS_EXACTLY(Platform, WholePlatform, name, std::string_view name())
NEEDS(Platform, WholePlatform, memory)
NEEDS_EXACTLY(Platform, WholePlatform, memory, Memory memory())
NEEDS_TYPE(Platform, WholePlatform, Memory)

MEETS(CoreControl, WholePlatform);
NEEDS(CoreControl, WholePlatform, power_up)
NEEDS(CoreControl, WholePlatform, power_down)

MEETS(HasPrepare, WholePlatform);
NEEDS(HasPrepare, WholePlatform, prepare)
NEEDS_EXACTLY(HasPrepare, WholePlatform, prepare, void prepare(Context& ctx))
MEETS(HasUnprepare, WholePlatform);
NEEDS(HasUnprepare, WholePlatform, unprepare)
MEETS(WrapsStart, WholePlatform);
NEEDS(WrapsStart, WholePlatform, around_start)
MEETS(WrapsStop, WholePlatform);
NEEDS(WrapsStop, WholePlatform, around_stop)

MEETS(HasPaToDa, WholePlatform);
NEEDS(HasPaToDa, WholePlatform, pa_to_da)
NEEDS_EXACTLY(HasPaToDa, WholePlatform, pa_to_da, std::optional<DeviceAddress> pa_to_da(PhysicalAddress pa))
MEETS(HasDaToPa, WholePlatform);
NEEDS(HasDaToPa, WholePlatform, da_to_pa)
NEEDS_EXACTLY(HasDaToPa, WholePlatform, da_to_pa, std::optional<PhysicalRange> da_to_pa(DeviceRange range))
MEETS(HasWithoutTable, WholePlatform);
NEEDS(HasWithoutTable, WholePlatform, without_table)
MEETS(HasKernelProfile, WholePlatform);
NEEDS(HasKernelProfile, WholePlatform, kernel_profile)
NEEDS_EXACTLY(HasKernelProfile, WholePlatform, kernel_profile, KernelProfile kernel_profile())
MEETS(HasAdvise, WholePlatform);
NEEDS(HasAdvise, WholePlatform, advise)
NEEDS_EXACTLY(HasAdvise, WholePlatform, advise, void advise(Error& error))
MEETS(HasKick, WholePlatform);
NEEDS(HasKick, WholePlatform, kick)

MEETS(HasAttach, WholePlatform);
NEEDS(HasAttach, WholePlatform, attached_table)
NEEDS(HasAttach, WholePlatform, attach)
NEEDS(HasAttach, WholePlatform, detach)
struct RestartsByReset : WholePlatform {
    static constexpr bool kAttachOnRecovery = false;
};
MEETS(AttachesOnRecovery, WholePlatform);
NEEDS(AttachesOnRecovery, WholePlatform, attach)
NEEDS_CONSTANT(AttachesOnRecovery, WholePlatform, kAttachOnRecovery)
static_assert(!AttachesOnRecovery<RestartsByReset>);

MEETS(HasIommu, WholePlatform);
NEEDS(HasIommu, WholePlatform, iommu)
NEEDS_TYPE(HasIommu, WholePlatform, Iommu)
MEETS(HasSuspend, WholePlatform);
NEEDS(HasSuspend, WholePlatform, suspend)
NEEDS(HasSuspend, WholePlatform, resume)
MEETS(HasPanic, WholePlatform);
NEEDS(HasPanic, WholePlatform, panic)
MEETS(HasAutoBoot, WholePlatform);
NEEDS(HasAutoBoot, WholePlatform, auto_boot)
NEEDS_EXACTLY(HasAutoBoot, WholePlatform, auto_boot, bool auto_boot())
MEETS(HasInitialState, WholePlatform);
NEEDS(HasInitialState, WholePlatform, initial_state)

MEETS(InterruptSource, RaisedInterrupt);
NEEDS(InterruptSource, RaisedInterrupt, wait)

using platform::Mailbox;
using platform::ModelMailbox;
using platform::ModelRegisters;
using platform::Registers;

MEETS(Registers, ModelRegisters);
NEEDS(Registers, ModelRegisters, read)
NEEDS(Registers, ModelRegisters, update)
NEEDS(Registers, ModelRegisters, secure_write)
NEEDS(Registers, ModelRegisters, assert_reset)
NEEDS(Registers, ModelRegisters, deassert_reset)
MEETS(Mailbox, ModelMailbox);
NEEDS(Mailbox, ModelMailbox, send)

}  // namespace rproc::test
