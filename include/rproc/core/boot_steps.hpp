// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "rproc/core/carveout_allocation.hpp"
#include "rproc/core/concepts.hpp"
#include "rproc/core/context.hpp"
#include "rproc/core/core_ops.hpp"
#include "rproc/core/resource_tables.hpp"
#include "rproc/core/resources.hpp"
#include "rproc/core/step_reporter.hpp"
#include "rproc/core/subdevices.hpp"
#include "rproc/core/table_handling.hpp"
#include "rproc/core/virtio.hpp"
#include "rproc/firmware/firmware.hpp"
#include "rproc/observer.hpp"
#include "rproc/result.hpp"
#include "rproc/step.hpp"

namespace rproc {

/// The steps from which a boot sequence is composed, and the way back from each.
///
/// Every step reports itself to the observer, and remembers what it did; `take_back` and `give_up`, in this order, take
/// back all that was done, and leave no mapping, carveout, resource, firmware or table behind. Owned by one
/// RemoteProcessor, which holds its lock around every call.
template <class B, class P, class O>
requires Composable<B, P> && Observer<O>
class BootSteps {
  public:
    BootSteps(Context& ctx, B& backend, P& platform, O& observer) noexcept
        : ctx_(ctx), backend_(backend), platform_(platform), observer_(observer), reporter_(ctx, observer) {}

    BootSteps(const BootSteps&) = delete;
    BootSteps& operator=(const BootSteps&) = delete;

    /// Names the image that the following steps work on; it must stay valid until the last of them.
    void use(const Firmware& firmware) noexcept { firmware_ = &firmware; }

    // The steps. Each returns the policy's error, completed with the step.

    [[nodiscard]] Result<void> sanity_check() {
        if constexpr (HasSanityCheck<B>) {
            RPROC_TRY(reporter_.run(Step::sanity_check, [&] { return backend_.sanity_check(ctx_, *firmware_); }));
        }
        reporter_.say(LogLevel::info, booting_line(*firmware_));
        return {};
    }

    /// Where the processor has an IOMMU, its domain comes first.
    [[nodiscard]] Result<void> prepare() {
        RPROC_TRY(enable_iommu());
        if constexpr (HasPrepare<P>) {
            auto prepared = reporter_.run(Step::prepare, [&] { return platform_.prepare(ctx_); });
            if (!prepared) forget_prepared();
            RPROC_TRY(std::move(prepared));
        }
        done_.push_back(Step::prepare);
        return {};
    }

    [[nodiscard]] Result<void> boot_address() {
        if constexpr (HasBootAddress<B>) {
            return reporter_.run(Step::boot_address, [&]() -> Result<void> {
                boot_address_ = backend_.boot_address(ctx_, *firmware_);
                return {};
            });
        }
        return {};
    }

    [[nodiscard]] Result<void> parse_fw() {
        return reporter_.run(Step::parse_fw, [&]() -> Result<void> {
            if constexpr (ParsesMemory<B>) {
                RPROC_TRY_ASSIGN(auto table, backend_.parse_fw(ctx_, *firmware_, platform_.memory()));
                tables_.take_cached(std::move(table));
            } else {
                RPROC_TRY_ASSIGN(auto table, backend_.parse_fw(ctx_, *firmware_));
                tables_.take_cached(std::move(table));
            }
            return {};
        });
    }

    /// Takes the table in the processor's memory as the one in use, without a copy. For sequences that load first.
    [[nodiscard]] Result<void> loaded_table() requires HasLoadedTable<B> {
        return run_undoable(Step::loaded_table, [&]() -> Result<void> {
            RPROC_TRY_ASSIGN(auto table, backend_.loaded_table(ctx_, platform_.memory()));
            tables_.take_loaded(std::move(table));
            return {};
        });
    }

    /// Keeps a copy of the table in use, for `install_table` after the memory was loaded again.
    void save_table() { tables_.save(); }

    /// Takes the table of a processor that somebody else has started, where the platform says that it lies (the
    /// kernel's rproc_set_rsc_table).
    [[nodiscard]] Result<void> attached_table() requires HasAttach<P> {
        return run_undoable(Step::loaded_table, [&]() -> Result<void> {
            RPROC_TRY_ASSIGN(auto table, platform_.attached_table(ctx_));
            tables_.take_loaded(std::move(table));
            tables_.keep_clean();
            return {};
        });
    }

