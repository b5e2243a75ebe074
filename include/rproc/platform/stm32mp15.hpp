// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "rproc/core/concepts.hpp"
#include "rproc/core/context.hpp"
#include "rproc/core/resource_tables.hpp"
#include "rproc/memory/model_memory.hpp"
#include "rproc/platform/mailbox.hpp"
#include "rproc/platform/registers.hpp"
#include "rproc/platform/stm32mp15_config.hpp"
#include "rproc/result.hpp"

namespace rproc::platform {

/// The Cortex-M4 of an STM32MP15, as Linux's driver stm32_rproc treats it: carveouts from `memory-region`, addresses by
/// `dma-ranges`, and the core by its hold-boot bit, its reset, the deep-sleep bit and the state register.
///
/// A core that a TEE owns (`config().tee`) is for `tee::Backend`: no register of it is touched here, and carveouts,
/// addresses, mailboxes and the request to shut down are as they are without a TEE.
///
/// Three policies reach the outside: `R` the control registers, `M` the memory, `X` the mailbox. The type names all
/// three, so that a model can not be taken for a board. Used by one RemoteProcessor at a time, under its lock.
template <Registers R, MemoryProvider M, Mailbox X>
class Stm32mp15 {
  public:
    using Memory = M;

    explicit Stm32mp15(Stm32mp15Config config, R registers = {}, M memory = {}, X mailbox = {})
        : config_(std::move(config)),
          registers_(std::move(registers)),
          memory_(std::move(memory)),
          mailbox_(std::move(mailbox)) {}

    [[nodiscard]] std::string_view name() const noexcept { return config_.name; }
    [[nodiscard]] Memory& memory() noexcept { return memory_; }
    [[nodiscard]] R& registers() noexcept { return registers_; }
    [[nodiscard]] X& mailbox() noexcept { return mailbox_; }
    [[nodiscard]] const Stm32mp15Config& config() const noexcept { return config_; }

    /// detached when the bootloader has started the core (state register 2), else offline. Always offline with a TEE,
    /// which Linux cannot attach to.
    [[nodiscard]] State initial_state() {
        if (config_.tee || !config_.m4_state) return State::offline;
        const auto value = registers_.read(*config_.m4_state);
        return value && *value == kStateRunning ? State::detached : State::offline;
    }

    /// Registers a carveout for each memory-region. `vdev0buffer` is reserved for virtio buffers and never mapped.
    /// @returns nothing, or
    ///   dt_property_malformed: a region is not a usable reserved-memory node;
    ///   memory_region_untranslatable: a region begins outside `dma-ranges`, or runs past the end of its window where
    ///     the driver looks at that;
    ///   an error of CarveoutRegistry::add.
    [[nodiscard]] Result<void> prepare(Context& ctx) {
        for (const Stm32mp15Config::Region& region : config_.regions) RPROC_TRY(add_region(ctx, region));
        return {};
    }

    [[nodiscard]] std::optional<DeviceAddress> pa_to_da(PhysicalAddress pa) const noexcept {
        return config_.dma_ranges.to_device(pa);
    }

    /// The processor boots without a resource table (stm32_rproc_parse_fw): a notice, and the driver's line.
    [[nodiscard]] Result<void> without_table(Context& ctx, Error why) {
        ctx.notice(Severity::warning, std::move(why));
        ctx.log(LogLevel::warning, LogSource::remoteproc, "no resource table found for this firmware");
        return {};
    }

    /// Sets the hint of devmem_without_iommu; leaves every other error as it is.
    void advise(Error& error) const {
        if (error.code() == ErrorCode::devmem_without_iommu)
            error.set_hint("remove the entry: a Cortex-M4 on STM32MP15 reaches peripherals without it");
    }

