// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "rproc/tee/client.hpp"

namespace rproc::tee {

/// The client of a TEE through libteec, the GlobalPlatform TEE Client API 1.0 of OP-TEE's user space. Defined only in a
/// library that CMake built with libteec.
///
/// libteec selects the TEE: its default one. Differs from `BasicDeviceClient`: libteec returns no errno, so a TEE whose
/// driver was removed is reported as tee_unreachable, and not as tee_gone.
///
/// Errors of the members of the concept `Client`:
///   tee_device_denied: libteec itself returns ACCESS_DENIED;
///   tee_unreachable: its other results, or a memref outside of registered memory.
/// A result of the TEE or of the trusted application is a value.
///
/// Move-only. The destructor closes the remaining sessions. Threads: as `Client`; two clients are independent.
class LibteecClient {
  public:
    /// Opens the default TEE.
    /// @returns the client, or
    ///   tee_device_missing: libteec finds no TEE, or none that this user may open;
    ///   tee_device_denied, tee_unreachable: as above.
    [[nodiscard]] static Result<LibteecClient> open();

    LibteecClient(LibteecClient&& other) noexcept;
    LibteecClient& operator=(LibteecClient&& other) noexcept;
    ~LibteecClient();

    /// As the concept (TEEC_OpenSession).
    [[nodiscard]] Result<OpenedSession> open_session(const Uuid& application, Parameters& parameters) noexcept;
    /// As the concept (TEEC_InvokeCommand).
    [[nodiscard]] Result<ResultCode> invoke(SessionId session, std::uint32_t command, Parameters& parameters) noexcept;
    /// As the concept (TEEC_CloseSession).
    void close_session(SessionId session) noexcept;
    /// Copies `bytes` to memory that libteec allocates; they need not outlive the call.
    [[nodiscard]] Result<MemoryId> register_memory(std::span<const std::byte> bytes) noexcept;
    /// As the concept (TEEC_ReleaseSharedMemory).
    void unregister_memory(MemoryId memory) noexcept;

  private:
    struct State;
    explicit LibteecClient(std::unique_ptr<State> state) noexcept;

    std::unique_ptr<State> state_;
};
static_assert(Client<LibteecClient>);

}  // namespace rproc::tee
