// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rproc/core/crash.hpp"
#include "rproc/core/resources.hpp"
#include "rproc/memory/address.hpp"
#include "rproc/memory/carveout_registry.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// What a crash does about a dump; the words are those of the kernel's sysfs file `coredump`.
enum class CoredumpMode : std::uint8_t {
    disabled,  ///< no dump
    enabled,   ///< everything is copied at once, and recovery goes on
    inline_,   ///< recovery waits until the dump has been read, and nothing is copied
};

/// "disabled", "enabled" or "inline"
[[nodiscard]] constexpr std::string_view to_string(CoredumpMode mode) noexcept {
    switch (mode) {
        case CoredumpMode::disabled: return "disabled";
        case CoredumpMode::enabled: return "enabled";
        case CoredumpMode::inline_: return "inline";
    }
    return "unknown";
}

/// The mode of that exact word, with or without a newline behind it (as `echo` writes to sysfs); nothing for any other.
[[nodiscard]] constexpr std::optional<CoredumpMode> parse_coredump_mode(std::string_view word) noexcept {
    if (word.ends_with('\n')) word.remove_suffix(1);
    for (const CoredumpMode mode : {CoredumpMode::disabled, CoredumpMode::enabled, CoredumpMode::inline_})
        if (word == to_string(mode)) return mode;
    return std::nullopt;
}

/// The regions that are mapped and have a device address, in the order of registration: what stm32_rproc registers for
/// a dump while it prepares. Memory that was allocated for the firmware is not among them, as in Linux.
[[nodiscard]] std::vector<DumpSegment> dump_segments_of(const CarveoutRegistry& carveouts);

/// Appends each trace buffer whose device address is not yet the start of a segment, as stm32_rproc does before each
/// start. A buffer's place and length are the firmware's own words: `coredump_size` says what they lead to.
void add_trace_segments(std::vector<DumpSegment>& segments, std::span<const TraceBuffer> traces);

/// How the dump describes its memory.
enum class CoredumpFormat : std::uint8_t {
    segments,  ///< program headers, PT_LOAD (the kernel's `rproc_coredump`); gdb reads it
    sections,  ///< named sections, SHT_PROGBITS (the kernel's `rproc_coredump_using_sections`)
};

enum class CoredumpClass : std::uint8_t { elf32, elf64 };

/// What the ELF header of a dump says.
struct CoredumpInfo {
    CoredumpFormat format = CoredumpFormat::segments;
    CoredumpClass elf_class = CoredumpClass::elf32;
    std::uint16_t machine = 0;  ///< e_machine. Linux's drivers leave 0 (EM_NONE); with 40 (EM_ARM) gdb knows the core
    DeviceAddress boot_address{};  ///< e_entry
};

/// The most segments of a dump: the largest count that the ELF header holds without the escapes PN_XNUM and
/// SHN_LORESERVE. The section form needs two headers for itself.
[[nodiscard]] constexpr std::size_t most_dump_segments(CoredumpFormat format) noexcept {
    return format == CoredumpFormat::segments ? 0xfffe : 0xfeff - 2;
}

/// Takes the file piece by piece, in order: 1 to kCoredumpPiece bytes, valid during the call. An error ends the dump.
using CoredumpSink = std::function<Result<void>(std::span<const std::byte>)>;

/// A segment of which a dump could not have every byte.
struct UnmappedDumpSegment {
    std::size_t index;    ///< among the segments given
    std::uint64_t bytes;  ///< how many are 0xff because no carveout holds them
    Error notice;         ///< address_unmapped, for an observer's `on_notice`; its `kernel_line` is Linux's
};

/// What became of a dump.
struct CoredumpSummary {
    std::uint64_t size = 0;  ///< bytes that the sink got; 0 when there was no segment, hence no dump
    std::vector<UnmappedDumpSegment> unmapped{};
};

/// The size of the file that `write_coredump` writes; 0 without segments.
/// @returns the bytes, or
///   carveout_limit: more than `most_dump_segments`;
///   address_overflow: an address, a size or the offset of a segment does not fit the ELF class.
[[nodiscard]] Result<std::uint64_t> coredump_size(const CoredumpInfo& info, std::span<const DumpSegment> segments);

/// Writes an ELF core file of the processor's memory: headers, then the bytes of each segment in order, without gaps.
/// Holds one piece in memory at a time, whatever the size of the dump. Bytes that no mapped carveout holds are 0xff.
/// One difference to Linux: of a segment that no single carveout holds as a whole, Linux writes 0xff alone; here the
/// bytes that exist are kept.
///
/// The carveouts must neither change nor be unmapped during the call; the processor may go on writing to them.
/// @returns what was written, or
///   the errors of `coredump_size`, before anything is written;
///   the sink's error, as it is.
[[nodiscard]] Result<CoredumpSummary> write_coredump(const CoredumpInfo& info, std::span<const DumpSegment> segments,
                                                     const CarveoutRegistry& carveouts, const CoredumpSink& sink);

/// A dump on its way into a file: written under a temporary name beside the target, which it takes the place of when
/// complete. Not completed, it is removed. Only its owner may read it, since memory holds secrets. For one thread.
class CoredumpFile {
  public:
    /// Creates the temporary file. A target that is a symbolic link stays one, and the file that it names is replaced.
    /// @returns the open file, or
    ///   file_unwritable: the target exists and is no regular file, or the system refuses (its words are in `what`).
    [[nodiscard]] static Result<CoredumpFile> create(const std::filesystem::path& target);

    CoredumpFile(CoredumpFile&& other) noexcept;
    CoredumpFile& operator=(CoredumpFile&&) = delete;
    CoredumpFile(const CoredumpFile&) = delete;
    CoredumpFile& operator=(const CoredumpFile&) = delete;
    ~CoredumpFile();

    /// Appends the bytes.
    /// @returns nothing, or
    ///   file_unwritable: the system refuses, for instance because the disk is full.
    [[nodiscard]] Result<void> write(std::span<const std::byte> bytes);

    /// A sink that appends to this file; valid as long as this object stays where it is.
    [[nodiscard]] CoredumpSink sink() {
        return [this](std::span<const std::byte> bytes) { return write(bytes); };
    }

    /// Brings the bytes to the disk and gives the file its name. Nothing may be written afterwards.
    /// @returns nothing, or
    ///   file_unwritable: the system refuses; the target is as it was.
    [[nodiscard]] Result<void> commit();

  private:
    CoredumpFile(std::filesystem::path target, std::string temporary, int fd) noexcept;

    [[nodiscard]] Error refused(int error) const;

    std::filesystem::path target_;
    std::string temporary_;  ///< empty once it is renamed
    int fd_;
};

}  // namespace rproc
