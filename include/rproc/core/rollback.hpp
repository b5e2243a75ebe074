// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "rproc/core/carveout_allocation.hpp"
#include "rproc/core/concepts.hpp"
#include "rproc/core/context.hpp"
#include "rproc/core/resource_tables.hpp"
#include "rproc/core/resources.hpp"
#include "rproc/core/step_reporter.hpp"
#include "rproc/core/subdevices.hpp"
#include "rproc/core/virtio.hpp"
#include "rproc/result.hpp"
#include "rproc/state.hpp"
#include "rproc/step.hpp"

namespace rproc {

/// What the steps of one processor, and their rollback, work on.
template <class B, class P, class O>
struct BootParts {
    BootParts(Context& context, B& a_backend, P& a_platform, O& an_observer) noexcept
        : ctx(context),
          backend(a_backend),
          platform(a_platform),
          observer(an_observer),
          reporter(context, an_observer) {}
    BootParts(const BootParts&) = delete;
    BootParts& operator=(const BootParts&) = delete;

    /// Drops what the resource table led to.
    void clean_resources() {
        if constexpr (HasIommu<P>) unmap_iommu(platform.iommu(), resources);
        resources.clear();
        ctx.carveouts().clear();
    }

    /// Drops what the platform has registered.
    void forget_prepared() {
        ctx.carveouts().clear();
        ctx.dump_segments().clear();
    }

    Context& ctx;
    B& backend;
    P& platform;
    O& observer;
    StepReporter<O> reporter;
    ResourceTables tables{ctx};
    Resources resources;
    SubdeviceList subdevices;
    VirtioBus virtio{ctx, resources, kick_op()};
    std::vector<Step> done;  ///< in order; what of it has to be taken back

  private:
    /// What the virtio bus kicks with; empty where the platform cannot.
    [[nodiscard]] VirtioKick kick_op() {
        if constexpr (HasKick<P>) {
            return [this](std::uint32_t notify_id) { return platform.kick(ctx, notify_id); };
        }
        return {};
    }
};

namespace internal {

/// The backend's own start and stop, whichever way it has them.
template <Backend B, Platform P>
[[nodiscard]] Result<void> backend_start(Context& ctx, B& backend, [[maybe_unused]] P& platform) {
    if constexpr (StartsCore<B>) {
        return backend.start(ctx);
    } else {
        return backend.start(ctx, platform);
    }
}

template <Backend B, Platform P>
[[nodiscard]] Result<void> backend_stop(Context& ctx, B& backend, [[maybe_unused]] P& platform) {
    if constexpr (StartsCore<B>) {
        return backend.stop(ctx);
    } else {
        return backend.stop(ctx, platform);
    }
}

}  // namespace internal

/// Starts the core: by the backend or, where that leaves the core to Linux, by backend and platform together; inside
/// whatever the platform wraps around it.
/// @returns nothing, or the policy's error: then the core does not run. Where the platform fails after the backend has
///   started it, it is stopped again.
template <Backend B, Platform P>
[[nodiscard]] Result<void> start_core(Context& ctx, B& backend, P& platform) {
    if constexpr (WrapsStart<P>) {
        bool runs = false;
        auto started = platform.around_start(ctx, [&] {
            auto result = internal::backend_start(ctx, backend, platform);
            runs = result.has_value();
            return result;
        });
        if (!started && runs) static_cast<void>(internal::backend_stop(ctx, backend, platform));
        return started;
    } else {
        return internal::backend_start(ctx, backend, platform);
    }
}

/// Stops it, likewise. Also for a core that crashed, and for one that another agent has started.
template <Backend B, Platform P>
[[nodiscard]] Result<void> stop_core(Context& ctx, B& backend, P& platform) {
    if constexpr (WrapsStop<P>) {
        return platform.around_stop(ctx, [&] { return internal::backend_stop(ctx, backend, platform); });
    } else {
        return internal::backend_stop(ctx, backend, platform);
    }
}

/// Takes back what the steps of one processor have done, the last first. Used under the processor's lock.
template <class B, class P, class O>
class Rollback {
  public:
    explicit Rollback(BootParts<B, P, O>& parts) noexcept : parts_(parts) {}
    Rollback(const Rollback&) = delete;
    Rollback& operator=(const Rollback&) = delete;

    /// Stops the core, and all that came after its start; carveouts, resources and the cached table stay.
    /// @returns nothing, or the error of the backend's stop: then the core still runs, and the call may be repeated.
    [[nodiscard]] Result<void> stop() {
        while (core_runs()) {
            if (is_start(parts_.done.back())) RPROC_TRY(stop_running());
            undo_last();
        }
        while (!parts_.done.empty() && is_part_of_start(parts_.done.back())) undo_last();
        return {};
    }

    /// Leaves a core that was attached running, with its table as it was before; carveouts and resources stay.
    /// @returns nothing, or the platform's error: then it is still attached, and the call may be repeated.
    [[nodiscard]] Result<void> detach() requires HasAttach<P> {
        while (parts_.done.back() != Step::attach) undo_last();
        parts_.tables.restore_clean();
        RPROC_TRY(parts_.reporter.run(Step::detach, [&] { return parts_.platform.detach(parts_.ctx); }));
        parts_.done.pop_back();
        while (is_part_of_start(parts_.done.back())) undo_last();
        return {};
    }

    /// Takes back every step, the last first. A stop that fails is reported and passed over.
    void roll_back() {
        while (!parts_.done.empty()) {
            if (is_start(parts_.done.back())) static_cast<void>(stop_running());
            undo_last();
        }
    }

    /// Calls the backend's `release_fw`, where it has one.
    void release_fw() {
        if constexpr (HasReleaseFw<B>) {
            parts_.reporter.run_sure(Step::release_fw, [&] { parts_.backend.release_fw(parts_.ctx); });
        }
    }

    /// Ends a rollback, as in the kernel: the backend releases the firmware, then the cached table is dropped.
    void release() {
        release_fw();
        forget_table();
    }

    /// Drops the cached table.
    void forget_table() { parts_.tables.forget(); }

  private:
    /// Steps that a restart repeats.
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
    void undo_last() {
        const Step step = parts_.done.back();
        parts_.done.pop_back();
        const Step report = undo_step(step);
        if (report == Step::none) return undo(step);
        parts_.reporter.run_sure(report, [&] { undo(step); });
    }

    /// The step that the observer gets when `done` is undone; none where the rollback has no step of its own.
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

    void undo(Step done) {
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