    [[nodiscard]] Result<void> handle_resources() {
        done_.push_back(Step::handle_resources);  // first: a table that fails half way leaves carveouts behind
        return reporter_.run(Step::handle_resources, [&]() -> Result<void> {
            const std::span<const std::byte> bytes = ctx_.table().bytes();
            if (bytes.empty()) return {};
            RPROC_TRY_ASSIGN(const auto table, ResourceTableView::parse(bytes));
            return handle_table(ctx_, backend_, platform_, observer_, resources_, table);
        });
    }

    [[nodiscard]] Result<void> allocate_carveouts() {
        return run_undoable(Step::allocate_carveouts, [&]() -> Result<void> {
            for (Carveout& carveout : ctx_.carveouts().all())
                RPROC_TRY(allocate_carveout(ctx_, platform_, resources_, carveout));
            ctx_.carveouts().index();
            return {};
        });
    }

    [[nodiscard]] Result<void> load() {
        return reporter_.run(Step::load, [&] { return backend_.load(ctx_, *firmware_); });
    }

    /// Copies the cached table, with the addresses and ids that it has by now, over the one in the processor's memory.
    [[nodiscard]] Result<void> install_table() {
        if constexpr (HasFindLoadedRscTable<B>) {
            return run_undoable(Step::install_table, [&]() -> Result<void> {
                tables_.install(backend_.find_loaded_rsc_table(ctx_, *firmware_));
                return {};
            });
        }
        return {};
    }

    [[nodiscard]] Result<void> start() {
        RPROC_TRY(prepare_subdevices());
        return run_undoable(Step::start, [&] { return start_core(ctx_, backend_, platform_); });
    }

    /// Joins a core that runs. Taken back by stopping it, as in Linux.
    [[nodiscard]] Result<void> attach() requires HasAttach<P> {
        RPROC_TRY(prepare_subdevices());
        return run_undoable(Step::attach, [&] { return platform_.attach(ctx_); });
    }

    /// Joins it again after `detach`, with the resources that are there and the table that says so.
    [[nodiscard]] Result<void> attach_again() requires HasAttach<P> {
        tables_.install();
        RPROC_TRY(attach());
        return start_subdevices();
    }

    [[nodiscard]] Result<void> start_subdevices() {
        return run_undoable(Step::start_subdevices, [&]() -> Result<void> {
            RPROC_TRY(subdevices_.start());
            auto started = virtio_.start();
            if (!started) subdevices_.stop(StopReason::crash);
            return started;
        });
    }

    // The way back.

    /// Stops the core, and all that came after its start; carveouts, resources and the cached table stay.
    /// @returns nothing, or the error of the backend's stop: then the core still runs, and the call may be repeated.
    [[nodiscard]] Result<void> stop() {
        while (core_runs()) {
            if (is_start(done_.back())) RPROC_TRY(stop_running());
            take_back_last();
        }
        while (!done_.empty() && is_part_of_start(done_.back())) take_back_last();
        return {};
    }

    /// Leaves a core that was attached running, with its table as it was before; carveouts and resources stay.
    /// @returns nothing, or the platform's error: then it is still attached, and the call may be repeated.
    [[nodiscard]] Result<void> detach() requires HasAttach<P> {
        while (done_.back() != Step::attach) take_back_last();
        tables_.restore_clean();
        RPROC_TRY(reporter_.run(Step::detach, [&] { return platform_.detach(ctx_); }));
        done_.pop_back();
        while (is_part_of_start(done_.back())) take_back_last();
        return {};
    }

    /// Takes back every step, the last first. A stop that fails is reported and passed over.
    void take_back() {
        while (!done_.empty()) {
            if (is_start(done_.back())) static_cast<void>(stop_running());
            take_back_last();
        }
    }

    /// The backend gives up the firmware.
    void release_fw() {
        if constexpr (HasReleaseFw<B>) {
            reporter_.run_sure(Step::release_fw, [&] { backend_.release_fw(ctx_); });
        }
    }

    /// The last of the way back, as in the kernel: the backend gives the firmware up, then the cached table goes.
    void give_up() {
        release_fw();
        forget_table();
    }

    /// Drops the cached table.
    void forget_table() { tables_.forget(); }

