// SPDX-License-Identifier: BSD-2-Clause
#include "check/lint/board_remarks.hpp"

#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "rproc/platform/reserved_memory.hpp"

namespace rproc::check {
namespace {

std::string bounds(const platform::ReservedRegion& region) {
    return fmt::format("{} at {:#x}+{:#x}", region.name, region.memory->start().value(), region.memory->size());
}

void remark_on_overlaps(std::vector<Finding>& findings, const platform::Stm32mp15Config& config) {
    for (const auto& [first, second] : platform::overlaps_of(config.regions))
        findings.push_back({Severity::warning, FindingCode::memory_regions_overlap,
                            place::Node{config.node_path, "memory-region"},
                            fmt::format("{} and {} overlap: what is written to the one changes the other",
                                        bounds(config.regions[first]), bounds(config.regions[second])),
                            "correct the reg of one of the two in /reserved-memory"});
}

/// Without a vdev entry no queue is signalled.
void remark_on_mailboxes(std::vector<Finding>& findings, const platform::Stm32mp15Config& config,
                         const ImageModel& image) {
    constexpr std::array<std::string_view, 2> kQueues{"vq0", "vq1"};
    if (image.table() == nullptr || image.table()->vdevs.empty()) return;
    std::string missing;
    for (const std::string_view queue : kQueues)
        if (!config.has_mailbox(queue)) missing.append(missing.empty() ? "" : " and ").append(queue);
    if (missing.empty()) return;
    findings.push_back({Severity::warning, FindingCode::mailbox_missing, place::Node{config.node_path, "mboxes"},
                        fmt::format("the board has no mailbox {}: no queue of the firmware's virtio device is "
                                    "signalled, so that rpmsg does not work",
                                    missing),
                        "add mboxes = <&ipcc 0>, <&ipcc 1>; mbox-names = \"vq0\", \"vq1\"; to the node"});
}

}  // namespace

std::vector<Finding> remarks_on_board(const platform::Stm32mp15Config& config, const ImageModel& image) {
    std::vector<Finding> findings;
    remark_on_overlaps(findings, config);
    remark_on_mailboxes(findings, config, image);
    return findings;
}

}  // namespace rproc::check
