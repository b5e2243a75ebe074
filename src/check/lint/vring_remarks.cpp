// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "check/lint/byte_count.hpp"
#include "check/lint/image_remarks.hpp"
#include "check/lint/memory_advice.hpp"
#include "rproc/resource/vring_size.hpp"

namespace rproc::check {
namespace {

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
    VdevRemarks(std::vector<Finding>& findings, const BoardModel& board, const VdevRequest& vdev)
        : findings_(findings), board_(board), vdev_(vdev) {}

    void remark() {
        const auto vrings = vdev_.vrings();
        for (const VringRequest& vring : vrings) {
            remark_on_numbers(vring);
            remark_on_address(vring);
        }
        constexpr std::size_t kBothDirections = 2;
        if (vdev_.id() != kRpmsg || vrings.size() != kBothDirections) return;
        remark_on_pair(vrings[0].fields.num, vrings[1].fields.num);
        remark_on_buffers(vrings[0].fields.num);
    }

  private:
    void warn(FindingCode code, const Place& place, std::string message, std::string hint) {
        findings_.push_back({Severity::warning, code, place, std::move(message), std::move(hint)});
    }

    [[nodiscard]] Place vdev_place() const { return place_of(vdev_.entry); }

    void remark_on_numbers(const VringRequest& vring) {
        const std::uint32_t num = vring.fields.num;
        const std::uint32_t align = vring.fields.align;
        if (std::has_single_bit(num) && std::has_single_bit(align)) return;
        warn(
            FindingCode::vring_not_power_of_two, vring.place,
            fmt::format("num is {}, align is {}; virtio wants powers of two: both sides find the place of a message by "
                        "masking bits, Linux takes any number, and messages get lost",
                        num, align),
            fmt::format("set num to {} and align to 16", std::bit_floor(num)));
    }

    void remark_on_address(const VringRequest& vring) {
        const MemoryEntry* const memory = board_.find(vring.name);
        const std::uint32_t da = vring.fields.da;
        if (memory == nullptr || da == wire::kAddressAny || da == memory->device.start().value()) return;
        warn(FindingCode::address_replaced, vring.place,
             fmt::format(
                 "asks for da {:#x}, {:#x} bytes into {}: Linux puts the vring at {:#x}, and writes that into the "
                 "table",
                 da, da - memory->device.start().value(), describe(*memory), memory->device.start().value()),
             "read da from the table when the firmware runs, or set it to 0xffffffff (any)");
    }

    void remark_on_pair(std::uint32_t receive, std::uint32_t send) {
        if (receive == 1 || send == 1) {
            warn(FindingCode::vring_too_small, vdev_place(),
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
            FindingCode::vrings_unequal, vdev_place(),
            fmt::format("vring 0 has {} descriptors and vring 1 has {}: Linux makes {} buffers for each direction, and "
                        "prints a warning with a call trace{}",
                        receive, send, buffers, consequence),
            fmt::format("set num of both vrings to {}", std::bit_floor(std::min(receive, send))));
    }

    void remark_on_buffers(std::uint32_t receive) {
        const MemoryEntry* const memory = board_.find(vdev_.buffer_name());
        const std::uint64_t buffers = 2 * std::uint64_t{std::min(receive, kMostBuffers)};
        const std::uint64_t takes = pool_size(buffers * kBufferSize);
        if (memory == nullptr || takes <= memory->device.size()) return;
        const std::uint64_t fits = std::bit_floor(memory->device.size() / kBufferSize / 2);
        warn(
            FindingCode::virtio_buffers_misfit, vdev_place(),
            fmt::format("num {} makes {} buffers of 512 bytes, {} in one piece; {} has {}: virtio_rpmsg_bus fails with "
                        "-12 (ENOMEM), and there is no rpmsg",
                        receive, buffers, byte_count(takes), describe(*memory), byte_count(memory->device.size())),
            fmt::format("set num of both vrings to at most {}, or {}", fits, enlarge(*memory, takes)));
    }

    std::vector<Finding>& findings_;
    const BoardModel& board_;
    const VdevRequest& vdev_;
};

}  // namespace

std::vector<Finding> remarks_on_vrings(const CheckedImage& checked, const Trial& trial) {
    std::vector<Finding> findings;
    const TableModel* const table = checked.image.table();
    if (table == nullptr) return findings;
    for (const VdevRequest& vdev : table->vdevs)
        if (trial.has_registered(vdev.index)) VdevRemarks(findings, checked.board, vdev).remark();
    return findings;
}

}  // namespace rproc::check
