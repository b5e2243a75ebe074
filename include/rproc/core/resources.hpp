// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "rproc/memory/address.hpp"

namespace rproc {

/// A trace buffer, into which the firmware writes its log (`trace0` in debugfs). Its address and length are those of
/// the resource table, unchecked.
struct TraceBuffer {
    std::string name;   ///< of the entry, "cm4_log"
    DeviceAddress da;   ///< of the first byte
    std::uint64_t len;  ///< bytes
};

class VirtioDevice;   // core/virtio_device.hpp
struct VirtioDriver;  // likewise

/// The handler of a queue's interrupt: the firmware has put something into the queue. May be empty.
using VringInterrupt = std::function<void(VirtioDevice&)>;

/// A queue of a virtio device (the kernel's `struct rproc_vring`).
struct Vring {
    std::uint32_t num;        ///< number of descriptors
    std::uint32_t align;      ///< alignment of the used ring, bytes
    std::uint32_t notify_id;  ///< unique among all vrings of the processor
    std::string carveout;     ///< name of the carveout with its memory, "vdev0vring1"
    bool taken = false;       ///< a driver uses it (VirtioDevice::find_vq)
    VringInterrupt on_interrupt{};
};

/// A virtio device of the resource table (the kernel's `struct rproc_vdev`).
struct Vdev {
    std::uint32_t index;              ///< among the vdev entries of the table, from 0
    std::uint32_t id;                 ///< virtio device id; 7 is rpmsg
    std::uint64_t table_offset;       ///< of the entry's payload, bytes from the start of the resource table
    std::uint64_t config_offset = 0;  ///< of its configuration space, bytes from the start of the resource table
    std::uint32_t config_len = 0;     ///< size of the configuration space, bytes
    std::vector<Vring> vrings{};
    bool usable = false;                   ///< its vrings have memory, so that it can be registered
    bool registered = false;               ///< the device exists: between start and stop, if `usable`
    const VirtioDriver* driver = nullptr;  ///< the driver bound to it; null without one
};

/// Allocates notify ids: the lowest free one, from 0, as the kernel's idr does.
class NotifyIds {
  public:
    /// Allocates an id.
    [[nodiscard]] std::uint32_t take() {
        const auto free = std::ranges::find(taken_, false);
        const auto id = static_cast<std::size_t>(free - taken_.begin());
        if (free == taken_.end()) {
            taken_.push_back(true);
        } else {
            taken_[id] = true;
        }
        return static_cast<std::uint32_t>(id);
    }
    /// Frees an id. Precondition: `take` returned it.
    void give_back(std::uint32_t id) { taken_[id] = false; }
    /// Frees all ids.
    void clear() noexcept { taken_.clear(); }

  private:
    std::vector<bool> taken_;
};

/// The resources of a processor that its resource table describes, except carveouts.
struct Resources {
    std::vector<TraceBuffer> traces;  ///< in the order of their entries
    std::vector<Vdev> vdevs;          ///< in the order of their entries
    NotifyIds notify_ids;
    std::vector<DeviceRange> iommu_mappings;  ///< of devmem and carveout entries, in the order of mapping

    /// Removes all resources.
    void clear() noexcept {
        traces.clear();
        vdevs.clear();
        notify_ids.clear();
        iommu_mappings.clear();
    }
};

}  // namespace rproc
