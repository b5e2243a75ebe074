// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>

#include "rproc/core/context.hpp"
#include "rproc/core/resources.hpp"
#include "rproc/internal/bytes.hpp"
#include "rproc/resource/vring_size.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// The bits of a device's status byte (virtio 1.1, section 2.1).
inline constexpr std::uint8_t kVirtioAcknowledge = 1;  ///< ACKNOWLEDGE: the device is registered
inline constexpr std::uint8_t kVirtioDriver = 2;       ///< DRIVER: a driver probes it
inline constexpr std::uint8_t kVirtioDriverOk = 4;     ///< DRIVER_OK: the driver is ready
inline constexpr std::uint8_t kVirtioFailed = 0x80;    ///< FAILED: the probe failed

/// Notifies the processor that the vring of a notify id has work. Empty if the platform has no kick.
using VirtioKick = std::function<Result<void>(std::uint32_t notify_id)>;

/// A queue that a driver has taken. The ring has the split virtqueue layout (see vring_size).
struct Virtqueue {
    std::uint32_t index;          ///< in the device
    std::uint32_t notify_id;      ///< unique among all queues of the processor
    std::uint32_t num;            ///< number of descriptors
    std::uint32_t align;          ///< alignment of the used ring, bytes
    DeviceAddress da;             ///< address of the ring for the processor
    std::span<std::byte> memory;  ///< the ring; valid until the processor is stopped
};

/// A virtio device as its driver sees it (the kernel's `rproc_virtio_config_ops`). Features, status and configuration
/// space are in the resource table in the processor's memory, where the firmware may change them at any time. Sizes and
/// addresses are those that the boot has checked.
///
/// Valid during the call of a driver's function or of VirtioAccess::with_device. The processor's lock is held
/// meanwhile: the callee needs no lock, and must not call the processor.
class VirtioDevice {
  public:
    /// @param ctx, vdev, kick must outlive the device.
    VirtioDevice(Context& ctx, Vdev& vdev, const VirtioKick& kick) noexcept : ctx_(ctx), vdev_(vdev), kick_(kick) {}

    /// The index among the vdev entries of the resource table, from 0.
    [[nodiscard]] std::uint32_t index() const noexcept { return vdev_.index; }
    /// The virtio device id; 7 is rpmsg.
    [[nodiscard]] std::uint32_t id() const noexcept { return vdev_.id; }
    /// The number of vrings.
    [[nodiscard]] std::size_t vring_count() const noexcept { return vdev_.vrings.size(); }

    /// The feature bits that the firmware offers (`dfeatures` of struct fw_rsc_vdev).
    [[nodiscard]] std::uint32_t features() const noexcept { return header().dfeatures; }
    /// The feature bits that the driver accepted (`gfeatures` of struct fw_rsc_vdev).
    [[nodiscard]] std::uint32_t accepted_features() const noexcept { return header().gfeatures; }
    /// Writes the accepted feature bits into the resource table.
    /// @returns nothing, or
    ///   virtio_features_unknown: the firmware does not offer all of them; nothing is written.
    [[nodiscard]] Result<void> finalize_features(std::uint32_t accepted) {
        if (const std::uint32_t unknown = accepted & ~features(); unknown != 0) {
            return fail(ErrorCode::virtio_features_unknown, place_of_device(), unknown);
        }
        ctx_.table().set_vdev_features(vdev_.table_offset, accepted);
        return {};
    }

    /// The status byte: the bits kVirtioAcknowledge, ...
    [[nodiscard]] std::uint8_t status() const noexcept { return header().status; }
    /// Writes the status byte.
    void set_status(std::uint8_t status) { ctx_.table().set_vdev_status(vdev_.table_offset, status); }
    /// Sets the status to 0. The firmware gets no notification.
    void reset() { set_status(0); }

    /// Size of the configuration space, bytes.
    [[nodiscard]] std::uint32_t config_size() const noexcept { return vdev_.config_len; }
    /// Reads from the configuration space.
    /// @param offset bytes from its start.
    /// @returns nothing, or
    ///   virtio_config_outside: the range is not inside the space; `to` is unchanged.
    [[nodiscard]] Result<void> read_config(std::uint64_t offset, std::span<std::byte> to) const {
        RPROC_TRY_ASSIGN(const auto from, config(offset, to.size()));
        std::ranges::copy(from, to.begin());
        return {};
    }
    /// Writes to the configuration space; visible to the firmware at once.
    /// @returns nothing, or
    ///   virtio_config_outside: the range is not inside the space; nothing is written.
    [[nodiscard]] Result<void> write_config(std::uint64_t offset, std::span<const std::byte> from) {
        RPROC_TRY_ASSIGN(const auto to, config(offset, from.size()));
        std::ranges::copy(from, to.begin());
        return {};
    }

