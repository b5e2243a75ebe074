// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <concepts>
#include <string_view>

#include "rproc/result.hpp"

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
    Result<void> handle_resources();
    Result<void> allocate_carveouts();
    Result<void> load();
    Result<void> install_table();
    Result<void> start();
    Result<void> start_subdevices();
};

}  // namespace internal

template <class S>
concept BootSequence = requires(internal::AnySteps& steps) {
    // For `--sequence` and timelines.
    { S::kName } -> std::convertible_to<std::string_view>;
    // Runs the steps; stops at the first that fails and returns its error. What was done is taken back by the caller.
    { S::run(steps) } -> std::same_as<Result<void>>;
};

/// The order of Linux's rproc_fw_boot and rproc_start: the resource table comes from the image before anything is
/// loaded.
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
        RPROC_TRY(steps.load());
        RPROC_TRY(steps.install_table());
        RPROC_TRY(steps.start());
        return steps.start_subdevices();
    }
};
static_assert(BootSequence<Mainline>);

}  // namespace rproc
