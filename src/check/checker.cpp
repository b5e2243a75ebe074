// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/check/checker.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "as_kernel_sees.hpp"
#include "kernel_reads.hpp"
#include "recorder.hpp"
#include "rproc/check/kernel_defects.hpp"
#include "rproc/check/memory_map.hpp"
#include "rproc/core/boot_steps.hpp"
#include "rproc/core/remote_processor.hpp"
#include "rproc/elf/backend.hpp"
#include "rproc/firmware/elf_image.hpp"
#include "rproc/internal/bytes.hpp"
#include "rproc/platform/stm32mp15.hpp"

namespace rproc::check {
namespace {

using platform::Stm32mp15;
using platform::Stm32mp15Config;
using Processor = RemoteProcessor<elf::Backend, Stm32mp15, Mainline, ObserverRef<Recorder>>;

/// What the model made of a firmware, before it was stopped.
struct Trial {
    std::optional<Error> error{};
    Recorder record{};
    std::vector<VirtioDevice> virtio{};

    [[nodiscard]] bool reached(Step step) const { return record.lines_before(step).has_value(); }
};

Finding finding_of(Severity severity, const Error& error) {
    return {severity, std::string(name_of(error.code)), error.where, error.what, error.hint};
}

Finding defect(const KernelDefect& defect, std::string where, std::string_view detail, std::string hint) {
    return {Severity::error, std::string(defect.code), std::move(where), fmt::format("{}: {}", defect.summary, detail),
            std::move(hint)};
}

/// What a running processor does not have, though the firmware asks for it.
void look_at_traces(const Processor& processor, Recorder& record) {
    for (const TraceBuffer& trace : processor.resources().traces) {
        if (!processor.carveouts().da_to_va(trace.da, trace.len).empty()) continue;
        record.on_notice(
            Severity::warning,
            {.code = ErrorCode::trace_unavailable,
             .what = fmt::format("{} bytes at {} lie in no memory of the processor: Linux boots it, and says "
                                 "\"Trace  not available\" to whoever reads it",
                                 trace.len, to_string(trace.da)),
             .where = fmt::format("trace \"{}\"", trace.name),
             .hint = "give the trace entry the address and size of the log buffer"});
    }
}

Trial try_boot(const FirmwareSource& source, const Stm32mp15Config& config, const ModelMemory& memory) {
    Trial trial;
    Processor processor(elf::Backend{}, Stm32mp15(config, {}, memory), ObserverRef(trial.record));
    auto booted = processor.set_firmware(source);
    if (booted) booted = processor.boot();
    if (!booted) trial.error = std::move(booted).error();
    for (const Vdev& vdev : processor.resources().vdevs) trial.virtio.push_back({vdev.index, vdev.id, vdev.registered});
    if (!trial.error) look_at_traces(processor, trial.record);
    trial.record.stop_recording();
    return trial;
}

/// The table that Linux installs where nothing was loaded: it overwrites what lies there.
void look_at_table_place(const ElfImage& image, const Stm32mp15Config& config, Recorder& record) {
    const auto section = image.find_section(".resource_table");
    if (!section || record.noticed(ErrorCode::table_not_in_memory)) return;
    const auto range = DeviceRange::make(section->addr, section->size);
    if (!range || !image.contents(*section)) return;
    for (std::uint32_t i = 0; i < image.segment_count(); ++i) {
        const ElfSegment segment = image.segment(i);
        const auto loaded = DeviceRange::make(segment.paddr, segment.memsz);
        if (segment.loadable() && loaded && loaded->contains(*range)) return;
    }
    const auto in_memory = [&](const MemoryEntry& entry) { return entry.loadable && entry.device.contains(*range); };
    if (std::ranges::none_of(memory_map(config), in_memory)) return;
    record.on_notice(
        Severity::warning,
        {.code = ErrorCode::table_outside_segments,
         .what = fmt::format("no segment loads section .resource_table; Linux writes the table to {} all the "
                             "same, over whatever is there",
                             to_string(*range)),
         .where = "resource table",
         .hint = "add the section to a loaded output section of the linker script (allocated, KEEP)"});
}

void look_at_carveout_names(const ElfImage& image, Verdict& verdict) {
    const auto section = image.find_section(".resource_table");
    const auto bytes = section ? image.contents(*section) : std::nullopt;
    const auto table = bytes ? ResourceTableView::parse(*bytes) : fail(Error{});
    if (!table) return;
    static_cast<void>(table->for_each([&](const ResourceEntry& entry) -> Result<void> {
        if (!entry.is(wire::EntryType::carveout)) return {};
        RPROC_TRY_ASSIGN(const wire::Carveout request, decode_carveout(entry));
        const std::string name(wire::view(request.name));
        if (name.find('%') != std::string::npos) {
            verdict.findings.push_back(defect(kFormatString, fmt::format("carveout \"{}\"", name),
                                              "what it prints there is not the name", "use a name without '%'"));
        }
        return {};
    }));
}

Outcome outcome_of_running(const Trial& trial) {
    constexpr std::array kMissing{ErrorCode::table_missing,        ErrorCode::table_truncated,
                                  ErrorCode::table_headerless,     ErrorCode::table_version,
                                  ErrorCode::table_incomplete,     ErrorCode::vring_invalid,
                                  ErrorCode::table_reserved_bytes, ErrorCode::vring_misfit,
                                  ErrorCode::trace_unavailable,    ErrorCode::table_not_in_memory};
    const bool lacks = std::ranges::any_of(kMissing, [&](ErrorCode code) { return trial.record.noticed(code); });
    return lacks ? Outcome::degraded : Outcome::boots;
}

/// What the kernel cannot give back without dying, once it has taken it: it frees it after a failed boot, or at stop.
std::optional<std::string> panics_on_free(const Trial& trial) {
    if (trial.record.noticed(ErrorCode::vdev_too_few_vrings)) return "a virtio device that has not two vrings";
    if (trial.record.noticed(ErrorCode::carveout_elsewhere)) return "memory that it had to allocate for this processor";
    return std::nullopt;
}

/// The kernel dies while it starts the firmware: nobody gets an errno, or reads a state.
void die_at_start(Verdict& verdict, Finding why, std::size_t lines) {
    verdict.outcome = Outcome::panics;
    verdict.errno_value.reset();
    verdict.state.reset();
    for (VirtioDevice& device : verdict.virtio) device.registered = false;
    verdict.kernel_log.resize(std::min(lines, verdict.kernel_log.size()));
    verdict.findings.push_back(std::move(why));
}

/// e_shoff so large that the kernel's sum with the header's size wraps, and passes its check.
bool section_headers_wrap(std::span<const std::byte> bytes) {
    constexpr std::uint64_t kShoffIn64BitHeader = 40;  // offsetof(Elf64_Ehdr, e_shoff)
    constexpr std::uint64_t kSectionHeader64 = 64;
    constexpr std::byte kClass64{2};
    const auto shoff = internal::read_at<internal::Le64>(bytes, kShoffIn64BitHeader);
    return shoff && bytes[4] == kClass64 && shoff->get() + kSectionHeader64 < kSectionHeader64;
}

void judge_reads(Verdict& verdict, const Trial& trial, const Firmware& firmware, const Stm32mp15Config& config) {
    const std::string hint = "the file is damaged: link it again, or copy it again";
    const auto image = ElfImage::parse(firmware.bytes());
    if (!image) {
        if (trial.error->code != ErrorCode::elf_headers_outside_file || !section_headers_wrap(firmware.bytes())) return;
        verdict.findings.clear();
        die_at_start(verdict, defect(kReadsPastFile, "ELF header, e_shoff", "e_shoff wraps", hint),
                     trial.record.lines_before(Step::sanity_check).value_or(0));
        verdict.kernel_log.push_back(booting_line(firmware));
        return;
    }
    if (trial.reached(Step::parse_fw)) {
        if (const auto read = find_table_panics(*image)) {
            return die_at_start(verdict, defect(kReadsPastFile, "section headers", *read, hint),
                                *trial.record.lines_before(Step::parse_fw));
        }
    }
    if (trial.reached(Step::load)) {
        if (const auto read = load_panics(*image, config)) {
            return die_at_start(verdict, defect(kReadsPastFile, "program headers", *read, hint),
                                *trial.record.lines_before(Step::load));
        }
    }
}

void judge_free(Verdict& verdict, const Trial& trial) {
    const auto taken = panics_on_free(trial);
    if (!taken || verdict.outcome == Outcome::panics) return;
    const std::string hint = "give every vdev two vrings, and every carveout and vring the name of a memory-region";
    if (trial.error) {
        const std::size_t all_but_boot_failed = verdict.kernel_log.size() - 1;
        return die_at_start(verdict, defect(kPanicsOnFree, "undo of the failed boot", *taken, hint),
                            all_but_boot_failed);
    }
    verdict.outcome = Outcome::panics;
    verdict.findings.push_back(defect(kPanicsOnFree, "stop", *taken, hint));
}

void judge_table_offsets(Verdict& verdict, const Trial& trial, const ElfImage& image) {
    if (!trial.error || trial.error->code != ErrorCode::entry_outside_table) return;
    const auto section = image.find_section(".resource_table");
    const auto table = ResourceTableView::parse(*image.contents(*section));
    constexpr std::uint32_t kFirstNegative = 0x80000000;
    for (std::uint32_t i = 0; i < table->size(); ++i) {
        if (table->offset(i) < kFirstNegative) continue;
        verdict.findings.push_back(defect(kReadsBeforeTable, fmt::format("resource table, offset[{}]", i),
                                          fmt::format("{:#x} may panic them", table->offset(i)),
                                          "offsets count from the table's first byte; use offsetof()"));
        return;
    }
}

/// Says which memory a segment misses, and by how much.
std::string explain_error(const Error& error, const std::optional<ElfImage>& image, const Stm32mp15Config& config) {
    if (error.code != ErrorCode::segment_outside_memory || !image) return error.what;
    for (std::uint32_t i = 0; i < image->segment_count(); ++i) {
        const ElfSegment segment = image->segment(i);
        const auto range = DeviceRange::make(segment.paddr, segment.memsz);
        if (range && segment.describe() == error.where) return explain_misfit(config, *range);
    }
    return error.what;
}

std::string format_of(const std::optional<ElfImage>& image) {
    return image ? fmt::format("elf{}", image->header().elf_class) : "unknown";
}

}  // namespace

Checker::Checker(platform::Board board) : board_(std::move(board)) {}

Verdict Checker::check(const FirmwareSource& source) {
    memory_.clear();
    const auto firmware = source.request();
    KernelView seen{firmware.value_or(Firmware(source.name(), {})), {}};
    if (firmware) seen = as_kernel_sees(*firmware, board_.config);
    Trial trial = try_boot(firmware ? FirmwareSource(seen.firmware) : source, board_.config, memory_);

    std::optional<ElfImage> image;
    if (auto parsed = ElfImage::parse(seen.firmware.bytes())) image = *parsed;
    if (image && !trial.error) look_at_table_place(*image, board_.config, trial.record);

    Verdict verdict{.firmware = source.name(),
                    .format = format_of(image),
                    .board = board_.name,
                    .remoteproc = board_.config.name,
                    .outcome = trial.error ? Outcome::refused : outcome_of_running(trial),
                    .errno_value = trial.error ? trial.error->errno_value() : 0,
                    .state = trial.error ? State::offline : State::running,
                    .virtio = trial.virtio,
                    .kernel_log = std::move(trial.record.kernel_log()),
                    .findings = std::move(seen.findings)};
    std::ranges::move(trial.record.findings(), std::back_inserter(verdict.findings));
    if (trial.error) {
        Finding refusal = finding_of(Severity::error, *trial.error);
        refusal.message = explain_error(*trial.error, image, board_.config);
        verdict.findings.push_back(std::move(refusal));
    }
    if (image) {
        look_at_carveout_names(*image, verdict);
        judge_table_offsets(verdict, trial, *image);
    }
    if (firmware) judge_reads(verdict, trial, seen.firmware, board_.config);
    judge_free(verdict, trial);
    return verdict;
}

}  // namespace rproc::check
