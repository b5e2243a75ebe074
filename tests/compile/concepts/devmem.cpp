// SPDX-License-Identifier: BSD-2-Clause
// Each requirement of the concept MemoryOs.
#include "rproc/devmem/memory_os.hpp"

#include "concepts/cases.hpp"

namespace rproc::devmem {

MEETS(MemoryOs, PosixMemoryOs);
NEEDS(MemoryOs, PosixMemoryOs, open)
NEEDS(MemoryOs, PosixMemoryOs, map)
NEEDS(MemoryOs, PosixMemoryOs, unmap)
NEEDS(MemoryOs, PosixMemoryOs, close)
NEEDS(MemoryOs, PosixMemoryOs, page_size)
NEEDS(MemoryOs, PosixMemoryOs, load)
NEEDS(MemoryOs, PosixMemoryOs, store)
NEEDS(MemoryOs, PosixMemoryOs, sleep)
NEEDS(MemoryOs, PosixMemoryOs, wait_interrupt)
NEEDS(MemoryOs, PosixMemoryOs, enable_interrupt)
struct PinnedOs : PosixMemoryOs {
    PinnedOs(const PinnedOs&) = delete;
};
static_assert(!MemoryOs<PinnedOs>, "it cannot be copied");

}  // namespace rproc::devmem
