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

/// Writes into a resource table what Linux lets the firmware know: addresses, notify ids, status. Works on a private
/// copy or on the table in shared memory; the offsets come from entries of a `ResourceTableView` of the same size.
/// A write that would not lie inside the table does nothing. A view; the bytes must outlive it.
class ResourceTableEditor {
  public:
    ResourceTableEditor() = default;
    explicit ResourceTableEditor(std::span<std::byte> table) noexcept : table_(table) {}

    /// Where the carveout of the entry came to lie. Resource tables have 32-bit addresses; higher bits are cut off,
    /// as in the kernel.
    void set_carveout(std::uint64_t payload_offset, DeviceAddress da, PhysicalAddress pa,
                      std::uint64_t len) const noexcept {
        update<wire::Carveout>(payload_offset, [&](wire::Carveout& entry) {
            entry.da = static_cast<std::uint32_t>(da.value());
            entry.pa = static_cast<std::uint32_t>(pa.value());
            entry.len = static_cast<std::uint32_t>(len);
        });
    }

    void set_vring_notify_id(std::uint64_t vdev_offset, std::uint32_t vring, std::uint32_t notify_id) const noexcept {
        update<wire::Vring>(vring_offset(vdev_offset, vring), [&](wire::Vring& entry) { entry.notifyid = notify_id; });
    }

    void set_vring_address(std::uint64_t vdev_offset, std::uint32_t vring, DeviceAddress da) const noexcept {
        update<wire::Vring>(vring_offset(vdev_offset, vring),
                            [&](wire::Vring& entry) { entry.da = static_cast<std::uint32_t>(da.value()); });
    }

    /// The virtio status byte of a device.
    void set_vdev_status(std::uint64_t vdev_offset, std::uint8_t status) const noexcept {
        update<wire::Vdev>(vdev_offset, [&](wire::Vdev& entry) { entry.status = status; });
    }

    /// The features of a device that its driver took.
    void set_vdev_features(std::uint64_t vdev_offset, std::uint32_t features) const noexcept {
        update<wire::Vdev>(vdev_offset, [&](wire::Vdev& entry) { entry.gfeatures = features; });
    }

    /// A device's header as it is now; the firmware may have written to it. Nothing when it would not lie in the table.
    [[nodiscard]] std::optional<wire::Vdev> vdev(std::uint64_t vdev_offset) const noexcept {
        return internal::read_at<wire::Vdev>(table_, vdev_offset);
    }

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
