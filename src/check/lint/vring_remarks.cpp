// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "check/lint/byte_count.hpp"
#include "check/lint/file_table.hpp"
#include "check/lint/image_remarks.hpp"
#include "check/lint/memory_advice.hpp"
#include "rproc/resource/entries.hpp"
#include "rproc/resource/vring_size.hpp"

namespace rproc::check {
namespace {

using platform::Stm32mp15Config;

// What Linux 6.1's virtio_rpmsg_bus does with a device: as many buffers in each direction as vring 0 has descriptors,
// in one piece of memory.
constexpr std::uint32_t kRpmsg = 7;
constexpr std::uint32_t kMostBuffers = 256;
constexpr std::uint64_t kBufferSize = 512;

/// Bytes that the kernel's DMA pools give out for a request: pages, a power of two of them.
std::uint64_t pool_size(std::uint64_t bytes) {
    constexpr std::uint64_t kPage = kLinux61Arm32.page_size;
    return std::bit_ceil(kLinux61Arm32.whole_pages(bytes) / kPage) * kPage;
}

/// Writes down what is wrong with the vrings of one device.
class VdevRemarks {
  public:
    VdevRemarks(std::vector<Finding>& findings, const Stm32mp15Config& config, const ResourceEntry& entry,
                std::uint32_t index)
        : findings_(findings), config_(config), entry_(entry), index_(index) {}

    void remark(const VdevEntry& request) {
        for (std::uint32_t i = 0; i < request.vring_count(); ++i) {
            remark_on_numbers(request.vring(i), i);
            remark_on_address(request.vring(i), i);
        }
        constexpr std::uint32_t kBothDirections = 2;
        if (request.header().id != kRpmsg || request.vring_count() != kBothDirections) return;
        const std::uint32_t receive = request.vring(0).num;
        remark_on_pair(receive, request.vring(1).num);
        remark_on_buffers(receive);
    }

  private:
    void warn(FindingCode code, const Place& place, std::string message, std::string hint) {
        findings_.push_back({Severity::warning, code, place, std::move(message), std::move(hint)});
    }

    [[nodiscard]] Place vring_place(std::uint32_t vring) const {
        return place::Vring{entry_.index(), entry_.offset(), index_, vring};
    }

    void remark_on_numbers(const wire::Vring& vring, std::uint32_t index) {
        if (std::has_single_bit(vring.num.get()) && std::has_single_bit(vring.align.get())) return;
        warn(
            FindingCode::vring_not_power_of_two, vring_place(index),
            fmt::format("num is {}, align is {}; virtio wants powers of two: both sides find the place of a message by "
                        "masking bits, Linux takes any number, and messages get lost",
                        vring.num.get(), vring.align.get()),
            fmt::format("set num to {} and align to 16", std::bit_floor(vring.num.get())));
    }

    void remark_on_address(const wire::Vring& vring, std::uint32_t index) {
        const auto memory = find_memory(config_, fmt::format("vdev{}vring{}", index_, index));
        if (!memory || vring.da == wire::kAddressAny || vring.da == memory->device.start().value()) return;
        warn(FindingCode::address_replaced, vring_place(index),
             fmt::format(
                 "asks for da {:#x}, {:#x} bytes into {}: Linux puts the vring at {:#x}, and writes that into the "
                 "table",
                 vring.da.get(), vring.da - memory->device.start().value(), describe(*memory),
                 memory->device.start().value()),
             "read da from the table when the firmware runs, or set it to 0xffffffff (any)");
    }

    void remark_on_pair(std::uint32_t receive, std::uint32_t send) {
        if (receive == 1 || send == 1) {
            warn(FindingCode::vring_too_small, place_of(entry_),
                 fmt::format(
                     "the vrings have {} and {} descriptors, and with 1 a single message is under way at a time: "
                     "the next sender waits up to 15 seconds for the buffer to be returned",
                     receive, send),
                 "set num of both vrings to 16");
        }
        if (receive == send) return;
        const std::uint32_t buffers = std::min(receive, kMostBuffers);
        std::string consequence;
        if (send < buffers)
            consequence = fmt::format("; it fails with -28 (ENOSPC) to send more than {} at a time", send);
        if (send > buffers) consequence = "; the rest of vring 1 stays unused";
        warn(
            FindingCode::vrings_unequal, place_of(entry_),
            fmt::format("vring 0 has {} descriptors and vring 1 has {}: Linux makes {} buffers for each direction, and "
                        "prints a warning with a call trace{}",
                        receive, send, buffers, consequence),
            fmt::format("set num of both vrings to {}", std::bit_floor(std::min(receive, send))));
    }

    void remark_on_buffers(std::uint32_t receive) {
        const auto memory = find_memory(config_, fmt::format("vdev{}buffer", index_));
        const std::uint64_t buffers = 2 * std::uint64_t{std::min(receive, kMostBuffers)};
        const std::uint64_t takes = pool_size(buffers * kBufferSize);
        if (!memory || takes <= memory->device.size()) return;
        const std::uint64_t fits = std::bit_floor(memory->device.size() / kBufferSize / 2);
        warn(
            FindingCode::virtio_buffers_misfit, place_of(entry_),
            fmt::format("num {} makes {} buffers of 512 bytes, {} in one piece; {} has {}: virtio_rpmsg_bus fails with "
                        "-12 (ENOMEM), and there is no rpmsg",
                        receive, buffers, byte_count(takes), describe(*memory), byte_count(memory->device.size())),
            fmt::format("set num of both vrings to at most {}, or {}", fits, enlarge(*memory, takes)));
    }

    std::vector<Finding>& findings_;
    const Stm32mp15Config& config_;
    ResourceEntry entry_;
    std::uint32_t index_;
};

}  // namespace

std::vector<Finding> remarks_on_vrings(const ElfImage& image, const Stm32mp15Config& config, const Trial& trial) {
    std::vector<Finding> findings;
    const auto table = find_file_table(image);
    if (!table) return findings;
    std::uint32_t index = 0;
    static_cast<void>(table->view.for_each([&](const ResourceEntry& entry) -> Result<void> {
        if (!entry.is(wire::EntryType::vdev)) return {};
        RPROC_TRY_ASSIGN(const VdevEntry request, decode_vdev(entry));
        if (std::ranges::find(trial.registered, index) != trial.registered.end())
            VdevRemarks(findings, config, entry, index).remark(request);
        ++index;
        return {};
    }));
    return findings;
}

}  // namespace rproc::check
