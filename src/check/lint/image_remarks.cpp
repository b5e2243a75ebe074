// SPDX-License-Identifier: BSD-2-Clause
#include "check/lint/image_remarks.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "check/lint/byte_count.hpp"
#include "rproc/internal/bytes.hpp"

namespace rproc::check {
namespace {

/// A Cortex-M takes its first stack pointer from address 0, and its first instruction from the address that stands at 4
/// (Armv7-M Architecture Reference Manual, B1.5.3 and B1.5.5). An STM32MP15 has RETRAM at 0.
constexpr DeviceAddress kResetVector(4);
constexpr std::uint64_t kVector = 4;

/// The last segment that covers these bytes: what it puts there is what the processor finds. Null when there is none.
const LoadableSegment* segment_over(const ImageModel& image, DeviceRange range) {
    const LoadableSegment* found = nullptr;
    for (const LoadableSegment& segment : image.segments())
        if (segment.covers(range)) found = &segment;
    return found;
}

/// The word that the segments load to the reset vector, 0 for bytes that the file does not have; nothing when no
/// segment is loaded there.
std::optional<std::uint32_t> reset_vector(const ImageModel& image) {
    const LoadableSegment* const segment = segment_over(image, *DeviceRange::make(kResetVector, kVector));
    if (segment == nullptr) return std::nullopt;
    const auto contents = image.elf().contents(segment->header);
    if (!contents) return std::nullopt;
    const std::uint64_t into = kResetVector.value() - segment->header.paddr.value();
    const auto word = internal::read_at<internal::Le32>(*contents, into);
    return word ? word->get() : 0;
}

void remark_on_machine(std::vector<Finding>& findings, const ElfHeader& header) {
    constexpr std::uint16_t kArm = 40;  // EM_ARM
    if (header.machine == kArm) return;
    findings.push_back(
        {Severity::warning, FindingCode::elf_machine_foreign, place::ElfHeader{"e_machine"},
         fmt::format("the file is for machine {}, and the Cortex-M4 executes Arm code, which is {}; Linux "
                     "does not look, and starts it",
                     header.machine, kArm),
         "give the file that the Cortex-M build wrote: arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb"});
}

void remark_on_vectors(std::vector<Finding>& findings, const ImageModel& image) {
    const std::string in_linker_script =
        ".isr_vector : { KEEP(*(.isr_vector)) } as the first section of the memory at 0x0";
    const auto reset = reset_vector(image);
    if (!reset) {
        findings.push_back({Severity::warning, FindingCode::vectors_missing, place::Vector{"", 0, 2 * kVector},
                            "no segment is loaded to 0x0, where the Cortex-M4 finds its stack pointer and, at 0x4, the "
                            "address of its first instruction: it starts with what was there before",
                            "linker script: " + in_linker_script});
        return;
    }
    const bool thumb = (*reset & 1U) != 0;
    const auto first = DeviceRange::make(DeviceAddress(*reset & ~1U), 2);
    if (thumb && segment_over(image, *first) != nullptr) return;
    findings.push_back(
        {Severity::warning, FindingCode::reset_vector_invalid, place::Vector{"reset vector", kResetVector.value(), 0},
         fmt::format("the word at 0x4, with which the Cortex-M4 starts, is {:#010x}: {}; the core faults at once, and "
                     "Linux says that it is up",
                     *reset, thumb ? "no segment is loaded there" : "bit 0, the Thumb bit, is not set"),
         "the vector table must be at 0x0, with the address of Reset_Handler second; linker script: " +
             in_linker_script});
}

bool is_debug(std::string_view name) {
    return name.starts_with(".debug_") || name.starts_with(".zdebug_") || name.starts_with(".stab");
}

void remark_on_debug(std::vector<Finding>& findings, const ElfImage& image) {
    constexpr std::uint64_t kWorthMentioning = 64 * 1024;
    std::uint64_t debug = 0;
    for (std::uint32_t i = 0; i < image.section_count(); ++i) {
        const ElfSection section = image.section(i);
        const auto contents = image.contents(section);
        if (contents && is_debug(section.name)) debug += contents->size();
    }
    const std::uint64_t file = image.bytes().size();
    debug = std::min(debug, file);  // sections may share bytes
    if (debug <= kWorthMentioning || debug <= file / 2) return;
    findings.push_back({Severity::note, FindingCode::debug_sections_large, place::DebugSections{},
                        fmt::format("{} of the file's {} ({} %) are for the debugger; Linux reads them all at each "
                                    "start, and loads none",
                                    grouped(debug), byte_count(file), debug * 100 / file),
                        "deploy a copy without them, and keep this file for gdb: arm-none-eabi-strip --strip-debug -o "
                        "OUT FW"});
}

}  // namespace

std::vector<Finding> remarks_on_image(const ImageModel& image) {
    std::vector<Finding> findings;
    remark_on_machine(findings, image.elf().header());
    remark_on_vectors(findings, image);
    remark_on_debug(findings, image.elf());
    return findings;
}

}  // namespace rproc::check
