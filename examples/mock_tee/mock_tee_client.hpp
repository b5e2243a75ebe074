// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <gmock/gmock.h>

#include "rproc/tee/client.hpp"

/// A mock of tee::Client.
class MockTeeClient {
  public:
    MOCK_METHOD(rproc::Result<rproc::tee::OpenedSession>, open_session,
                (const rproc::tee::Uuid&, rproc::tee::Parameters&));
    MOCK_METHOD(rproc::Result<rproc::tee::ResultCode>, invoke,
                (rproc::tee::SessionId, std::uint32_t command, rproc::tee::Parameters&));
    MOCK_METHOD(void, close_session, (rproc::tee::SessionId));
    MOCK_METHOD(rproc::Result<rproc::tee::MemoryId>, register_memory, (std::span<const std::byte>));
    MOCK_METHOD(void, unregister_memory, (rproc::tee::MemoryId));
};
static_assert(rproc::tee::Client<MockTeeClient>);
