// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "rproc/result.hpp"
#include "rproc/tee/backend.hpp"
#include "rproc/tee/client.hpp"
#include "rproc/tee/connection.hpp"

namespace rproc::tee {

/// Where remote processors find the TEE: it may come after them, and go before them.
///
/// Threads: every member may be called from any thread. A backend that was registered keeps what it needs alive by
/// itself, so that the order of destruction does not matter.
template <Client C>
class TeeContext {
  public:
    /// Without a TEE: processors are deferred until there is one.
    TeeContext() = default;
    explicit TeeContext(std::shared_ptr<C> client) { provide(std::move(client)); }
    TeeContext(const TeeContext&) = delete;
    TeeContext& operator=(const TeeContext&) = delete;

    /// The TEE is there. One that was there before is removed first. The client must belong to this context alone.
    void provide(std::shared_ptr<C> client) { replace(std::make_shared<Connection<C>>(std::move(client))); }

    /// The TEE is gone: sessions are closed and the client is let go. Ops of processors that are registered return
    /// tee_gone (ENODEV) from now on, also when another TEE comes; they have to be registered with it again.
    void remove() { replace(nullptr); }

    /// Registers a remote processor: opens its session. The backend unregisters it when it is destroyed. What the TEE
    /// may still hold for it, because a program died between load and start, is taken for the image of the next boot,
    /// as by Linux; a boot that fails, or a shutdown, clears it.
    /// @param id the processor's number in the TEE, from the device tree.
    /// @returns the backend, or
    ///   tee_not_ready: there is no TEE yet; try again after `provide`;
    ///   tee_id_taken: another processor of that id is registered;
    ///   tee_session_refused: the TEE does not know the id, or has no remoteproc application;
    ///   an error of the client.
    [[nodiscard]] Result<Backend<C>> register_processor(std::uint32_t id) {
        const auto connection = current();
        if (connection == nullptr) {
            return fail(ErrorCode::tee_not_ready, {});
        }
        RPROC_TRY_ASSIGN(auto session, Session<C>::open(connection, id));
        return Backend<C>(std::move(session));
    }

  private:
    [[nodiscard]] std::shared_ptr<Connection<C>> current() const {
        const std::scoped_lock guard(lock_);
        return connection_;
    }

    void replace(std::shared_ptr<Connection<C>> next) {
        std::unique_lock guard(lock_);
        const auto before = std::exchange(connection_, std::move(next));
        guard.unlock();
        if (before != nullptr) before->disconnect();
    }

    mutable std::mutex lock_;
    std::shared_ptr<Connection<C>> connection_;
};

}  // namespace rproc::tee