    /// Takes a queue: clears its ring, and writes its address into the resource table.
    /// @param index of the vring in the device.
    /// @param on_interrupt called when the firmware has put something into the queue; may be empty.
    /// @returns the queue, or
    ///   vring_unknown: the device has no vring of that index, or its memory is not mapped.
    [[nodiscard]] Result<Virtqueue> find_vq(std::uint32_t index, VringInterrupt on_interrupt) {
        if (index >= vdev_.vrings.size()) return fail(no_vring(index));
        Vring& vring = vdev_.vrings[index];
        const Carveout* const carveout = ctx_.carveouts().find_by_name(vring.carveout);
        if (carveout == nullptr || !carveout->mapping.mapped()) return fail(no_vring(index));
        const auto ring = internal::slice(carveout->mapping.bytes(), 0, vring_size(vring.num, vring.align));
        std::ranges::fill(ring, std::byte{0});
        const DeviceAddress da = carveout->da.value_or(DeviceAddress(wire::kAddressAny));
        ctx_.table().set_vring_address(vdev_.table_offset, index, da);
        vring.taken = true;
        vring.on_interrupt = std::move(on_interrupt);
        return Virtqueue{index, vring.notify_id, vring.num, vring.align, da, ring};
    }

    /// Releases all queues of the device.
    void del_vqs() noexcept {
        for (Vring& vring : vdev_.vrings) {
            vring.taken = false;
            vring.on_interrupt = nullptr;
        }
    }

    /// Notifies the firmware that a queue has work.
    /// @param index of the vring in the device.
    /// @returns nothing, or
    ///   vring_unknown: the driver has not taken it;
    ///   or the platform's error.
    [[nodiscard]] Result<void> kick(std::uint32_t index) {
        if (index >= vdev_.vrings.size() || !vdev_.vrings[index].taken) return fail(no_vring(index));
        return kick_(vdev_.vrings[index].notify_id);
    }

  private:
    [[nodiscard]] wire::Vdev header() const noexcept {
        return ctx_.table().vdev(vdev_.table_offset).value_or(wire::Vdev{});
    }

    static constexpr ErrorText kNoVring{
        .code = ErrorCode::vring_unknown,
        .message = "there is no vring {0} that can be used",
        .hint = "take it with find_vq first; a device has as many vrings as its entry says"};

    [[nodiscard]] Place place_of_device() const { return place::Vdev{vdev_.index}; }

    [[nodiscard]] Result<std::span<std::byte>> config(std::uint64_t offset, std::uint64_t size) const {
        const auto table = ctx_.table().bytes();
        const bool inside = offset <= vdev_.config_len && size <= vdev_.config_len - offset;
        if (inside && vdev_.config_offset + vdev_.config_len <= table.size())
            return internal::slice(table, vdev_.config_offset + offset, size);
        return fail(ErrorCode::virtio_config_outside, place_of_device(), size, offset, vdev_.config_len);
    }

    [[nodiscard]] Error no_vring(std::uint32_t index) const { return Error(kNoVring, place_of_device(), index); }

    Context& ctx_;
    Vdev& vdev_;
    const VirtioKick& kick_;
};

/// A driver for the virtio devices of one id (the kernel's `struct virtio_driver`).
///
/// Threads: the functions are called with the processor's lock held. They must not call the processor, and must not
/// throw.
struct VirtioDriver {
    std::string name{};          ///< for `remove_driver` and log lines
    std::uint32_t id = 0;        ///< virtio device id that it binds to; 7 is rpmsg
    std::uint32_t features = 0;  ///< feature bits that it supports
    /// Binds to a device. Its features are negotiated; the driver takes its queues with `find_vq`. On failure the
    /// device has no driver and the status kVirtioFailed; the processor keeps running. May be empty.
    std::function<Result<void>(VirtioDevice&)> probe{};
    /// Unbinds from a device, before the processor stops. Its queues are released afterwards. May be empty.
    std::function<void(VirtioDevice&)> remove{};
};

}  // namespace rproc
