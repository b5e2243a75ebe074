// SPDX-License-Identifier: BSD-2-Clause
#include "check/lint/image_remarks.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "check/lint/byte_count.hpp"
#include "check/model/sram_alias.hpp"
#include "rproc/internal/bytes.hpp"

namespace rproc::check {
namespace {

/// A Cortex-M takes its first stack pointer from address 0, and its first instruction from the address that stands at 4
/// (Armv7-M Architecture Reference Manual, B1.5.3 and B1.5.5). An STM32MP15 has RETRAM at 0.
constexpr DeviceAddress kInitialStack(0);
constexpr DeviceAddress kResetVector(4);
constexpr std::uint64_t kVector = 4;

/// The last segment that covers these bytes: what it puts there is what the processor finds. Null when there is none.
const LoadableSegment* segment_over(const ImageModel& image, DeviceRange range) {
    const LoadableSegment* found = nullptr;
    for (const LoadableSegment& segment : image.segments())
        if (segment.covers(range)) found = &segment;
    return found;
}

/// The word that the segments load to a vector, 0 for bytes that the file does not have; nothing when no segment is
/// loaded there.
std::optional<std::uint32_t> loaded_vector(const ImageModel& image, DeviceAddress vector) {
    const LoadableSegment* const segment = segment_over(image, *DeviceRange::make(vector, kVector));
    if (segment == nullptr) return std::nullopt;
    const auto contents = image.elf().contents(segment->header);
    if (!contents) return std::nullopt;
    const std::uint64_t into = vector.value() - segment->header.paddr.value();
    const auto word = internal::read_at<internal::Le32>(*contents, into);
    return word ? word->get() : 0;
}

/// Whether the processor reaches memory where a stack that begins at this address grows to.
bool has_stack_below(const BoardModel& board, std::uint32_t top) {
    constexpr std::uint64_t kWord = 4;
    if (top < kWord) return false;
    const DeviceRange first_push = by_first_address(*DeviceRange::make(DeviceAddress(top - kWord), kWord));
    return std::ranges::any_of(board.memories(), [&](const MemoryEntry& memory) {
        return by_first_address(memory.device).contains(first_push);
    });
}

void remark_on_stack(std::vector<Finding>& findings, const CheckedImage& checked) {
    const auto top = loaded_vector(checked.image, kInitialStack);
    if (!top || has_stack_below(checked.board, *top)) return;
    findings.push_back(
        {Severity::warning, FindingCode::stack_pointer_invalid,
         place::Vector{"initial stack pointer", kInitialStack.value(), 0},
         fmt::format("the word at 0x0 is {:#010x}: the device tree gives the processor no memory below that address; "
                     "unless the start-up code sets another stack pointer, the first push faults, and Linux says that "
                     "the processor is up",
                     *top),
         "set the top of the stack in the linker script (_estack, __StackTop) to the end of a memory that the board "
         "has: rproc boards BOARD"});
}

void remark_on_vectors(std::vector<Finding>& findings, const ImageModel& image) {
    const std::string in_linker_script =
        ".isr_vector : { KEEP(*(.isr_vector)) } as the first section of the memory at 0x0";
    const auto reset = loaded_vector(image, kResetVector);
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

std::vector<Finding> remarks_on_image(const CheckedImage& checked) {
    std::vector<Finding> findings;
    remark_on_vectors(findings, checked.image);
    remark_on_stack(findings, checked);
    remark_on_debug(findings, checked.image.elf());
    return findings;
}

}  // namespace rproc::check
