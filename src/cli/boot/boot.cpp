// SPDX-License-Identifier: BSD-2-Clause
// rproc boot: boots a firmware on the model of a board or on the board itself, shows every step, and stops it again.

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/boot/hardware.hpp"
#include "cli/boot/reporters.hpp"
#include "cli/boot/run.hpp"
#include "cli/commands.hpp"
#include "cli/common/tee_device.hpp"
#include "cli/common/tee_options.hpp"
#include "cli/timeline/file.hpp"
#include "cli/timeline/recorder.hpp"
#include "rproc/check/checker.hpp"
#include "rproc/check/finding_code.hpp"
#include "rproc/devmem/machine.hpp"
#include "rproc/rproc.hpp"
#include "rproc/sim/software_tee_board.hpp"
#include "rproc/tee/tee_context.hpp"

namespace rproc::cli {

std::vector<check::Finding> BootJob::kernel_defects() const {
    std::vector<check::Finding> defects;
    std::ranges::copy_if(verdict.findings, std::back_inserter(defects),
                         [](const check::Finding& finding) { return finding.code.is_kernel_defect(); });
    return defects;
}

namespace {

struct BootOptions : CommonOptions {
    std::string firmware;
    bool kernel_log = false;
    std::string tee;         ///< "software", "device", or empty
    bool hardware = false;   ///< on the board that this runs on
    bool take_over = false;  ///< of a processor that another program has left running
    TeeOptions trust;

