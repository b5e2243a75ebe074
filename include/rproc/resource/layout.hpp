// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "rproc/internal/bytes.hpp"

/// The resource table as it stands in a firmware image and in the remote processor's memory. Little-endian, packed; the
/// source of the format is Linux's include/linux/remoteproc.h (rsc_table.h in later trees) and the OpenAMP
/// specification.
///
///     offset 0   TableHeader
///     offset 16  u32 offsets[num], each from the table's start to an entry
///     an entry = u32 type, then the payload of that type
namespace rproc::wire {

using internal::Le32;

inline constexpr std::uint32_t kTableVersion = 1;
/// "Any address will do" in a `da` field (the kernel's FW_RSC_ADDR_ANY).
inline constexpr std::uint32_t kAddressAny = 0xffffffff;

enum class EntryType : std::uint32_t {
    carveout = 0,
    devmem = 1,
    trace = 2,
    vdev = 3,
    vendor_first = 128,
    vendor_last = 512,
};

struct TableHeader {
    Le32 ver;
    Le32 num;
    std::array<Le32, 2> reserved;
};
static_assert(sizeof(TableHeader) == 16 && offsetof(TableHeader, num) == 4);

/// What stands before each entry's payload.
struct EntryHeader {
    Le32 type;
};
static_assert(sizeof(EntryHeader) == 4);

using Name = std::array<char, 32>;

/// The name up to its terminating zero, or all 32 bytes when there is none.
[[nodiscard]] constexpr std::string_view view(const Name& name) noexcept {
    const std::string_view all(name.data(), name.size());
    return all.substr(0, all.find('\0'));
}

struct Carveout {
    Le32 da;
    Le32 pa;
    Le32 len;
    Le32 flags;
    Le32 reserved;
    Name name;
};
static_assert(sizeof(Carveout) == 52 && offsetof(Carveout, name) == 20);

struct Devmem {
    Le32 da;
    Le32 pa;
    Le32 len;
    Le32 flags;
    Le32 reserved;
    Name name;
};
static_assert(sizeof(Devmem) == 52 && offsetof(Devmem, name) == 20);

struct Trace {
    Le32 da;
    Le32 len;
    Le32 reserved;
    Name name;
};
static_assert(sizeof(Trace) == 44 && offsetof(Trace, name) == 12);

/// Followed by `num_of_vrings` times `Vring`, then `config_len` bytes of the virtio device's configuration space.
struct Vdev {
    Le32 id;
    Le32 notifyid;
    Le32 dfeatures;
    Le32 gfeatures;
    Le32 config_len;
    std::uint8_t status;
    std::uint8_t num_of_vrings;
    std::array<std::uint8_t, 2> reserved;
};
static_assert(sizeof(Vdev) == 24 && offsetof(Vdev, status) == 20 && offsetof(Vdev, reserved) == 22);

struct Vring {
    Le32 da;
    Le32 align;
    Le32 num;
    Le32 notifyid;
    Le32 pa;
};
static_assert(sizeof(Vring) == 20 && offsetof(Vring, notifyid) == 12);

}  // namespace rproc::wire
