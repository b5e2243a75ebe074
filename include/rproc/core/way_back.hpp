// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>

#include "rproc/core/boot_parts.hpp"
#include "rproc/core/concepts.hpp"
#include "rproc/core/core_ops.hpp"
#include "rproc/core/state.hpp"
#include "rproc/core/subdevices.hpp"
#include "rproc/result.hpp"
#include "rproc/step.hpp"

namespace rproc {

/// Takes back what the steps of one processor have done, the last first. Used under the processor's lock.
template <class B, class P, class O>
class WayBack {
  public:
    explicit WayBack(BootParts<B, P, O>& parts) noexcept : parts_(parts) {}
    WayBack(const WayBack&) = delete;
    WayBack& operator=(const WayBack&) = delete;

    /// Stops the core, and all that came after its start; carveouts, resources and the cached table stay.
    /// @returns nothing, or the error of the backend's stop: then the core still runs, and the call may be repeated.
    [[nodiscard]] Result<void> stop() {
        while (core_runs()) {
            if (is_start(parts_.done.back())) RPROC_TRY(stop_running());
            take_back_last();
        }
        while (!parts_.done.empty() && is_part_of_start(parts_.done.back())) take_back_last();
        return {};
    }

    /// Leaves a core that was attached running, with its table as it was before; carveouts and resources stay.
    /// @returns nothing, or the platform's error: then it is still attached, and the call may be repeated.
    [[nodiscard]] Result<void> detach() requires HasAttach<P> {
        while (parts_.done.back() != Step::attach) take_back_last();
        parts_.tables.restore_clean();
        RPROC_TRY(parts_.reporter.run(Step::detach, [&] { return parts_.platform.detach(parts_.ctx); }));
        parts_.done.pop_back();
        while (is_part_of_start(parts_.done.back())) take_back_last();
        return {};
    }

    /// Takes back every step, the last first. A stop that fails is reported and passed over.
    void take_back() {
        while (!parts_.done.empty()) {
            if (is_start(parts_.done.back())) static_cast<void>(stop_running());
            take_back_last();
        }
    }

    /// The backend gives up the firmware.
    void release_fw() {
        if constexpr (HasReleaseFw<B>) {
            parts_.reporter.run_sure(Step::release_fw, [&] { parts_.backend.release_fw(parts_.ctx); });
        }
    }

    /// The last of the way back, as in the kernel: the backend gives the firmware up, then the cached table goes.
    void give_up() {
        release_fw();
        forget_table();
    }

    /// Drops the cached table.
    void forget_table() { parts_.tables.forget(); }

  private:
    /// Made anew by each start of a processor that keeps its resources.
    [[nodiscard]] static constexpr bool is_part_of_start(Step step) noexcept {
        return step == Step::install_table || step == Step::prepare_subdevices;
    }

    [[nodiscard]] static constexpr bool is_start(Step step) noexcept {
        return step == Step::start || step == Step::attach;
    }

    [[nodiscard]] bool core_runs() const noexcept { return std::ranges::any_of(parts_.done, is_start); }

    [[nodiscard]] Result<void> stop_running() {
        return parts_.reporter.run(Step::stop, [&] { return stop_core(parts_.ctx, parts_.backend, parts_.platform); });
    }

    /// Takes back the step that was done last, but for the stop of a core that was started.
    void take_back_last() {
        const Step step = parts_.done.back();
        parts_.done.pop_back();
        const Step report = undo_step(step);
        if (report == Step::none) return take_back(step);
        parts_.reporter.run_sure(report, [&] { take_back(step); });
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
            case Step::prepare_subdevices: parts_.subdevices.unprepare(); break;
            case Step::install_table: parts_.tables.use_cached(); break;
            case Step::loaded_table: parts_.tables.drop_loaded(); break;
            case Step::attach:  // the core is off: Linux goes on with a copy
                parts_.tables.save();
                parts_.tables.use_cached();
                break;
            case Step::handle_resources: parts_.clean_resources(); break;
            case Step::prepare:
                parts_.forget_prepared();
                if constexpr (HasUnprepare<P>) parts_.platform.unprepare(parts_.ctx);
                break;
            case Step::enable_iommu:
                if constexpr (HasIommu<P>) parts_.platform.iommu().detach();
                break;
            default: break;
        }
    }

    void stop_subdevices() {
        parts_.virtio.stop();
        parts_.subdevices.stop(parts_.ctx.state() == State::crashed ? StopReason::crash : StopReason::shutdown);
    }

    BootParts<B, P, O>& parts_;
};

}  // namespace rproc