    [[nodiscard]] tee::RunningProcessor running() const noexcept {
        return take_over ? tee::RunningProcessor::take_over : tee::RunningProcessor::refuse;
    }
    std::string sequence = std::string(Mainline::kName);
    std::string timeline;              ///< a file, or empty
    double timeout = kTeeOpenTimeout;  ///< s, for OP-TEE to open its application
};

ExitStatus boot(const BootJob& job, const BootOptions& options, const FirmwareSource& source, BootReporter& reporter,
                const std::shared_ptr<spdlog::logger>& log) {
    const auto stop_at_once = [] {};
    const BootModels::Platform platform(job.board.config, job.models.registers, job.models.memory, job.models.mailbox);
    if (job.tee == nullptr)
        return boot_with<Mainline>(elf::Backend{}, platform, job, source, reporter, log, stop_at_once);
    tee::TeeContext<RecordingTee> context(
        std::make_shared<RecordingTee>(job.tee, TeeCallRecorder(job.models.tee_calls)));
    auto backend = context.register_processor(sim::processor_id(job.board.config), options.running());
    if (!backend) {
        reporter.refused(backend.error());
        return exit_status_of(backend.error());
    }
    return with_sequence(options.sequence, [&]<class S>() {
        return boot_with<S>(*std::move(backend), platform, job, source, reporter, log, stop_at_once);
    });
}

std::unique_ptr<BootReporter> make_reporter(Output& out, const BootOptions& options, const BootJob& job) {
    if (options.json) return std::make_unique<BootEvents>(out, job);
    if (options.kernel_log) return std::make_unique<KernelLog>(out, job);
    if (options.quiet) return std::make_unique<OnlyRefusal>(out, job);
    return std::make_unique<Timeline>(out, job,
                                      options.verbose ? Timeline::KernelLines::shown : Timeline::KernelLines::hidden);
}

ExitStatus boot_and_show(Console& console, const BootOptions& options, const ChosenBoard& chosen, const BootJob& job,
                         const FirmwareSource& source) {
    if (!options.json && !options.kernel_log && !options.quiet) {
        console.out.print("{} on a model of {}{}\n\n", console.out.bold(printable(options.firmware)), describe(chosen),
                          job.tee ? ", loaded by a software TEE" : "");
    }
    const auto reporter = make_reporter(console.out, options, job);
    if (options.timeline.empty()) return boot(job, options, source, *reporter, console.log);
    TimelineRecorder recorder(*reporter, job);
    const ExitStatus status = boot(job, options, source, recorder, console.log);
    return worse_of(status,
                    write_timeline(console, options.timeline, story_of(recorder.record(), job, options.sequence)));
}

/// Why options that the parser accepted do not fit together; empty when they do.
std::string mistake_in(const BootOptions& options, const platform::Stm32mp15Config& config) {
    if (std::string mistake = tee_mistake(options.trust, config); !mistake.empty()) return mistake;
    if (options.take_over && !config.tee) return "--take-over asks a TEE to stop the processor: add --tee";
    if (config.tee || options.sequence == Mainline::kName) return {};
    return fmt::format(
        "--sequence {} loads before the carveouts are allocated, which only a TEE supports: add --tee software",
        options.sequence);
}

/// What is wrong with the options of a boot on hardware; empty when nothing is.
std::string mistake_on_hardware(const BootOptions& options, bool tee_owns_core) {
    if (options.tee == "software") return "--tee software is a model: on hardware it is --tee device";
    if (!options.trust.keys.empty()) return "--key is for a model: the TEE of the board has its own keys";
    if (options.take_over && !tee_owns_core) return "--take-over asks a TEE to stop the processor: add --tee device";
    if (!options.trust.tree.empty()) return "--tee-dtb is for a model: the TEE of the board has its own tree";
    if (!options.timeline.empty()) return "--timeline shows what models remember: leave out --hardware";
    if (tee_owns_core && options.tee.empty())
        return "the core of this board belongs to its TEE, which boots signed firmware: add --tee device";
    if (options.sequence == Mainline::kName || tee_owns_core) return {};
    return fmt::format("--sequence {} loads before there are carveouts, which only a TEE can: add --tee device",
                       options.sequence);
}

ExitStatus run_on_hardware(Console& console, const BootOptions& options) {
    auto machine = devmem::read_machine(root_from_environment(), options.node);
    if (!machine) return report(console, machine.error());
    platform::Stm32mp15Config& config = machine->board.config;
    // As if the machine's tree said so.
    if (options.tee == "device" && !config.tee) config.tee = platform::Stm32mp15Config::TeeReference{"", 0};
    if (const std::string mistake = mistake_on_hardware(options, config.tee.has_value()); !mistake.empty())
        return wrong_call(console, "boot", mistake);
    auto board = open_hardware(*machine);
    if (!board) return report(console, board.error());

    // One read for all uses: the file may change.
    const FirmwareSource source = firmware_source(options.firmware).requested();
    const auto firmware = source.request();
    if (!firmware && exit_status_of(firmware.error()) != ExitStatus::no) return report(console, firmware.error());
    const BootJob job{options.firmware,
                      firmware.value_or(Firmware(source.name(), {})),
                      machine->board,
                      [memory = board->memory()] { return memory.mapped(); },
                      nullptr,
                      BootModels({}),
                      check::Checker(machine->board, tee::SoftwareTeePolicy{}).check(source)};
    if (!options.json && !options.kernel_log && !options.quiet) {
        console.out.print("{} on {}, the board itself{}\n\n", console.out.bold(printable(options.firmware)),
                          printable(machine->board.name), config.tee ? ", loaded by its OP-TEE" : "");
    }
    const auto reporter = make_reporter(console.out, options, job);
    return boot_on_hardware(console, *std::move(board), job,
                            {options.sequence, options.running(), milliseconds_of(options.timeout)}, source, *reporter);
}

ExitStatus run_boot(Console& console, const BootOptions& options) {
    if (options.hardware || options.tee == "device") return run_on_hardware(console, options);
    auto chosen = choose_board(options);
    if (!chosen) return report(console, chosen.error());
    platform::Stm32mp15Config& config = chosen->board.config;
    // As in a device tree with a TEE.
    if (!options.tee.empty() && !config.tee) config.tee = platform::Stm32mp15Config::TeeReference{"", 0};
    if (const std::string mistake = mistake_in(options, config); !mistake.empty())
        return wrong_call(console, "boot", mistake);
    const auto applied = apply_tee_tree(options.trust.tree, config);
    if (!applied) return report(console, applied.error());
    const auto policy = read_policy(console, options.trust);
    if (!policy) return report(console, policy.error());

    // One read for all uses: the file may change.
    const FirmwareSource source = firmware_source(options.firmware).requested();
    const auto firmware = source.request();
    if (!firmware && exit_status_of(firmware.error()) != ExitStatus::no) return report(console, firmware.error());
    const ModelMemory memory;
    Result<std::shared_ptr<tee::SoftwareTee>> tee{nullptr};
    if (config.tee) tee = sim::make_software_tee(config, *policy, memory);
    if (!tee) return report(console, tee.error());
    const BootJob job{options.firmware,
                      firmware.value_or(Firmware(source.name(), {})),
                      chosen->board,
                      [&memory] { return memory.mapped(); },
                      *tee,
                      BootModels(memory),
                      check::Checker(chosen->board, *policy).check(source)};
    const ExitStatus status = boot_and_show(console, options, *chosen, job, source);
    return job.boots_on_linux() ? status : worse_of(status, ExitStatus::no);
}

/// What loads and starts the firmware, and in which order.
void add_loader_options(CLI::App& boot, BootOptions& options) {
    boot.add_option("--tee", options.tee,
                    "The loader of signed firmware: software, a model of OP-TEE; device, the OP-TEE of this board")
        ->option_text("software|device")
        ->check(CLI::IsMember({"software", "device"}));
    boot.add_flag("--take-over", options.take_over,
                  "Stop the processor first where another program has started it in the TEE");
    boot.add_flag("--hardware", options.hardware,
                  "Boot the processor of this board, through /dev/mem, until it is interrupted");
    add_tee_options(boot, options.trust);
    boot.add_option("--sequence", options.sequence,
                    "Order of the boot: mainline, alternate-boot or load-first; see `rproc sequences`")
        ->option_text("NAME")
        ->check(CLI::IsMember(
            {std::string(Mainline::kName), std::string(AlternateBoot::kName), std::string(LoadFirst::kName)}));
}

}  // namespace

Command add_boot(CLI::App& app) {
    auto* const boot =
        app.add_subcommand("boot", "Boot a firmware on the model of a board, or on the board, step by step");
    const auto options = std::make_shared<BootOptions>();
    boot->add_option("FW", options->firmware, "Firmware: a file, - for standard input, or a name")
        ->required()
        ->type_name("");
    add_loader_options(*boot, *options);
    boot->add_option("--timeline", options->timeline, "Write a picture of the boot: FILE.html, a page, or FILE.svg")
        ->option_text("FILE")
        ->check(CLI::Validator(
            [](const std::string& file) {
                return timeline_format(file) ? ""
                                             : "the name ends neither in .html, for a page, nor in .svg, for a picture";
            },
            ""));
    add_tee_timeout(*boot, options->timeout);
    add_common_options(*boot, *options);
    boot->get_option("--hardware")->excludes(boot->get_option("--board"))->excludes(boot->get_option("--dtb"));
    boot->add_flag("--kernel-log", options->kernel_log, "Print what dmesg would show, and nothing else")
        ->excludes(boot->get_option("--json"));
    add_help_footer(*boot,
                    "  rproc boot app.elf                        on the default board\n"
                    "  rproc boot --board stm32mp157c-ev1 -v app.elf\n"
                    "  rproc boot --kernel-log app.elf           the lines to look for in dmesg\n"
                    "  rproc boot --timeline boot.html app.elf   and a picture of every step\n"
                    "  rproc boot --tee software --key release.pub.pem app.signed\n"
                    "  rproc boot --hardware app.elf             on the board itself, as root; see docs/devmem.md\n");
    return {boot, options, [options](Console& console) { return run_boot(console, *options); }};
}

}  // namespace rproc::cli
