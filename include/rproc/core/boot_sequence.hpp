// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <concepts>
#include <string_view>

#include "rproc/core/concepts.hpp"
#include "rproc/result.hpp"
#include "rproc/step.hpp"

/// The order of the steps of a boot: a policy, one type for each order. A sequence determines only the order; BootSteps
/// implements each step and its rollback for all of them.
namespace rproc {

namespace internal {

/// Declares the steps that a sequence may call; the concepts are checked with it.
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

/// An order of boot steps. Stateless: every member is static.
template <class S>
concept BootSequence = requires(internal::AnySteps& steps) {
    // The name for `--sequence` and timelines, "mainline".
    { S::kName } -> std::convertible_to<std::string_view>;
    // Runs the steps up to the first failure, and returns its error. The caller rolls back the completed steps.
    { S::run(steps) } -> std::same_as<Result<void>>;
};

/// A sequence that saves more than the cached table for a recovery.
template <class S>
concept PreparesRestart = requires(internal::AnySteps& steps) {
    // Called in a recovery, before the core is stopped.
    { S::prepare_restart(steps) } -> std::same_as<void>;
};

/// A sequence with its own rollback, for studies of where a design releases the firmware. The default rollback undoes
/// every completed step, and then releases the firmware once.
template <class S>
concept OrdersRollback = requires(internal::AnySteps& steps, Step failed) {
    // Called after a boot or a recovery failed at step `failed`. On return at most the firmware may still be held.
    { S::after_failure(steps, failed) } -> std::same_as<void>;
    // Called after the core was stopped; likewise.
    { S::after_stop(steps) } -> std::same_as<void>;
};

/// The backend supports the sequence. A sequence that loads before the carveouts are mapped defines `kLoadsFirst`; it
/// needs a backend that locates a loaded table (HasLoadedTable).
template <class S, class B>
concept Orders = BootSequence<S> &&(!requires { S::kLoadsFirst; } || HasLoadedTable<B>);

/// The order of Linux's rproc_fw_boot and rproc_start: `parse_fw` finds the resource table before `load` loads
/// anything. A TEE must load the image to find the table, so its backend loads in `parse_fw`, and `load` does nothing.
/// In a recovery `load` loads (series v13 and v16 to v22).
struct Mainline {
    /// The name for `--sequence`.
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

    /// The second half of the boot, which also restarts a core after a crash in every sequence (rproc_boot_recovery):
    /// loads the image again, and copies the cached table over the one in it.
    template <class Steps>
    [[nodiscard]] static Result<void> start(Steps& steps) {
        RPROC_TRY(steps.load());
        RPROC_TRY(steps.install_table());
        RPROC_TRY(steps.start());
        return steps.start_subdevices();
    }
};

/// The boot of series v3 to v5 for a TEE (rproc_alt_fw_boot): loads first, then uses the loaded table in place, without
/// a copy. A recovery saves the table of the running firmware, with every change that the firmware has made to it, and
/// copies it over the newly loaded one.
struct AlternateBoot {
    /// The name for `--sequence`.
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

/// Series v14 and v15: a separate op, `load_fw`, loads before all other steps. The order of Linux follows; `parse_fw`
/// uses the loaded image, and `load` is omitted.
struct LoadFirst {
    /// The name for `--sequence`.
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

/// Attaches to a processor that a bootloader has started (the kernel's rproc_attach): a boot without the steps for an
/// image. Not a policy: every boot of a detached processor runs it.
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
