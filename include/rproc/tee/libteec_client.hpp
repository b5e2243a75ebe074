// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "rproc/tee/client.hpp"

namespace rproc::tee {

/// The client of a TEE through libteec, the GlobalPlatform TEE Client API (1.0) as OP-TEE's user space brings it. It is
/// defined only in a library that was built where CMake found libteec.
///
/// Which TEE is asked, is libteec's choice: its default one. Beside what `BasicDeviceClient` says of OP-TEE: libteec
/// tells no errno, so that a TEE whose driver was removed is tee_unreachable, and not tee_gone.
///
/// Errors of the members of the concept `Client`: tee_device_denied when libteec says ACCESS_DENIED of its own,
/// tee_unreachable for its other results, and for a memref outside registered memory. A result that comes from the TEE
/// or the trusted application is a value.
///
/// Move-only. The destructor closes what is still open. Threads: as `Client` says; two clients are independent.
class LibteecClient {
  public:
    /// Errors: tee_device_missing when libteec finds no TEE (or none that this user may open), tee_device_denied,
    /// tee_unreachable.
    [[nodiscard]] static Result<LibteecClient> open();

    LibteecClient(LibteecClient&& other) noexcept;
    LibteecClient& operator=(LibteecClient&& other) noexcept;
    ~LibteecClient();

    [[nodiscard]] Result<OpenedSession> open_session(const Uuid& application, Parameters& parameters) noexcept;
    [[nodiscard]] Result<ResultCode> invoke(SessionId session, std::uint32_t command, Parameters& parameters) noexcept;
    void close_session(SessionId session) noexcept;
    /// Copies `bytes` to memory that libteec allocates; they need not outlive the call.
    [[nodiscard]] Result<MemoryId> register_memory(std::span<const std::byte> bytes) noexcept;
    void unregister_memory(MemoryId memory) noexcept;

  private:
    struct State;
    explicit LibteecClient(std::unique_ptr<State> state) noexcept;

    std::unique_ptr<State> state_;
};
static_assert(Client<LibteecClient>);

}  // namespace rproc::tee
