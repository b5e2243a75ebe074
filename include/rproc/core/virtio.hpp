// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <fmt/format.h>

#include "rproc/core/context.hpp"
#include "rproc/core/resources.hpp"
#include "rproc/resource/vring_size.hpp"
#include "rproc/result.hpp"

/// The virtio devices of a running processor: they come to be when it starts, and go away before it stops
/// (the kernel's remoteproc_virtio.c).
namespace rproc {

/// The virtio status byte once a device is known to its transport and no driver has taken it (virtio 1.1, 2.1).
inline constexpr std::uint8_t kVirtioAcknowledge = 1;

/// Whether the platform can tell the processor that a vring has something for it; without, virtio is refused.
enum class Kick { available, missing };

namespace internal {

/// Where the buffers of a device come from: its own reserved pool, or else the first memory of the processor, which is
/// what Linux falls back to.
[[nodiscard]] inline const Carveout* buffer_memory(Context& ctx, const Vdev& vdev) {
    if (const Carveout* own = ctx.carveouts().find_by_name(fmt::format("vdev{}buffer", vdev.index))) return own;
    const auto& all = ctx.carveouts().all();
    if (all.empty() || all.front().kind == Carveout::Kind::allocated) return nullptr;
    return &all.front();
}

inline void announce_buffers(Context& ctx, const Vdev& vdev) {
    const Carveout* const memory = buffer_memory(ctx, vdev);
    if (memory == nullptr) return;
    if (memory->kind != Carveout::Kind::allocated) {
        ctx.log(LogLevel::info, LogSource::virtio,
                fmt::format("assigned reserved memory node {}@{:x}", memory->name, memory->pa.value()));
    }
    if (memory->kind == Carveout::Kind::pool) return;
    ctx.notice(
        Severity::warning,
        {.code = ErrorCode::virtio_without_buffer,
         .what = fmt::format("there is no memory-region \"vdev{}buffer\", so Linux takes virtio buffers from \"{}\", "
                             "where firmware was loaded",
                             vdev.index, memory->name),
         .where = fmt::format("vdev {}", vdev.index),
         .hint = fmt::format("add a reserved-memory node vdev{}buffer to memory-region", vdev.index)});
}

}  // namespace internal

/// Registers every usable virtio device, in the order of the table, and sets its status byte.
/// @returns nothing, or
///   virtio_without_kick: there is a device, but the platform cannot kick. Devices registered so far are taken back.
[[nodiscard]] inline Result<void> register_virtio(Context& ctx, Resources& resources, Kick kick) {
    int number = 0;
    for (Vdev& vdev : resources.vdevs) {
        if (!vdev.usable) continue;
        if (kick == Kick::missing) {
            return fail({.code = ErrorCode::virtio_without_kick,
                         .what = "the platform has no kick: it cannot tell the processor that a vring has work",
                         .where = fmt::format("vdev {}", vdev.index),
                         .kernel_line = fmt::format(".kick method not defined for {}", ctx.name()),
                         .hint = "give the platform a kick op, or remove the vdev entry from the resource table"});
        }
        internal::announce_buffers(ctx, vdev);
        vdev.registered = true;
        ctx.table().set_vdev_status(vdev.table_offset, kVirtioAcknowledge);
        ctx.log(LogLevel::info, LogSource::virtio,
                fmt::format("registered virtio{} (type {})", number++, static_cast<std::int32_t>(vdev.id)));
    }
    return {};
}

/// Takes every virtio device away.
inline void unregister_virtio(Resources& resources) noexcept {
    for (Vdev& vdev : resources.vdevs) vdev.registered = false;
}

/// The memory of a vring, as a virtio driver finds it when it takes the device: zeroed, and its address written into
/// the resource table for the firmware to see.
/// @returns the vring's bytes, valid until the processor is stopped; empty when the device is not registered or has no
///   vring of that index.
[[nodiscard]] inline std::span<std::byte> find_vring(Context& ctx, const Vdev& vdev, std::uint32_t index) {
    if (!vdev.registered || index >= vdev.vrings.size()) return {};
    const Vring& vring = vdev.vrings[index];
    const Carveout* const carveout = ctx.carveouts().find_by_name(vring.carveout);
    if (carveout == nullptr || !carveout->mapping.mapped()) return {};
    const auto bytes = carveout->mapping.bytes().first(vring_size(vring.num, vring.align));
    std::ranges::fill(bytes, std::byte{0});
    ctx.table().set_vring_address(vdev.table_offset, index, carveout->da.value_or(DeviceAddress(wire::kAddressAny)));
    return bytes;
}

}  // namespace rproc
