// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "rproc/internal/bytes.hpp"

/// The resource table in a firmware image and in the remote processor's memory. Little-endian, packed. Sources:
/// include/linux/remoteproc.h of Linux (rsc_table.h in later trees) and the OpenAMP specification.
///
///     offset 0   TableHeader
///     offset 16  u32 offsets[num], each from the table's start to an entry
///     an entry = u32 type, then the payload of that type
namespace rproc::wire {

using internal::Le32;

inline constexpr std::uint32_t kTableVersion = 1;
/// Value of a `da` field that requests any address (FW_RSC_ADDR_ANY).
inline constexpr std::uint32_t kAddressAny = 0xffffffff;

/// The types of entries (enum fw_resource_type).
enum class EntryType : std::uint32_t {
    carveout = 0,        ///< RSC_CARVEOUT
    devmem = 1,          ///< RSC_DEVMEM
    trace = 2,           ///< RSC_TRACE
    vdev = 3,            ///< RSC_VDEV
    vendor_first = 128,  ///< RSC_VENDOR_START
    vendor_last = 512,   ///< RSC_VENDOR_END
};

/// struct resource_table.
struct TableHeader {
    Le32 ver;                      ///< kTableVersion
    Le32 num;                      ///< number of entries
    std::array<Le32, 2> reserved;  ///< 0
};
static_assert(sizeof(TableHeader) == 16 && offsetof(TableHeader, num) == 4);

/// struct fw_rsc_hdr: precedes the payload of each entry.
struct EntryHeader {
    Le32 type;
};
static_assert(sizeof(EntryHeader) == 4);

/// A name field: at most 31 bytes and a zero.
using Name = std::array<char, 32>;

/// The name up to its terminating zero, or all 32 bytes without one. A view of `name`.
[[nodiscard]] constexpr std::string_view view(const Name& name) noexcept {
    const std::string_view all(name.data(), name.size());
    return all.substr(0, all.find('\0'));
}

/// struct fw_rsc_carveout: memory that the firmware needs. Linux writes `da`, `pa` and `len`. `len` is in
/// bytes, `flags` are IOMMU flags.
struct Carveout {
    Le32 da;        ///< device address, or kAddressAny
    Le32 pa;        ///< written by Linux
    Le32 len;       ///< bytes
    Le32 flags;     ///< of the IOMMU mapping
    Le32 reserved;  ///< 0
    Name name;
};
static_assert(sizeof(Carveout) == 52 && offsetof(Carveout, name) == 20);

/// struct fw_rsc_devmem: device registers that the IOMMU maps. `len` is in bytes, `flags` are IOMMU flags.
struct Devmem {
    Le32 da;        ///< device address
    Le32 pa;        ///< physical address of the registers
    Le32 len;       ///< bytes
    Le32 flags;     ///< of the IOMMU mapping
    Le32 reserved;  ///< 0
    Name name;
};
static_assert(sizeof(Devmem) == 52 && offsetof(Devmem, name) == 20);

/// struct fw_rsc_trace: the log buffer of the firmware, `len` bytes at device address `da`.
struct Trace {
    Le32 da;        ///< device address
    Le32 len;       ///< bytes
    Le32 reserved;  ///< 0
    Name name;
};
static_assert(sizeof(Trace) == 44 && offsetof(Trace, name) == 12);

/// struct fw_rsc_vdev: a virtio device. `num_of_vrings` times `Vring` follow, then `config_len` bytes of its
/// configuration space. Linux writes `gfeatures` and `status`.
struct Vdev {
    Le32 id;                               ///< virtio device id; 7 is rpmsg
    Le32 notifyid;                         ///< unused by Linux
    Le32 dfeatures;                        ///< features that the firmware offers
    Le32 gfeatures;                        ///< features that the driver accepted
    Le32 config_len;                       ///< bytes
    std::uint8_t status;                   ///< virtio status byte
    std::uint8_t num_of_vrings;            ///< Linux accepts at most 2
    std::array<std::uint8_t, 2> reserved;  ///< 0
};
static_assert(sizeof(Vdev) == 24 && offsetof(Vdev, status) == 20 && offsetof(Vdev, reserved) == 22);

/// struct fw_rsc_vdev_vring: `num` descriptors, `align` in bytes. Linux writes `da` and `notifyid`.
struct Vring {
    Le32 da;        ///< device address, or kAddressAny
    Le32 align;     ///< of the used ring, bytes
    Le32 num;       ///< number of descriptors
    Le32 notifyid;  ///< id of the kick
    Le32 pa;        ///< unused by Linux
};
static_assert(sizeof(Vring) == 20 && offsetof(Vring, notifyid) == 12);

}  // namespace rproc::wire
