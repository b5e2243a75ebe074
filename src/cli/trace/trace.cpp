// SPDX-License-Identifier: BSD-2-Clause
// rproc trace: boots a firmware on the model of a board, and shows what its trace buffers hold.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/boot/facts.hpp"
#include "cli/commands.hpp"
#include "cli/common/tee_options.hpp"
#include "cli/trace/view.hpp"
#include "rproc/check/memory_map.hpp"
#include "rproc/firmware/readable_images.hpp"
#include "rproc/observers/spdlog_observer.hpp"
#include "rproc/rproc.hpp"
#include "rproc/sim/software_tee_board.hpp"
#include "rproc/tee/tee_context.hpp"

namespace rproc::cli {
namespace {

struct TraceOptions : CommonOptions {
    std::string firmware;
    std::vector<std::string> names;
    std::string memory;  ///< a directory, or empty
    bool follow = false;
    std::uint32_t interval = 100;  ///< ms
    std::string tee;               ///< "software", or empty
    TeeOptions trust;
};

/// The firmware, read, and the memory files, opened.
struct TraceJob {
    const TraceOptions& options;
    const ChosenBoard& chosen;
    Firmware firmware;
    std::optional<sim::FileMemory> files;
    TraceSignals& signals;
};

/// Why options that the parser accepted do not fit together; empty when they do.
std::string mistake_in(const TraceOptions& options, const platform::Stm32mp15Config& config) {
    if (std::string mistake = tee_mistake(options.trust, config); !mistake.empty()) return mistake;
    if (config.tee && !options.memory.empty())
        return "--memory needs a board without a TEE, which does not share the memory: trace the ELF file that was "
               "signed";
    if (options.follow && options.memory.empty())
        return "--follow needs --memory DIR: the model does not execute the firmware, so another program must write to "
               "the board's memory";
    return {};
}

void introduce(Console& console, const TraceOptions& options, const ChosenBoard& chosen) {
    const bool unasked = chosen.choice != BoardChoice::named && !options.json && !options.quiet;
    if (unasked || options.verbose) console.err.print("rproc: note: on a model of {}\n", describe(chosen));
    if (!options.verbose) return;
    console.err.print(
        "rproc: note: the model does not execute the firmware: a trace buffer holds the bytes of the image{}\n",
        options.memory.empty() ? "" : ", and the text that other programs write to " + printable(options.memory));
}

constexpr ErrorText kNoBuffer{
    .code = ErrorCode::trace_unavailable,
    .message = "the firmware's resource table has no trace buffer",
    .hint =
        "add a trace entry (type 2) with the address, the size and the name of the log buffer to the table in section "
        ".resource_table"};
constexpr ErrorText kNoTable{.code = ErrorCode::trace_unavailable,
                             .message = "the firmware has no resource table, and so no trace buffer",
                             .hint = kNoBuffer.hint};

Error no_traces(const TraceJob& job, bool has_table) {
    const Place where = place::Firmware{job.options.firmware};
    return !has_table ? Error(kNoTable, where) : Error(kNoBuffer, where);
}

/// Prints the buffers of a running processor.
ExitStatus show(Console& console, const TraceJob& job, const AnyProcessor& processor) {
    const auto buffers = processor.visit([](const ProcessorView& now) { return now.resources.traces; });
    const bool has_table = processor.visit([](const ProcessorView& now) { return !now.table.empty(); });
    if (buffers.empty()) return report(console, no_traces(job, has_table));
    auto traces = choose_traces(buffers, job.options.names);
    if (!traces) {
        report(console, traces.error());
        return ExitStatus::not_found;
    }
    const TraceScene scene{job.chosen.board, processor, job.files};
    TraceView view(console, job.options, scene);
    ExitStatus status = view.open(*std::move(traces));
    if (status == ExitStatus::yes && job.options.follow)
        status = view.follow(job.signals, std::chrono::milliseconds(job.options.interval));
    view.close();
    return status;
}

ExitStatus refused(Console& console, const TraceJob& job, const Error& error) {
    const std::string meaning = meaning_of(error, job.chosen.board, readable_images(job.firmware));
    const std::string hint = error.hint();
    const TextArgument arguments[]{meaning, hint};
    return report(console, Error::of({error.code(), "the boot was refused: {0}", "", "{1}"}, {}, arguments));
}

/// Boots, shows and stops.
template <Backend B, MemoryProvider M>
ExitStatus trace_with(Console& console, const TraceJob& job, B backend, M memory) {
    using Board = platform::Stm32mp15<platform::ModelRegisters, M, platform::ModelMailbox>;
    using Processor = RemoteProcessor<B, Board, Mainline, SpdlogObserver>;
    ProcessorAdapter<Processor> processor(std::make_shared<Processor>(
        std::move(backend), Board(job.chosen.board.config, {}, std::move(memory)), SpdlogObserver(console.log)));
    auto booted = processor.set_firmware(FirmwareSource(job.firmware));
    if (booted) booted = processor.boot();
    if (!booted) return refused(console, job, std::move(booted).error());
    const ExitStatus status = show(console, job, processor);
    const auto stopped = processor.shutdown();
    return stopped ? status : worse_of(status, report(console, stopped.error()));
}

ExitStatus trace_with_tee(Console& console, const TraceJob& job, tee::SoftwareTeePolicy policy) {
    const platform::Stm32mp15Config& config = job.chosen.board.config;
    const ModelMemory memory;
    auto tee = sim::make_software_tee(config, std::move(policy), memory);
    if (!tee) return report(console, tee.error());
    tee::TeeContext<tee::SoftwareTee> context(*tee);
    auto backend = context.register_processor(sim::processor_id(config));
    if (!backend) return report(console, backend.error());
    return trace_with(console, job, *std::move(backend), memory);
}

/// Opens the files of the board's memories, which are there before any firmware is.
Result<sim::FileMemory> open_files(const std::string& directory, const platform::Stm32mp15Config& config) {
    RPROC_TRY_ASSIGN(sim::FileMemory files, sim::FileMemory::open(directory));
    for (const check::MemoryEntry& entry : check::memory_map(config))
        if (entry.loadable) RPROC_TRY(files.map(entry.physical));
    return files;
}

ExitStatus run_trace(Console& console, const TraceOptions& options) {
    auto chosen = choose_board(options);
    if (!chosen) return report(console, chosen.error());
    platform::Stm32mp15Config& config = chosen->board.config;
    // As in a device tree with a TEE.
    if (!options.tee.empty() && !config.tee) config.tee = platform::Stm32mp15Config::TeeReference{"", 0};
    if (const std::string mistake = mistake_in(options, config); !mistake.empty())
        return wrong_call(console, "trace", mistake);
    const auto applied = apply_tee_tree(options.trust.tree, config);
    if (!applied) return report(console, applied.error());
    auto policy = read_policy(console, options.trust);
    if (!policy) return report(console, policy.error());
    auto firmware = firmware_source(options.firmware).request();
    if (!firmware) return report(console, firmware.error());

    introduce(console, options, *chosen);
    TraceSignals signals;
    TraceJob job{options, *chosen, *std::move(firmware), std::nullopt, signals};
    if (config.tee) return trace_with_tee(console, job, *std::move(policy));
    if (options.memory.empty()) return trace_with(console, job, elf::Backend{}, ModelMemory());
    const auto files = open_files(options.memory, config);
    if (!files) return report(console, files.error());
    job.files = *files;
    return trace_with(console, job, elf::Backend{}, *files);
}

}  // namespace

Command add_trace(CLI::App& app) {
    constexpr std::uint32_t kLongestInterval = 60'000;
    auto* const trace = app.add_subcommand("trace", "Show what the trace buffers of a firmware hold");
    const auto options = std::make_shared<TraceOptions>();
    trace->add_option("FW", options->firmware, "Firmware: a file, - for standard input, or a name")
        ->required()
        ->type_name("");
    trace->add_option("-n,--name", options->names, "Only this trace buffer, by name or number; may be repeated")
        ->option_text("NAME")
        ->allow_extra_args(false);
    auto* const follow = trace->add_flag("-f,--follow", options->follow, "Print new text until interrupted");
    trace->add_option("--memory", options->memory, "Keep the board's memory in files of DIR, for others to write")
        ->option_text("DIR");
    trace->add_option("--interval", options->interval, "The poll interval of --follow; 100 ms by default")
        ->option_text("MS")
        ->check(CLI::Range(std::uint32_t{1}, kLongestInterval))
        ->needs(follow);
    trace->add_option("--tee", options->tee, "The loader of signed firmware: software, a model of OP-TEE")
        ->option_text("software")
        ->check(CLI::IsMember({"software"}));
    add_tee_options(*trace, options->trust);
    add_common_options(*trace, *options);
    add_help_footer(*trace,
                    "  rproc trace app.elf                       what the image has in its trace buffers\n"
                    "  rproc trace -f --memory board app.elf     what another program writes to them\n"
                    "  rproc trace -n cm4_log --json app.elf\n"
                    "The code of the firmware does not run on the model; see rproc-trace(1) on playing it.\n");
    return {trace, options, [options](Console& console) { return run_trace(console, *options); }};
}

}  // namespace rproc::cli
