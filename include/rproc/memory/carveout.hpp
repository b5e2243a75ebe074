// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rproc/memory/address.hpp"
#include "rproc/memory/mapping.hpp"
#include "rproc/place.hpp"

namespace rproc {

/// A memory range that the application processors and the remote processor share (the kernel's `struct
/// rproc_mem_entry`).
struct Carveout {
    /// The source of the bytes of a carveout.
    enum class Kind {
        region,     ///< memory at the fixed address `pa`; mapped while the processor is up
        allocated,  ///< allocated by the memory provider, which sets `pa`
        pool,       ///< reserved for the buffers of a virtio device; Linux does not map it, so no segment can be loaded
                    ///< there
    };

    /// The largest length of a name, in bytes: the kernel stores 32 with the terminating zero, and truncates longer
    /// names.
    static constexpr std::size_t kNameLength = 31;

    std::string name{};  ///< of the memory-region or entry; at most kNameLength bytes; not unique
    Kind kind = Kind::region;
    std::optional<DeviceAddress> da{};  ///< nothing until allocation: Linux chooses the address
    PhysicalAddress pa{};               ///< of an `allocated` carveout known only after mapping
    std::uint64_t size = 0;             ///< bytes
    /// The offset of the payload of its entry in the resource table, in bytes from the start of the table; nothing
    /// without an entry.
    std::optional<std::uint64_t> table_offset{};
    /// False where Linux refuses to map a region: it lies in the RAM that Linux uses.
    bool mappable = true;
    /// Whether Linux has made a DMA pool of the memory-region ("shared-dma-pool", no-map); only such a one can hold the
    /// buffers of a virtio device.
    bool dma_pool = true;
    std::string node{};       ///< of the memory-region: "vdev0buffer@10042000"; empty: made of name and pa
    std::uint32_t flags = 0;  ///< IOMMU flags of its entry (IOMMU_READ 1, IOMMU_WRITE 2, ...)
    Mapping mapping{};        ///< the bytes, once mapped

    /// A carveout of memory at the fixed address `pa`, which is `da` for the remote processor. `name` is truncated to
    /// kNameLength.
    [[nodiscard]] static Carveout region(std::string_view name, DeviceAddress da, PhysicalAddress pa,
                                         std::uint64_t size) {
        return {
            .name = std::string(name.substr(0, kNameLength)), .kind = Kind::region, .da = da, .pa = pa, .size = size};
    }
    /// A carveout whose memory the provider allocates. @param da the address that the firmware expects, or nothing for
    /// any.
    [[nodiscard]] static Carveout allocated(std::string_view name, std::optional<DeviceAddress> da,
                                            std::uint64_t size) {
        return {.name = std::string(name.substr(0, kNameLength)), .kind = Kind::allocated, .da = da, .size = size};
    }
    /// Memory at `pa` that is reserved for virtio buffers. Its device address is `pa`, as in the kernel.
    [[nodiscard]] static Carveout pool(std::string_view name, PhysicalAddress pa, std::uint64_t size) {
        return {.name = std::string(name.substr(0, kNameLength)),
                .kind = Kind::pool,
                .da = DeviceAddress(pa.value()),
                .pa = pa,
                .size = size};
    }
};

/// The place of errors about the carveout; a view of its name.
[[nodiscard]] inline Place place_of(const Carveout& carveout) { return place::Carveout{carveout.name, carveout.size}; }

}  // namespace rproc
