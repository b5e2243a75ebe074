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

/// The TEE that remote processors register with. It may appear after them, and be removed before them.
///
/// Threads: any. A registered backend owns what it needs: the order of destruction is arbitrary.
template <Client C>
class TeeContext {
  public:
    /// A context without a TEE: registrations fail with tee_not_ready until `provide`.
    TeeContext() = default;
    /// A context with a TEE. @param client as in `provide`.
    explicit TeeContext(std::shared_ptr<C> client) { provide(std::move(client)); }
    TeeContext(const TeeContext&) = delete;
    TeeContext& operator=(const TeeContext&) = delete;

    /// Handles the probe of a TEE. A previous one is removed first.
    /// @param client belongs to this context alone.
    void provide(std::shared_ptr<C> client) { replace(std::make_shared<Connection<C>>(std::move(client))); }

    /// Handles the removal of the TEE: closes all sessions, and releases the client. Ops of registered processors
    /// return tee_gone (ENODEV) from now on, also after another TEE appears: they must be registered again.
    void remove() { replace(nullptr); }

    /// Registers a remote processor: opens its session. The destructor of the backend unregisters it. An image that the
    /// TEE still holds, because a program terminated between load and start, is released before the first boot; Linux
    /// would start it in place of its own.
    /// @param id of the processor in the TEE, from the device tree.
    /// @param running what the first boot does with a processor that a program started and left running.
    /// @returns the backend, or
    ///   tee_not_ready: there is no TEE yet; retry after `provide`;
    ///   tee_id_taken: another processor of that id is registered;
    ///   tee_busy: the TEE serves one session at a time, and another process or the kernel has it; processors of this
    ///     context share one;
    ///   tee_session_refused: the TEE does not know the id, or has no remoteproc application;
    ///   or an error of the client.
    [[nodiscard]] Result<Backend<C>> register_processor(std::uint32_t id,
                                                        RunningProcessor running = RunningProcessor::refuse) {
        const auto connection = current();
        if (connection == nullptr) {
            return fail(ErrorCode::tee_not_ready, {});
        }
        RPROC_TRY_ASSIGN(auto session, Session<C>::open(connection, id));
        return Backend<C>(std::move(session), running);
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