    [[nodiscard]] const Resources& resources() const noexcept { return resources_; }
    [[nodiscard]] VirtioBus& virtio() noexcept { return virtio_; }
    [[nodiscard]] SubdeviceList& subdevices() noexcept { return subdevices_; }
    /// Where the core begins, as the backend read it from the image; 0 when it does not say.
    [[nodiscard]] DeviceAddress boot_address_read() const noexcept { return boot_address_; }

  private:
    template <class F>
    [[nodiscard]] Result<void> run_undoable(Step step, F body) {
        RPROC_TRY(reporter_.run(step, std::move(body)));
        done_.push_back(step);
        return {};
    }

    [[nodiscard]] Result<void> enable_iommu() {
        if constexpr (HasIommu<P>) {
            return run_undoable(Step::enable_iommu, [&] { return platform_.iommu().attach(); });
        }
        return {};
    }

    /// Without sub-devices there is nothing to tell.
    [[nodiscard]] Result<void> prepare_subdevices() {
        if (subdevices_.empty()) return {};
        return run_undoable(Step::prepare_subdevices, [&] { return subdevices_.prepare(); });
    }

    /// Made anew by each start of a processor that keeps its resources.
    [[nodiscard]] static constexpr bool is_part_of_start(Step step) noexcept {
        return step == Step::install_table || step == Step::prepare_subdevices;
    }

    [[nodiscard]] static constexpr bool is_start(Step step) noexcept {
        return step == Step::start || step == Step::attach;
    }

    [[nodiscard]] bool core_runs() const noexcept { return std::ranges::any_of(done_, is_start); }

    [[nodiscard]] Result<void> stop_running() {
        return reporter_.run(Step::stop, [&] { return stop_core(ctx_, backend_, platform_); });
    }

    /// Takes back the step that was done last, but for the stop of a core that was started.
    void take_back_last() {
        const Step step = done_.back();
        done_.pop_back();
        const Step report = undo_step(step);
        if (report == Step::none) return take_back(step);
        reporter_.run_sure(report, [&] { take_back(step); });
    }

    /// The name under which the observer hears that a step is taken back; none where there is nothing to tell.
    [[nodiscard]] static constexpr Step undo_step(Step done) noexcept {
        switch (done) {
            case Step::start_subdevices: return Step::stop_subdevices;
            case Step::prepare_subdevices: return Step::unprepare_subdevices;
            case Step::enable_iommu: return Step::disable_iommu;
            case Step::handle_resources: return Step::resource_cleanup;
            case Step::prepare: return HasUnprepare<P> ? Step::unprepare : Step::none;
            default: return Step::none;
        }
    }

    void take_back(Step done) {
        switch (done) {
            case Step::start_subdevices: stop_subdevices(); break;
            case Step::prepare_subdevices: subdevices_.unprepare(); break;
            case Step::install_table: tables_.use_cached(); break;
            case Step::loaded_table: tables_.drop_loaded(); break;
            case Step::attach:  // the core is off: Linux goes on with a copy
                tables_.save();
                tables_.use_cached();
                break;
            case Step::handle_resources: clean_resources(); break;
            case Step::prepare:
                forget_prepared();
                if constexpr (HasUnprepare<P>) platform_.unprepare(ctx_);
                break;
            case Step::enable_iommu:
                if constexpr (HasIommu<P>) platform_.iommu().detach();
                break;
            default: break;
        }
    }

    void stop_subdevices() {
        virtio_.stop();
        subdevices_.stop(ctx_.state() == State::crashed ? StopReason::crash : StopReason::shutdown);
    }

    void clean_resources() {
        if constexpr (HasIommu<P>) unmap_iommu(platform_.iommu(), resources_);
        resources_.clear();
        ctx_.carveouts().clear();
    }

    void forget_prepared() {
        ctx_.carveouts().clear();
        ctx_.dump_segments().clear();
    }

    /// What the virtio bus kicks with; empty where the platform cannot.
    [[nodiscard]] VirtioKick kick_op() {
        if constexpr (HasKick<P>) {
            return [this](std::uint32_t notify_id) { return platform_.kick(ctx_, notify_id); };
        }
        return {};
    }

    Context& ctx_;
    B& backend_;
    P& platform_;
    O& observer_;
    StepReporter<O> reporter_;
    const Firmware* firmware_ = nullptr;
    DeviceAddress boot_address_;
    ResourceTables tables_{ctx_};
    Resources resources_;
    SubdeviceList subdevices_;
    VirtioBus virtio_{ctx_, resources_, kick_op()};
    std::vector<Step> done_;
};

}  // namespace rproc
