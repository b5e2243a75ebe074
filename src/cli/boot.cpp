// SPDX-License-Identifier: BSD-2-Clause
// rproc boot: boots a firmware on the model of a board, shows every step, and stops it again.

#include <algorithm>
#include <iterator>
#include <memory>

#include "cli/boot_reporters.hpp"
#include "cli/commands.hpp"
#include "rproc/check/checker.hpp"
#include "rproc/check/kernel_defects.hpp"
#include "rproc/core/spdlog_observer.hpp"
#include "rproc/rproc.hpp"

namespace rproc::cli {

std::vector<check::Finding> BootJob::kernel_defects() const {
    std::vector<check::Finding> defects;
    std::ranges::copy_if(verdict.findings, std::back_inserter(defects), [](const check::Finding& finding) {
        return std::ranges::find(check::kKernelDefects, finding.code, &check::KernelDefect::code) !=
               check::kKernelDefects.end();
    });
    return defects;
}

namespace {

struct BootOptions : CommonOptions {
    std::string firmware;
    bool kernel_log = false;
};

/// Boots and stops; the reporter hears everything.
template <BootReporter R>
ExitStatus boot(const BootJob& job, const FirmwareSource& source, R reporter,
                const std::shared_ptr<spdlog::logger>& log) {
    using Watchers = ObserverList<ObserverRef<R>, SpdlogObserver>;
    RemoteProcessor<elf::Backend, platform::Stm32mp15, Mainline, Watchers> processor(
        elf::Backend{}, platform::Stm32mp15(job.board.config, {}, job.memory),
        Watchers(ObserverRef(reporter), SpdlogObserver(log)));
    auto booted = processor.set_firmware(source);
    if (booted) booted = processor.boot();
    if (!booted) {
        reporter.refused(booted.error());
        return exit_status_of(booted.error());
    }
    reporter.running(look_at(processor.resources(), processor.carveouts(), processor.table()));
    if (const auto stopped = processor.shutdown(); !stopped) {
        reporter.refused(stopped.error());
        return exit_status_of(stopped.error());
    }
    reporter.stopped();
    return ExitStatus::yes;
}

ExitStatus boot_and_show(Console& console, const BootOptions& options, const ChosenBoard& chosen, const BootJob& job,
                         const FirmwareSource& source) {
    Output& out = console.out;
    if (options.json) return boot(job, source, BootEvents(out, job), console.log);
    if (options.kernel_log) return boot(job, source, KernelLog(out, job), console.log);
    if (options.quiet) return boot(job, source, OnlyRefusal(out, job), console.log);
    out.print("{} on a model of {}\n\n", out.bold(printable(options.firmware)), describe(chosen));
    const auto lines = options.verbose ? Timeline::KernelLines::shown : Timeline::KernelLines::hidden;
    return boot(job, source, Timeline(out, job, lines), console.log);
}

ExitStatus run_boot(Console& console, const BootOptions& options) {
    const auto chosen = choose_board(options);
    if (!chosen) return report(console, chosen.error());
    const FirmwareSource source = firmware_source(options.firmware);
    const auto firmware = source.request();
    if (!firmware && exit_status_of(firmware.error()) != ExitStatus::no) return report(console, firmware.error());
    // What was read is what boots, even if the file changes meanwhile.
    const FirmwareSource same = firmware ? FirmwareSource(*firmware) : source;
    const BootJob job{options.firmware, firmware.value_or(Firmware(source.name(), {})), chosen->board, ModelMemory(),
                      check::Checker(chosen->board).check(same)};
    const ExitStatus status = boot_and_show(console, options, *chosen, job, same);
    return job.boots_on_linux() ? status : worse_of(status, ExitStatus::no);
}

}  // namespace

Command add_boot(CLI::App& app) {
    auto* const boot = app.add_subcommand("boot", "Boot a firmware on the model of a board, step by step");
    const auto options = std::make_shared<BootOptions>();
    boot->add_option("FW", options->firmware, "Firmware: a file, - for standard input, or a name")
        ->required()
        ->type_name("");
    add_common_options(*boot, *options);
    boot->add_flag("--kernel-log", options->kernel_log, "Print what dmesg would show, and nothing else")
        ->excludes(boot->get_option("--json"));
    add_help_footer(*boot,
                    "  rproc boot app.elf                        on the default board\n"
                    "  rproc boot --board stm32mp157c-ev1 -v app.elf\n"
                    "  rproc boot --kernel-log app.elf           the lines to look for in dmesg\n");
    return {boot, options, [options](Console& console) { return run_boot(console, *options); }};
}

}  // namespace rproc::cli
