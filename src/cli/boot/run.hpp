// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include <spdlog/logger.h>

#include "cli/boot/reporters.hpp"
#include "cli/common/exit_status.hpp"
#include "rproc/core/remote_processor.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/observers/spdlog_observer.hpp"
#include "rproc/sim/software_tee_board.hpp"

/// A boot and a stop, on any platform.
namespace rproc::cli {

/// Calls `f.operator()<S>()` for the sequence of that name; the parser accepts no other.
template <class F>
[[nodiscard]] ExitStatus with_sequence(std::string_view name, F f) {
    if (name == AlternateBoot::kName) return f.template operator()<AlternateBoot>();
    if (name == LoadFirst::kName) return f.template operator()<LoadFirst>();
    return f.template operator()<Mainline>();
}

/// The TEE's own reason for a refusal, which Linux does not get.
[[nodiscard]] inline Error with_reason(Error error, const BootJob& job) {
    if (job.tee == nullptr || error.code() != ErrorCode::tee_refused) return error;
    const tee::LoadReport& report = job.tee->last_load(sim::processor_id(job.board.config));
    if (!report.reason.empty()) error.set_note(report.reason);
    return error;
}

/// Boots, calls `while_running()`, and stops; the reporter gets every event.
template <BootSequence S, Backend B, Platform P, class WhileRunning>
[[nodiscard]] ExitStatus boot_with(B backend, P platform, const BootJob& job, const FirmwareSource& source,
                                   BootReporter& reporter, const std::shared_ptr<spdlog::logger>& log,
                                   WhileRunning while_running) {
    using Watchers = ObserverList<ObserverRef<BootReporter>, SpdlogObserver>;
    RemoteProcessor<B, P, S, Watchers> processor(std::move(backend), std::move(platform),
                                                 Watchers(ObserverRef(reporter), SpdlogObserver(log)));
    auto booted = processor.set_firmware(source);
    if (booted) booted = processor.boot();
    if (!booted) {
        reporter.refused(with_reason(booted.error(), job));
        return exit_status_of(booted.error());
    }
    reporter.running(processor.visit(look_at));
    while_running();
    if (const auto stopped = processor.shutdown(); !stopped) {
        reporter.refused(stopped.error());
        return exit_status_of(stopped.error());
    }
    reporter.stopped();
    return ExitStatus::yes;
}

}  // namespace rproc::cli
