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

/// A piece of memory that the big cores and the remote processor share (the kernel's `struct rproc_mem_entry`).
struct Carveout {
    /// How the carveout comes by its bytes.
    enum class Kind {
        region,     ///< memory that exists at `pa`; mapped while the processor is up
        allocated,  ///< found by the memory provider, which then sets `pa`
        pool,       ///< reserved for a virtio device's buffers; Linux never maps it, so nothing can be loaded there
    };

    /// Longest name, in bytes: the kernel keeps 32 with the terminating zero and cuts off the rest.
    static constexpr std::size_t kNameLength = 31;

    std::string name{};
    Kind kind = Kind::region;
    std::optional<DeviceAddress> da{};  ///< nothing until allocated: the firmware leaves the choice to Linux
    PhysicalAddress pa{};               ///< of `allocated` ones known only once mapped
    std::uint64_t size = 0;             ///< bytes
    /// Where the payload of the entry that asked for it stands in the resource table, in bytes from the table's start.
    std::optional<std::uint64_t> table_offset{};
    std::uint32_t flags = 0;  ///< IOMMU flags of that entry
    Mapping mapping{};        ///< the bytes, once mapped

    /// A carveout over memory that exists at `pa`, seen by the remote processor at `da`.
    [[nodiscard]] static Carveout region(std::string_view name, DeviceAddress da, PhysicalAddress pa,
                                         std::uint64_t size) {
        return {
            .name = std::string(name.substr(0, kNameLength)), .kind = Kind::region, .da = da, .pa = pa, .size = size};
    }
    /// A carveout whose memory the provider shall find. `da`: where the firmware expects it, if it cares.
    [[nodiscard]] static Carveout allocated(std::string_view name, std::optional<DeviceAddress> da,
                                            std::uint64_t size) {
        return {.name = std::string(name.substr(0, kNameLength)), .kind = Kind::allocated, .da = da, .size = size};
    }
    /// Memory at `pa` set aside for virtio buffers. As in the kernel its device address is `pa` itself.
    [[nodiscard]] static Carveout pool(std::string_view name, PhysicalAddress pa, std::uint64_t size) {
        return {.name = std::string(name.substr(0, kNameLength)),
                .kind = Kind::pool,
                .da = DeviceAddress(pa.value()),
                .pa = pa,
                .size = size};
    }
};

/// The carveout as the place of an error; valid as long as its name.
[[nodiscard]] inline Place place_of(const Carveout& carveout) { return place::Carveout{carveout.name, carveout.size}; }

}  // namespace rproc