    /// Leaves deep sleep, and lets the core out of hold-boot. Hold-boot is set again at once: it keeps a core that
    /// crashes from booting by itself; where that fails, the core is reset (Linux lets it run).
    /// @returns nothing, or
    ///   tee_owns_core: a TEE owns the core; nothing was written;
    ///   or register_failed.
    [[nodiscard]] Result<void> power_up(Context& /*ctx*/) {
        if (config_.tee) return fail(owned_by_tee());
        if (config_.pdds) RPROC_TRY(said(registers_.update(*config_.pdds, 0), "failed to clear pdds"));
        auto started = set_hold_boot(HoldBoot::release);
        if (started) started = set_hold_boot(HoldBoot::hold);
        // The boot has failed, and the core runs already, or may: also a write that was reported as failed can be done.
        if (!started) static_cast<void>(registers_.assert_reset(config_.reset));
        return started;
    }

    /// Holds the core, resets it, allows deep sleep, and notes that it is off. Errors as `power_up`.
    [[nodiscard]] Result<void> power_down(Context& /*ctx*/) {
        if (config_.tee) return fail(owned_by_tee());
        RPROC_TRY(set_hold_boot(HoldBoot::hold));
        RPROC_TRY(said(registers_.assert_reset(config_.reset), "failed to assert the reset"));
        if (config_.pdds) RPROC_TRY(said(registers_.update(*config_.pdds, config_.pdds->mask), "failed to set pdds"));
        if (config_.m4_state)
            RPROC_TRY(said(registers_.update(*config_.m4_state, kStateOff), "failed to set copro state"));
        return {};
    }

    /// Asks a running firmware to shut down before the backend stops it, and waits up to 500 ms for it to say that it
    /// has. One that does not answer is stopped all the same, with a warning.
    template <class Stop>
    [[nodiscard]] Result<void> around_stop(Context& ctx, Stop stop) {
        const bool listens = ctx.state() != State::offline && ctx.state() != State::crashed;
        if (listens && config_.has_mailbox(kShutdown) && !mailbox_.send(kShutdown, shutdown_text(), kShutdownWait)) {
            ctx.log(LogLevel::warning, LogSource::remoteproc, "warning: remote FW shutdown without ack");
        }
        return stop();
    }

    /// Signals vring 0 or 1 through its mailbox; does nothing where the board has none.
    /// @returns nothing, or mailbox_failed.
    [[nodiscard]] Result<void> kick(Context& ctx, std::uint32_t notify_id) {
        if (notify_id >= kVringChannels.size()) return {};
        const std::string_view channel = kVringChannels[notify_id];
        if (!config_.has_mailbox(channel)) return {};
        auto sent = mailbox_.send(channel, "kick", std::chrono::milliseconds(0));
        if (!sent) {
            ctx.log(LogLevel::error, LogSource::remoteproc, "{0}_kick: failed ({1}, err:{2})",
                    {driver_name(), channel, sent.error().kernel_result()});
        }
        return sent;
    }

    /// The table that a bootloader left, 1 KiB at the address in its register (RSC_TBL_SIZE in stm32_rproc.c).
    /// @returns the table, or
    ///   attached_table_missing: the node names no such register, or it holds 0;
    ///   address_unmapped: its address is one that the processor does not see;
    ///   or register_failed, or an error of the memory.
    [[nodiscard]] Result<LoadedTable> attached_table(Context& ctx) {
        RPROC_TRY_ASSIGN(const DeviceAddress da, table_address(ctx));
        const auto range = DeviceRange::make(da, kAttachedTableSize);
        const auto pa = range ? config_.dma_ranges.to_physical(*range) : std::nullopt;
        if (pa) return map_table(ctx, memory_, *pa);
        ctx.log(LogLevel::error, LogSource::driver, "can't translate da {0:x}", {da.value()});
        return fail(kTableUnseen, place::TableAtDevice{da.value()});
    }

    /// Holds the core in reset should it crash.
    [[nodiscard]] Result<void> attach(Context& /*ctx*/) { return set_hold_boot(HoldBoot::hold); }

    /// Tells the firmware that Linux leaves, waits up to 200 ms for it to take notice, and lets the core boot by itself
    /// again.
    [[nodiscard]] Result<void> detach(Context& ctx) {
        if (config_.has_mailbox(kDetach) && !mailbox_.send(kDetach, "stop", kDetachWait))
            ctx.log(LogLevel::warning, LogSource::remoteproc, "warning: remote FW detach without ack");
        return set_hold_boot(HoldBoot::release);
    }

