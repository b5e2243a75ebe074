// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "rproc/internal/bytes.hpp"
#include "rproc/memory/address.hpp"
#include "rproc/resource/layout.hpp"

namespace rproc {

/// Writes the fields of a resource table that Linux fills in for the firmware: addresses, notify ids, status. The table
/// is a private copy or the one in the processor's memory. Offsets are those of the entries of a `ResourceTableView` of
/// the same size, in bytes. A write that is not completely inside the table has no effect.
///
/// A view; the bytes must outlive it.
class ResourceTableEditor {
  public:
    ResourceTableEditor() = default;
    explicit ResourceTableEditor(std::span<std::byte> table) noexcept : table_(table) {}

    /// Writes the address and size of a carveout. Only the lower 32 bits are stored, as in the kernel. @param
    /// payload_offset of the entry's payload.
    void set_carveout(std::uint64_t payload_offset, DeviceAddress da, PhysicalAddress pa,
                      std::uint64_t len) const noexcept {
        update<wire::Carveout>(payload_offset, [&](wire::Carveout& entry) {
            entry.da = static_cast<std::uint32_t>(da.value());
            entry.pa = static_cast<std::uint32_t>(pa.value());
            entry.len = static_cast<std::uint32_t>(len);
        });
    }

    /// Writes the notify id of vring `vring` (index in the device) of the vdev whose payload is at `vdev_offset`.
    void set_vring_notify_id(std::uint64_t vdev_offset, std::uint32_t vring, std::uint32_t notify_id) const noexcept {
        update<wire::Vring>(vring_offset(vdev_offset, vring), [&](wire::Vring& entry) { entry.notifyid = notify_id; });
    }

    /// Writes the device address of a vring. Only the lower 32 bits are stored.
    void set_vring_address(std::uint64_t vdev_offset, std::uint32_t vring, DeviceAddress da) const noexcept {
        update<wire::Vring>(vring_offset(vdev_offset, vring),
                            [&](wire::Vring& entry) { entry.da = static_cast<std::uint32_t>(da.value()); });
    }

    /// Writes the virtio status byte of a device.
    void set_vdev_status(std::uint64_t vdev_offset, std::uint8_t status) const noexcept {
        update<wire::Vdev>(vdev_offset, [&](wire::Vdev& entry) { entry.status = status; });
    }

    /// Writes the feature bits that the driver accepted (`gfeatures`).
    void set_vdev_features(std::uint64_t vdev_offset, std::uint32_t features) const noexcept {
        update<wire::Vdev>(vdev_offset, [&](wire::Vdev& entry) { entry.gfeatures = features; });
    }

    /// Reads the header of a vdev, which the firmware may have modified. Nothing when it is not inside the table.
    [[nodiscard]] std::optional<wire::Vdev> vdev(std::uint64_t vdev_offset) const noexcept {
        return internal::read_at<wire::Vdev>(table_, vdev_offset);
    }

    /// The bytes of the table.
    [[nodiscard]] std::span<std::byte> bytes() const noexcept { return table_; }

  private:
    [[nodiscard]] std::uint64_t vring_offset(std::uint64_t vdev_offset, std::uint32_t vring) const noexcept {
        if (vdev_offset > table_.size()) return table_.size();  // so that the sum cannot wrap
        return vdev_offset + sizeof(wire::Vdev) + std::uint64_t{vring} * sizeof(wire::Vring);
    }

    template <internal::WireStruct T, class Change>
    void update(std::uint64_t offset, Change change) const noexcept {
        auto entry = internal::read_at<T>(table_, offset);
        if (!entry) return;
        change(*entry);
        static_cast<void>(internal::write_at(table_, offset, *entry));
    }

    std::span<std::byte> table_;
};

}  // namespace rproc
