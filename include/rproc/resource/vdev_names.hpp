// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <string>

/// The names by which Linux knows the memory of a virtio device: those of the carveouts that it makes, and of the
/// memory-regions that a board sets aside for them. `vdev` counts the vdev entries of the resource table from 0.
namespace rproc {

/// "vdev0vring1" (rproc_alloc_vring)
[[nodiscard]] inline std::string vring_name(std::uint32_t vdev, std::uint32_t vring) {
    return "vdev" + std::to_string(vdev) + "vring" + std::to_string(vring);
}

/// "vdev0buffer" (rproc_add_virtio_dev)
[[nodiscard]] inline std::string buffer_name(std::uint32_t vdev) { return "vdev" + std::to_string(vdev) + "buffer"; }

}  // namespace rproc