    /// The core runs on while Linux sleeps; its watchdog wakes Linux up when the node is a `wakeup-source`
    /// (stm32_rproc_suspend).
    [[nodiscard]] Result<Sleep> suspend(Context& /*ctx*/) {
        wakes_linux_ = config_.wakeup_source && !config_.watchdog.empty();
        return Sleep::runs_on;
    }
    [[nodiscard]] Result<void> resume(Context& /*ctx*/) {
        wakes_linux_ = false;
        return {};
    }
    /// Whether a crash of the core would wake Linux up now.
    [[nodiscard]] bool wakes_linux() const noexcept { return wakes_linux_; }

    /// `st,auto-boot`
    [[nodiscard]] bool auto_boot() const noexcept { return config_.auto_boot; }

  private:
    enum class HoldBoot : std::uint32_t { hold = 0, release = 1 };  // the bit's values
    static constexpr std::uint32_t kStateOff = 0;
    static constexpr std::uint32_t kStateRunning = 2;
    static constexpr std::string_view kShutdown = "shutdown";
    static constexpr std::string_view kDetach = "detach";
    static constexpr std::array<std::string_view, 2> kVringChannels{"vq0", "vq1"};
    static constexpr std::chrono::milliseconds kShutdownWait{500};
    static constexpr std::chrono::milliseconds kDetachWait{200};
    static constexpr std::uint64_t kAttachedTableSize = 1024;

    static constexpr ErrorText kTableUnseen{
        .code = ErrorCode::address_unmapped,
        .message = "the processor does not see 1 KiB there",
        .hint = "the bootloader wrote a wrong address, or dma-ranges has no window for it"};
    static constexpr ErrorText kOutsideDmaRanges{
        .code = ErrorCode::memory_region_untranslatable,
        .message = "memory-region \"{0}\" at {1:#x} begins outside the dma-ranges of the M4's bus",
        .hint = "move the region, or add a window to dma-ranges of the parent node"};
    static constexpr ErrorText kPastWindow{
        .code = ErrorCode::memory_region_untranslatable,
        .message = "memory-region \"{0}\" ({1:#x}+{2:#x}) runs past the end of the window that it begins in",
        .hint = "shorten the region: the driver knows RETRAM as 0x38000000+0x10000"};

    /// The processor's node as the place of an error.
    [[nodiscard]] Place node() const { return place::Node{config_.node_path}; }

    [[nodiscard]] Result<DeviceAddress> table_address(Context& ctx) {
        if (config_.resource_table) {
            auto value = registers_.read(*config_.resource_table);
            if (!value) ctx.log(LogLevel::error, LogSource::driver, "failed to read rsc tbl addr");
            if (!value) return fail(std::move(value).error());
            if (*value != 0) return DeviceAddress(*value);
        }
        return fail(ErrorCode::attached_table_missing, node());
    }

    [[nodiscard]] Result<void> add_region(Context& ctx, const Stm32mp15Config::Region& region) {
        if (is_refused(region)) return fail(no_region(ctx, region));
        const PhysicalAddress pa = region.memory->start();
        const auto da = config_.dma_ranges.to_device(pa);
        if (!da) {
            ctx.log(LogLevel::error, LogSource::driver, "memory region not valid {0:#010x}", {pa.value()});
            return fail(kOutsideDmaRanges, node(), region.name, pa.value());
        }
        const std::uint64_t size = region.memory->size();
        if (config_.overruns_window(*region.memory)) return fail(window_too_small(ctx, region.name, *region.memory));
        Carveout carveout = region.name == kBufferRegion ? Carveout::pool(region.name, pa, size)
                                                         : Carveout::region(region.name, *da, pa, size);
        carveout.mappable = region.fault != RegionFault::linux_ram;
        carveout.dma_pool = region.dma_pool;
        carveout.node = region.node;
        RPROC_TRY(ctx.carveouts().add(std::move(carveout)));
        return {};
    }

