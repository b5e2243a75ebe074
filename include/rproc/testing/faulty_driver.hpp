// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rproc/core/resources.hpp"
#include "rproc/core/virtio_device.hpp"
#include "rproc/result.hpp"
#include "rproc/testing/faults.hpp"

namespace rproc::testing {

/// A virtio driver for rpmsg devices that takes all queues of each device, and counts interrupts. Its probe can fail,
/// before and after it took the queues.
class FaultyDriver {
  public:
    static constexpr std::uint32_t kDeviceId = 7;  // rpmsg

    /// @param faults strike at the point virtio.probe.
    explicit FaultyDriver(Faults faults) : faults_(std::move(faults)) {}
    FaultyDriver(const FaultyDriver&) = delete;
    FaultyDriver& operator=(const FaultyDriver&) = delete;

    /// The driver for VirtioAccess::add_driver. It must not outlive this object.
    [[nodiscard]] VirtioDriver driver() {
        return {.name = "faulty",
                .id = kDeviceId,
                .features = ~0U,
                .probe = [this](VirtioDevice& device) { return probe(device); },
                .remove = [this](VirtioDevice& /*device*/) { --served_; }};
    }

    /// The number of interrupts of all queues.
    [[nodiscard]] std::size_t interrupts() const noexcept { return interrupts_; }

    /// Checks the virtio devices of a processor.
    /// @param up whether devices may have a driver: between start and stop.
    /// @returns the violations, in words.
    [[nodiscard]] std::vector<std::string> violations(const std::vector<Vdev>& vdevs, bool up) const {
        std::vector<std::string> wrong;
        const auto with_driver = std::ranges::count_if(vdevs, [](const Vdev& vdev) { return vdev.driver != nullptr; });
        if (static_cast<std::size_t>(with_driver) != served_)
            wrong.push_back(fmt::format("{} virtio devices have a driver that serves {}", with_driver, served_));
        for (const Vdev& vdev : vdevs) {
            const bool taken = std::ranges::any_of(vdev.vrings, &Vring::taken);
            if (vdev.registered && !up) wrong.emplace_back("a virtio device is still registered");
            if (vdev.usable && up && !vdev.registered) wrong.emplace_back("a virtio device is not registered");
            if (taken && vdev.driver == nullptr) wrong.emplace_back("a queue is taken, and its device has no driver");
            if (vdev.driver != nullptr && !vdev.registered) wrong.emplace_back("a driver has a device that is gone");
        }
        return wrong;
    }

  private:
    [[nodiscard]] Result<void> probe(VirtioDevice& device) {
        RPROC_TRY(faults_.call({.name = "virtio.probe", .also = FaultKind::late}, [&] { return take_queues(device); }));
        ++served_;
        return {};
    }

    [[nodiscard]] Result<void> take_queues(VirtioDevice& device) {
        for (std::uint32_t i = 0; i < device.vring_count(); ++i)
            RPROC_TRY(device.find_vq(i, [this](VirtioDevice& /*device*/) { ++interrupts_; }));
        return {};
    }

    Faults faults_;
    std::size_t served_ = 0;
    std::size_t interrupts_ = 0;
};

}  // namespace rproc::testing
