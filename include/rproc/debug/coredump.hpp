// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
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
namespace internal {
class ReplacementFile;
}

/// Whether and how a crash writes a dump: the modes of the kernel's sysfs file `coredump` (`enum
/// rproc_dump_mechanism`).
enum class CoredumpMode : std::uint8_t {
    disabled,  ///< no dump
    enabled,   ///< the memory is copied at once, and recovery continues
    inline_,   ///< recovery waits until the dump is read; the memory is not copied
};

/// The word in sysfs: "disabled", "enabled" or "inline"; static storage.
[[nodiscard]] constexpr std::string_view to_string(CoredumpMode mode) noexcept {
    switch (mode) {
        case CoredumpMode::disabled: return "disabled";
        case CoredumpMode::enabled: return "enabled";
        case CoredumpMode::inline_: return "inline";
    }
    return "unknown";
}

/// @returns the mode of that exact word, with or without a trailing newline (as `echo` writes to sysfs), or nothing for
///   any other.
[[nodiscard]] constexpr std::optional<CoredumpMode> parse_coredump_mode(std::string_view word) noexcept {
    if (word.ends_with('\n')) word.remove_suffix(1);
    for (const CoredumpMode mode : {CoredumpMode::disabled, CoredumpMode::enabled, CoredumpMode::inline_})
        if (word == to_string(mode)) return mode;
    return std::nullopt;
}

/// The dump segments of all regions that are mapped and have a device address, in the order of registration: those that
/// stm32_rproc registers in its prepare. Carveouts of Kind::allocated are not included, as in Linux.
[[nodiscard]] std::vector<DumpSegment> dump_segments_of(const CarveoutRegistry& carveouts);

/// Appends each trace buffer whose device address is not yet the start of a segment, as stm32_rproc does before each
/// start. Address and length come unchecked from the resource table; `coredump_size` reports those that no dump can
/// hold.
void add_trace_segments(std::vector<DumpSegment>& segments, std::span<const TraceBuffer> traces);

/// How the ELF file describes the memory.
enum class CoredumpFormat : std::uint8_t {
    segments,  ///< program headers, PT_LOAD (the kernel's `rproc_coredump`); gdb reads it
    sections,  ///< named sections, SHT_PROGBITS (the kernel's `rproc_coredump_using_sections`)
};

/// The ELF class, EI_CLASS.
enum class CoredumpClass : std::uint8_t { elf32, elf64 };

/// The fields of the ELF header of a dump.
struct CoredumpInfo {
    CoredumpFormat format = CoredumpFormat::segments;
    CoredumpClass elf_class = CoredumpClass::elf32;
    std::uint16_t machine = 0;  ///< e_machine. Linux's drivers leave 0 (EM_NONE); with 40 (EM_ARM) gdb knows the core
    DeviceAddress boot_address{};  ///< e_entry
};

/// The largest number of segments in a dump: the largest count that the ELF header holds without the escapes PN_XNUM
/// and SHN_LORESERVE. CoredumpFormat::sections needs two further headers.
[[nodiscard]] constexpr std::size_t most_dump_segments(CoredumpFormat format) noexcept {
    return format == CoredumpFormat::segments ? 0xfffe : 0xfeff - 2;
}

/// Receives the file in order, in pieces of 1 to kCoredumpPiece bytes, which are valid during the call. An error ends
/// the dump.
using CoredumpSink = std::function<Result<void>(std::span<const std::byte>)>;

/// A segment that the dump contains only in part.
struct UnmappedDumpSegment {
    std::size_t index;    ///< among the segments given
    std::uint64_t bytes;  ///< number of bytes that no carveout holds; they are 0xff
    Error notice;         ///< address_unmapped, for an observer's `on_notice`; its `kernel_line` is Linux's
};

/// The result of a dump.
struct CoredumpSummary {
    std::uint64_t size = 0;  ///< bytes that the sink got; 0 without segments, since then there is no dump
    std::vector<UnmappedDumpSegment> unmapped{};  ///< in the order of the segments
};

/// The size of the file that `write_coredump` writes; 0 without segments.
/// @returns the size in bytes, or
///   carveout_limit: more than `most_dump_segments`;
///   address_overflow: an address, a size or the offset of a segment does not fit the ELF class.
[[nodiscard]] Result<std::uint64_t> coredump_size(const CoredumpInfo& info, std::span<const DumpSegment> segments);

/// Writes an ELF core file (ET_CORE) of the processor's memory: headers, then the bytes of each segment in order,
/// without gaps. Uses memory for one piece, whatever the size of the dump. Bytes that no mapped carveout holds are
/// 0xff. Difference to Linux: Linux writes 0xff for a whole segment that no single carveout holds; this function keeps
/// the bytes that are mapped.
///
/// The carveouts must neither change nor be unmapped during the call. The processor may write to them meanwhile.
/// @returns the summary, or
///   the errors of `coredump_size`, before anything is written;
///   the sink's error, unchanged.
[[nodiscard]] Result<CoredumpSummary> write_coredump(const CoredumpInfo& info, std::span<const DumpSegment> segments,
                                                     const CarveoutRegistry& carveouts, const CoredumpSink& sink);

/// A dump file under construction: written under a temporary name in the directory of the target, which it replaces on
/// `commit`. Destroyed without `commit`, it is deleted. Its mode is 0600, since memory contains secrets.
///
/// Threads: not thread-safe.
class CoredumpFile {
  public:
    /// Creates the temporary file. If the target is a symbolic link, `commit` replaces the file that it names, and not
    /// the link.
    /// @returns the open file, or
    ///   file_unwritable: the target exists and is no regular file, or a system call failed (`what` has its error
    ///     text).
    [[nodiscard]] static Result<CoredumpFile> create(const std::filesystem::path& target);

    CoredumpFile(CoredumpFile&& other) noexcept;
    CoredumpFile& operator=(CoredumpFile&&) = delete;
    CoredumpFile(const CoredumpFile&) = delete;
    CoredumpFile& operator=(const CoredumpFile&) = delete;
    ~CoredumpFile();

    /// Appends the bytes.
    /// @returns nothing, or
    ///   file_unwritable: write(2) failed, for instance because the disk is full.
    [[nodiscard]] Result<void> write(std::span<const std::byte> bytes);

    /// A sink that calls `write`. Valid until this object is moved or destroyed.
    [[nodiscard]] CoredumpSink sink() {
        return [this](std::span<const std::byte> bytes) { return write(bytes); };
    }

    /// Flushes the bytes to the disk (fsync) and renames the file to its target. `write` must not be called afterwards.
    /// @returns nothing, or
    ///   file_unwritable: a system call failed; the target is unchanged.
    [[nodiscard]] Result<void> commit();

  private:
    CoredumpFile(std::filesystem::path target, std::unique_ptr<internal::ReplacementFile> file) noexcept;

    /// The result of a system call with that errno, 0 for none.
    [[nodiscard]] Result<void> done(int error) const;

    std::filesystem::path target_;
    std::unique_ptr<internal::ReplacementFile> file_;
};

}  // namespace rproc