    [[nodiscard]] Error no_region(Context& ctx, const Stm32mp15Config::Region& region) const {
        if (region.fault == RegionFault::dynamic) {
            ctx.log(LogLevel::error, LogSource::driver, "memory region not valid (the address that Linux chose)");
        } else if (region.fault != RegionFault::dangling) {
            ctx.log(LogLevel::error, LogSource::driver, "unable to acquire memory-region");
        }
        return region_error(region, config_.node_path);
    }

    [[nodiscard]] Error window_too_small(Context& ctx, std::string_view name, PhysicalRange region) const {
        const std::uint64_t first = region.start().value();
        ctx.log(LogLevel::error, LogSource::driver, "range too small for {0:#010x}+{1:#x}", {first, region.size()});
        ctx.log(LogLevel::error, LogSource::driver, "memory region not valid [mem {0:#010x}-{1:#010x}]",
                {first, region.end().value() - 1});
        return Error(kPastWindow, node(), name, first, region.size());
    }

    [[nodiscard]] bool is_tee_driver() const noexcept {
        return config_.driver == Stm32mp15Config::Driver::stm32_rproc_tee;
    }
    /// What the firmware gets on the mailbox `shutdown`; the driver of v21 sends "detach" there.
    [[nodiscard]] std::string_view shutdown_text() const noexcept { return is_tee_driver() ? "detach" : "stop"; }
    [[nodiscard]] std::string_view driver_name() const noexcept {
        return is_tee_driver() ? "stm32_rproc_tee" : "stm32_rproc";
    }

    [[nodiscard]] Error owned_by_tee() const { return Error(ErrorCode::tee_owns_core, node()); }

    [[nodiscard]] Result<void> set_hold_boot(HoldBoot value) {
        return said(write_hold_boot(value), "failed to set hold boot");
    }

    [[nodiscard]] Result<void> write_hold_boot(HoldBoot value) {
        if (const auto* line = std::get_if<ResetLine>(&config_.hold_boot)) {
            return value == HoldBoot::hold ? registers_.assert_reset(*line) : registers_.deassert_reset(*line);
        }
        const auto& field = std::get<SysconField>(config_.hold_boot);
        const auto bit = static_cast<std::uint32_t>(value);
        RPROC_TRY_ASSIGN(const bool secured, is_secured());
        return secured ? registers_.secure_write(field, bit) : registers_.update(field, bit);
    }

    /// Whether the secure world owns the register of hold-boot.
    [[nodiscard]] Result<bool> is_secured() {
        if (!config_.trust_zone) return false;
        RPROC_TRY_ASSIGN(const std::uint32_t value, registers_.read(*config_.trust_zone));
        return (value & config_.trust_zone->mask) != 0;
    }

    /// Gives a register's error the line that the driver prints for it.
    [[nodiscard]] static Result<void> said(Result<void> written, std::string_view line) {
        if (!written) written.error().set_kernel_line(line);
        return written;
    }

    Stm32mp15Config config_;
    R registers_;
    M memory_;
    X mailbox_;
    bool wakes_linux_ = false;
};

/// All three are models in this process: for tests, for `rproc check`, and to try a firmware without a board.
using ModelStm32mp15 = Stm32mp15<ModelRegisters, ModelMemory, ModelMailbox>;

static_assert(Platform<ModelStm32mp15> && CoreControl<ModelStm32mp15> && HasPrepare<ModelStm32mp15> &&
              HasPaToDa<ModelStm32mp15> && WrapsStop<ModelStm32mp15> && HasKick<ModelStm32mp15> &&
              HasInitialState<ModelStm32mp15> && HasAttach<ModelStm32mp15> && HasSuspend<ModelStm32mp15> &&
              HasAutoBoot<ModelStm32mp15> && HasWithoutTable<ModelStm32mp15> && HasAdvise<ModelStm32mp15>);

}  // namespace rproc::platform
