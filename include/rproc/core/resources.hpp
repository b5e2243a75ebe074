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

/// A log that the firmware writes into memory (the kernel's `trace0` in debugfs). Its place is not checked at boot.
struct TraceBuffer {
    std::string name;  ///< as the firmware calls it, e.g. "cm4_log"
    DeviceAddress da;
    std::uint64_t len;  ///< bytes
};

class VirtioDevice;   // core/virtio_device.hpp
struct VirtioDriver;  // likewise

/// What a driver does when the firmware says that it has something in a queue; may be empty.
using VringInterrupt = std::function<void(VirtioDevice&)>;

/// One queue of a virtio device.
struct Vring {
    std::uint32_t num;        ///< descriptors
    std::uint32_t align;      ///< bytes, of the used ring
    std::uint32_t notify_id;  ///< unique among all vrings of the processor
    std::string carveout;     ///< the name of its memory, "vdev0vring1"
    bool taken = false;       ///< a driver uses it
    VringInterrupt on_interrupt{};
};

/// A virtio device that the firmware offers.
struct Vdev {
    std::uint32_t index;              ///< the n-th vdev of the table
    std::uint32_t id;                 ///< virtio device id; 7 is rpmsg
    std::uint64_t table_offset;       ///< of its entry's payload in the resource table
    std::uint64_t config_offset = 0;  ///< of its configuration space in the resource table
    std::uint32_t config_len = 0;     ///< bytes
    std::vector<Vring> vrings{};
    bool usable = false;                   ///< its vrings have memory
    bool registered = false;               ///< the device exists: between start and stop of a usable one
    const VirtioDriver* driver = nullptr;  ///< who serves it
};

/// Hands out the lowest free id, from 0, as the kernel's idr does.
class NotifyIds {
  public:
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
    void give_back(std::uint32_t id) { taken_[id] = false; }
    void clear() noexcept { taken_.clear(); }

  private:
    std::vector<bool> taken_;
};

/// What a firmware's resource table led to, besides carveouts.
struct Resources {
    std::vector<TraceBuffer> traces;
    std::vector<Vdev> vdevs;
    NotifyIds notify_ids;
    std::vector<DeviceRange> iommu_mappings;  ///< what the IOMMU shows the processor, in the order of mapping

    void clear() noexcept {
        traces.clear();
        vdevs.clear();
        notify_ids.clear();
        iommu_mappings.clear();
    }
};

}  // namespace rproc
