// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <concepts>
#include <string_view>

#include "rproc/core/concepts.hpp"
#include "rproc/result.hpp"
#include "rproc/step.hpp"

/// The order in which a boot runs its steps: a policy, one small type for each order. A sequence only orders; what a
/// step does, and how it is taken back, is the same in all of them (BootSteps).
namespace rproc {

namespace internal {

/// The steps that a sequence may use: what the concept is checked with.
struct AnySteps {
    Result<void> sanity_check();
    Result<void> prepare();
    Result<void> boot_address();
    Result<void> parse_fw();
    Result<void> loaded_table();
    Result<void> handle_resources();
    Result<void> allocate_carveouts();
    Result<void> load();
    Result<void> install_table();
    Result<void> start();
    Result<void> start_subdevices();
    void save_table();
    void roll_back();
    void release_fw();
    void forget_table();
};

}  // namespace internal

template <class S>
concept BootSequence = requires(internal::AnySteps& steps) {
    // For `--sequence` and timelines.
    { S::kName } -> std::convertible_to<std::string_view>;
    // Runs the steps; stops at the first that fails and returns its error. What was done is taken back by the caller.
    { S::run(steps) } -> std::same_as<Result<void>>;
};

/// A sequence may keep more than the cached table over a recovery.
template <class S>
concept PreparesRestart = requires(internal::AnySteps& steps) {
    // Called before the core is stopped to be started again.
    { S::prepare_restart(steps) } -> std::same_as<void>;
};

/// A sequence may have its own way back; all others take back every step and then release the firmware, once. For those
/// who study where a design releases.
template <class S>
concept OrdersRollback = requires(internal::AnySteps& steps, Step failed) {
    // After a boot or a recovery that failed at a step; must leave nothing behind but, perhaps, the firmware.
    { S::after_failure(steps, failed) } -> std::same_as<void>;
    // After the core was stopped; likewise.
    { S::after_stop(steps) } -> std::same_as<void>;
};

/// The sequence can be used with the backend. One that loads before the carveouts are mapped says so with `kLoadsFirst`
/// and needs a backend that can (HasLoadedTable).
template <class S, class B>
concept Orders = BootSequence<S> &&(!requires { S::kLoadsFirst; } || HasLoadedTable<B>);

/// The order of Linux's rproc_fw_boot and rproc_start: the resource table comes from `parse_fw` before anything is
/// loaded by `load`. A TEE, which has to load to find the table, does so in `parse_fw` and has nothing left to do in
/// `load`; in a recovery, `load` loads (series v13 and v16 to v22).
struct Mainline {
    static constexpr std::string_view kName = "mainline";

    template <class Steps>
    [[nodiscard]] static Result<void> run(Steps& steps) {
        RPROC_TRY(steps.sanity_check());
        RPROC_TRY(steps.prepare());
        RPROC_TRY(steps.boot_address());
        RPROC_TRY(steps.parse_fw());
        RPROC_TRY(steps.handle_resources());
        RPROC_TRY(steps.allocate_carveouts());
        return start(steps);
    }

    /// The second half, which is also how every sequence starts a core again after a crash (rproc_boot_recovery): the
    /// image is loaded anew, and the cached table put over the one in it.
    template <class Steps>
    [[nodiscard]] static Result<void> start(Steps& steps) {
        RPROC_TRY(steps.load());
        RPROC_TRY(steps.install_table());
        RPROC_TRY(steps.start());
        return steps.start_subdevices();
    }
};

/// The boot that series v3 to v5 gave to the TEE beside the usual one (rproc_alt_fw_boot): load, take the table where
/// it was loaded, without a copy, handle it, start. A recovery saves the table of the running firmware, with whatever
/// is in it by then, and puts it back over the freshly loaded one.
struct AlternateBoot {
    static constexpr std::string_view kName = "alternate-boot";
    static constexpr bool kLoadsFirst = true;

    template <class Steps>
    [[nodiscard]] static Result<void> run(Steps& steps) {
        RPROC_TRY(steps.sanity_check());
        RPROC_TRY(steps.prepare());
        RPROC_TRY(steps.boot_address());
        RPROC_TRY(steps.load());
        RPROC_TRY(steps.loaded_table());
        RPROC_TRY(steps.handle_resources());
        RPROC_TRY(steps.allocate_carveouts());
        RPROC_TRY(steps.start());
        return steps.start_subdevices();
    }

    template <class Steps>
    static void prepare_restart(Steps& steps) {
        steps.save_table();
    }
};

/// Series v14 and v15: an op of its own loads, before anything of the boot proper (`load_fw`); then the usual order, in
/// which `parse_fw` finds the image loaded and `load` is left out.
struct LoadFirst {
    static constexpr std::string_view kName = "load-first";
    static constexpr bool kLoadsFirst = true;

    template <class Steps>
    [[nodiscard]] static Result<void> run(Steps& steps) {
        RPROC_TRY(steps.load());
        RPROC_TRY(steps.sanity_check());
        RPROC_TRY(steps.prepare());
        RPROC_TRY(steps.boot_address());
        RPROC_TRY(steps.parse_fw());
        RPROC_TRY(steps.handle_resources());
        RPROC_TRY(steps.allocate_carveouts());
        RPROC_TRY(steps.install_table());
        RPROC_TRY(steps.start());
        return steps.start_subdevices();
    }
};

/// Joining a processor that somebody else has started (the kernel's rproc_attach): a boot without the steps that deal
/// with an image. Not a choice: it is what a boot of a detached processor does.
struct Attach {
    template <class Steps>
    [[nodiscard]] static Result<void> run(Steps& steps) {
        RPROC_TRY(steps.prepare());
        RPROC_TRY(steps.attached_table());
        RPROC_TRY(steps.handle_resources());
        RPROC_TRY(steps.allocate_carveouts());
        RPROC_TRY(steps.attach());
        return steps.start_subdevices();
    }
};

static_assert(BootSequence<Mainline> && BootSequence<AlternateBoot> && BootSequence<LoadFirst>);

}  // namespace rproc
