// SPDX-License-Identifier: BSD-2-Clause
#include "check/lint/memory_advice.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "check/lint/byte_count.hpp"

namespace rproc::check {
namespace {

using Memories = std::vector<MemoryEntry>;

/// Where a Cortex-M takes its vector table from at reset.
constexpr DeviceAddress kVectorTable(0);

/// Firmware may be linked there: Linux loads to it, and does not use it for virtio.
bool is_for_firmware(const MemoryEntry& entry) { return entry.loadable && !entry.name.starts_with("vdev"); }

std::string length_text(std::uint64_t size) {
    constexpr std::uint64_t kKibibyte = 1024;
    return size % kKibibyte == 0 ? fmt::format("{}K", size / kKibibyte) : fmt::format("{:#x}", size);
}

std::uint64_t gap(const MemoryEntry& entry, DeviceRange range) {
    if (entry.device.contains(range.start())) return 0;
    const std::uint64_t start = range.start().value();
    const std::uint64_t other = entry.device.start().value();
    return start < other ? other - start : start - other;
}

Memories places_for(const Memories& all, DeviceRange range) {
    Memories places;
    std::ranges::copy_if(all, std::back_inserter(places), [&](const MemoryEntry& entry) {
        return is_for_firmware(entry) && entry.device.size() >= range.size();
    });
    std::ranges::sort(places, {}, [&](const MemoryEntry& entry) { return gap(entry, range); });
    return places;
}

/// The memory whose physical address was taken for the device address.
const MemoryEntry* meant_physically(const Memories& all, DeviceRange range) {
    const auto physical = PhysicalRange::make(PhysicalAddress(range.start().value()), range.size());
    const auto holds = [&](const MemoryEntry& entry) { return physical && entry.physical.contains(*physical); };
    const auto found = std::ranges::find_if(all, holds);
    return found == all.end() ? nullptr : &*found;
}

std::string explain_overrun(const MemoryEntry& entry, DeviceRange range) {
    const std::uint64_t past = range.end().value() - entry.device.end().value();
    return fmt::format("begins in {} and ends {} past it", describe(entry), byte_count(past));
}

std::string explain_physical(const MemoryEntry& entry, DeviceAddress taken) {
    const std::uint64_t offset = taken.value() - entry.physical.start().value();
    return fmt::format("{:#x} is a physical address of {}; the processor sees it at da {:#x}", taken.value(),
                       entry.name, entry.device.start().value() + offset);
}

std::string too_large_for_all(const Memories& all, DeviceRange range) {
    const auto largest = std::ranges::max_element(
        all, {}, [](const MemoryEntry& entry) { return is_for_firmware(entry) ? entry.device.size() : 0; });
    if (largest == all.end()) return "add the processor's memories to memory-region in the device tree";
    const std::uint64_t over = range.size() - largest->device.size();
    return fmt::format("make it at least {} smaller, or split it: the largest memory is {}, {}", byte_count(over),
                       describe(*largest), byte_count(largest->device.size()));
}

/// The memory in which a segment begins that holds the vector table must stay; the rest of the segment can move.
std::string advise_vectors(const Memories& all, DeviceRange range) {
    const auto holds_start = [&](const MemoryEntry& entry) {
        return is_for_firmware(entry) && entry.device.contains(range.start());
    };
    const auto home = std::ranges::find_if(all, holds_start);
    if (home == all.end())
        return "add the memory at 0x0, where the vector table is, to memory-region in the device tree";
    const std::uint64_t over = range.end().value() - home->device.end().value();
    std::string advice = fmt::format(
        "the vector table stays at 0x0; move at least {} of code or data out of this segment", byte_count(over));
    const DeviceRange moved = *DeviceRange::make(home->device.end(), over);
    Memories places = places_for(all, moved);
    std::erase_if(places, [&](const MemoryEntry& entry) { return entry.name == home->name; });
    if (!places.empty()) advice += fmt::format(", to MEMORY {{ {} }}", linker_line(places.front()));
    return advice;
}

}  // namespace

std::string describe(const MemoryEntry& entry) { return fmt::format("{} ({})", entry.name, to_string(entry.device)); }

std::string linker_line(const MemoryEntry& entry) {
    return fmt::format("{} (rwx) : ORIGIN = {:#x}, LENGTH = {}", entry.name, entry.device.start().value(),
                       length_text(entry.device.size()));
}

std::string enlarge(const MemoryEntry& entry, std::uint64_t size) {
    return fmt::format("enlarge the reserved-memory node {} to {:#x} bytes (reg = <{:#x} {:#x}>)", entry.name, size,
                       entry.physical.start().value(), size);
}

std::string explain_misfit(const BoardModel& board, DeviceRange range) {
    const Memories& all = board.memories();
    const auto holds_start = [&](const MemoryEntry& entry) { return entry.device.contains(range.start()); };
    if (const auto found = std::ranges::find_if(all, holds_start); found != all.end()) {
        if (found->loadable) return explain_overrun(*found, range);
        return fmt::format("lies in {}, which Linux keeps for virtio buffers and never maps", describe(*found));
    }
    const auto runs_into = [&](const MemoryEntry& entry) { return entry.device.overlaps(range); };
    if (const auto found = std::ranges::find_if(all, runs_into); found != all.end())
        return fmt::format("begins {} before {}", byte_count(gap(*found, range)), describe(*found));
    if (const MemoryEntry* const meant = meant_physically(all, range); meant != nullptr)
        return explain_physical(*meant, range.start());
    const auto distance = [&](const MemoryEntry& each) { return std::pair(!is_for_firmware(each), gap(each, range)); };
    const auto nearest = std::ranges::min_element(all, {}, distance);
    if (nearest == all.end() || !is_for_firmware(*nearest)) return "the board shares no memory with the processor";
    return fmt::format("lies in no memory of the board; the nearest is {}", describe(*nearest));
}

std::string advise_place(const BoardModel& board, DeviceRange range) {
    const Memories& all = board.memories();
    if (const MemoryEntry* const meant = meant_physically(all, range); meant != nullptr && is_for_firmware(*meant))
        return fmt::format("MEMORY in the linker script wants device addresses: {}", linker_line(*meant));
    const Memories places = places_for(all, range);
    if (places.empty()) return too_large_for_all(all, range);
    const MemoryEntry& nearest = places.front();
    const bool begins_there = nearest.device.contains(range.start());
    if (!begins_there) return fmt::format("it fits MEMORY {{ {} }} of the linker script", linker_line(nearest));
    const std::uint64_t over = range.end().value() - nearest.device.end().value();
    std::string advice = fmt::format("begin it at least {} earlier, or make it as much smaller", byte_count(over));
    if (places.size() > 1) advice += fmt::format("; it also fits MEMORY {{ {} }}", linker_line(places[1]));
    return advice;
}

std::string advise_segment(const BoardModel& board, DeviceRange range) {
    return range.contains(kVectorTable) ? advise_vectors(board.memories(), range) : advise_place(board, range);
}

}  // namespace rproc::check
