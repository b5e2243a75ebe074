// SPDX-License-Identifier: BSD-2-Clause
// Each requirement of the concepts of tee/.
#include "rproc/tee/client.hpp"
#include "rproc/tee/device_os.hpp"

#include "concepts/cases.hpp"

namespace rproc::tee {

struct WholeClient {
    Result<OpenedSession> open_session(const Uuid& application, Parameters& parameters);
    Result<ResultCode> invoke(SessionId session, std::uint32_t command, Parameters& parameters);
    void close_session(SessionId session);
    Result<MemoryId> register_memory(std::span<const std::byte> bytes);
    void unregister_memory(MemoryId memory);
};
MEETS(Client, WholeClient);
NEEDS(Client, WholeClient, open_session)
NEEDS(Client, WholeClient, invoke)
NEEDS(Client, WholeClient, close_session)
NEEDS(Client, WholeClient, register_memory)
NEEDS(Client, WholeClient, unregister_memory)
NEEDS_EXACTLY(Client, WholeClient, register_memory, Result<MemoryId> register_memory(std::span<std::byte> bytes))

MEETS(DeviceOs, PosixOs);
NEEDS(DeviceOs, PosixOs, open)
NEEDS(DeviceOs, PosixOs, ioctl)
NEEDS(DeviceOs, PosixOs, map)
NEEDS(DeviceOs, PosixOs, unmap)
NEEDS(DeviceOs, PosixOs, close)
struct PinnedOs : PosixOs {
    PinnedOs(const PinnedOs&) = delete;
};
static_assert(!DeviceOs<PinnedOs>, "it cannot be copied");

}  // namespace rproc::tee
