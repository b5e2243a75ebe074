// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/common/resource_report.hpp"
#include "rproc/core/context.hpp"
#include "rproc/core/processor_view.hpp"
#include "rproc/core/resources.hpp"
#include "rproc/firmware/elf_image.hpp"
#include "rproc/firmware/firmware.hpp"
#include "rproc/memory/carveout_registry.hpp"
#include "rproc/observer.hpp"
#include "rproc/platform/board.hpp"
#include "rproc/tee/software_tee.hpp"

namespace rproc::cli {

/// The result of each step of a boot in a few words, from the firmware, the board and the kernel's lines. It does not
/// call the processor, whose lock is held during a step.
class StepFacts {
  public:
    /// @param images of the firmware; they outlive this object.
    /// @param mapped returns how many mappings of the processor's memory are alive.
    /// @param tee loads the firmware; null where Linux does.
    StepFacts(const platform::Board& board, const Firmware& firmware, std::span<const ElfImage> images,
              std::function<std::size_t()> mapped, std::shared_ptr<const tee::SoftwareTee> tee)
        : board_(board),
          firmware_size_(firmware.bytes().size()),
          images_(images),
          mapped_(std::move(mapped)),
          tee_(std::move(tee)),
          mapped_before_(mapped_()) {}

    void on_log(const LogLine& line);
    /// "3 segments, 4,812 bytes"; empty when there is nothing to add.
    [[nodiscard]] std::string of(Step step) const;

  private:
    [[nodiscard]] std::string signer() const;

    const platform::Board& board_;
    std::size_t firmware_size_;  ///< bytes
    std::span<const ElfImage> images_;
    std::function<std::size_t()> mapped_;
    std::shared_ptr<const tee::SoftwareTee> tee_;
    std::size_t mapped_before_;  ///< mappings of the TEE before the boot
    std::string virtio_;         ///< the devices that were registered
};

struct RunningVring {
    std::uint32_t num;
    std::uint32_t align;
    std::uint32_t notify_id;
    std::uint64_t size;  ///< bytes of its carveout
    std::optional<DeviceAddress> da;
    PhysicalAddress pa;
};

struct RunningVdev {
    std::uint32_t index;
    std::uint32_t id;
    bool registered;
    std::vector<RunningVring> vrings;
};

struct RunningTrace {
    std::string name;
    DeviceAddress da;
    std::uint64_t len;
    bool readable;  ///< it lies in a memory that Linux maps
};

struct RunningTable {
    std::uint64_t size;
    std::optional<DeviceAddress> da;  ///< nothing for Linux's own copy, which the firmware cannot see
};

struct RunningMemory {
    std::string name;
    std::optional<DeviceAddress> da;
    PhysicalAddress pa;
    std::uint64_t size;
    bool mapped;  ///< Linux maps it
};

/// Memories, traces, virtio devices and table of a running processor.
struct Running {
    std::vector<RunningMemory> memories;  ///< in the order of their registration
    std::vector<RunningTrace> traces;
    std::vector<RunningVdev> vdevs;
    std::optional<RunningTable> table;
};

/// The table in the section .resource_table of one of the images; nothing when there is none, or it lies outside.
[[nodiscard]] std::optional<TableReport> table_of(std::span<const ElfImage> images);

[[nodiscard]] Running look_at(const ProcessorView& now);

/// What a refusal means, with the arithmetic where a segment of an image that can be read lies in no memory.
[[nodiscard]] std::string meaning_of(const Error& error, const platform::Board& board,
                                     std::span<const ElfImage> images);

/// A line as dmesg shows it, without the time.
[[nodiscard]] std::string as_in_dmesg(const LogLine& line, const platform::Board& board);

[[nodiscard]] std::string_view to_string(LogLevel level);
[[nodiscard]] std::string_view to_string(LogSource source);

}  // namespace rproc::cli
