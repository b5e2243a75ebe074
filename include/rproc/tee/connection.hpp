// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "rproc/result.hpp"
#include "rproc/tee/client.hpp"
#include "rproc/tee/protocol.hpp"

namespace rproc::tee {

/// Memory that is registered with a client during the lifetime of this object. Move-only; the client must outlive it.
template <Client C>
class SharedMemory {
  public:
    /// Registers memory.
    /// @param bytes must outlive the result.
    /// @returns the memory, or the client's error.
    [[nodiscard]] static Result<SharedMemory> make(C& client, std::span<const std::byte> bytes) {
        RPROC_TRY_ASSIGN(const MemoryId id, client.register_memory(bytes));
        return SharedMemory(client, id);
    }

    SharedMemory(SharedMemory&& other) noexcept : client_(std::exchange(other.client_, nullptr)), id_(other.id_) {}
    SharedMemory& operator=(SharedMemory&&) = delete;
    SharedMemory(const SharedMemory&) = delete;
    SharedMemory& operator=(const SharedMemory&) = delete;
    ~SharedMemory() {
        if (client_ != nullptr) client_->unregister_memory(id_);
    }

    /// For Parameter::memref_input.
    [[nodiscard]] MemoryId id() const noexcept { return id_; }

  private:
    SharedMemory(C& client, MemoryId id) noexcept : client_(&client), id_(id) {}

    C* client_;
    MemoryId id_;
};

/// The connection of all processors of a TEE through one client, from the probe of the TEE to its removal.
///
/// OP-TEE's application serves one session at a time. Every command carries the id of its processor, so a processor
/// whose own session is refused as BUSY shares one that this connection has open. For which id that was opened does not
/// matter; an id that the TEE does not know is then refused by LOAD_FW (NOT_SUPPORTED), not by the open.
///
/// Threads: any; a lock serialises the calls, as in the kernel.
template <Client C>
class Connection {
  public:
    /// @param client not null; belongs to this connection alone.
    explicit Connection(std::shared_ptr<C> client) noexcept : client_(std::move(client)) {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { disconnect(); }

    /// Opens the session of a remote processor, or has it share an open one; each id has at most one.
    /// @param processor id in the TEE.
    /// @returns nothing, or
    ///   tee_gone: the TEE was removed;
    ///   tee_id_taken: the processor of that id already has a session;
    ///   tee_busy: the application serves a session of another process, or of the kernel;
    ///   tee_session_refused: the TEE refuses the session;
    ///   or an error of the client.
    [[nodiscard]] Result<void> open(std::uint32_t processor) {
        const std::scoped_lock guard(lock_);
        if (client_ == nullptr) return fail(gone());
        if (find(processor) != sessions_.end()) return fail(taken(processor));
        RPROC_TRY_ASSIGN(const SessionId id, open_locked(processor));
        sessions_.push_back({.processor = processor, .id = id});
        return {};
    }

    /// Closes the session of a processor; one that is shared, with its last processor. Does nothing after the removal
    /// of the TEE, which has closed it.
    void close(std::uint32_t processor) {
        const std::scoped_lock guard(lock_);
        const auto found = find(processor);
        if (found == sessions_.end()) return;
        const auto id = found->id;
        sessions_.erase(found);
        if (id && std::ranges::find(sessions_, id, &Session::id) == sessions_.end()) client_->close_session(*id);
    }

    /// Runs a command in the session of a processor. The session ends with the answer TARGET_DEAD, because no command
    /// of it can succeed any more; the next command opens another one.
    /// @param processor whose session `open` opened.
    /// @param parameters output parameters are written on success.
    /// @returns the answer of the TEE, or
    ///   tee_gone: the TEE was removed;
    ///   tee_session_refused: the TEE refuses the new session;
    ///   or an error of the client.
    [[nodiscard]] Result<ResultCode> invoke(std::uint32_t processor, Command command, Parameters& parameters) {
        const std::scoped_lock guard(lock_);
        return invoke_locked(processor, command, parameters);
    }

    /// Runs a command with `bytes` as parameter 1, shared with the TEE during the call.
    /// @returns as `invoke`.
    [[nodiscard]] Result<ResultCode> invoke_with(std::uint32_t processor, Command command, Parameters& parameters,
                                                 std::span<const std::byte> bytes) {
        const std::scoped_lock guard(lock_);
        if (client_ == nullptr) return fail(gone());
        RPROC_TRY_ASSIGN(const auto memory, SharedMemory<C>::make(*client_, bytes));
        parameters[1] = Parameter::memref_input(memory.id(), bytes.size());
        return invoke_locked(processor, command, parameters);
    }

    /// Handles the removal of the TEE: closes all sessions, and releases the client. Every later call fails with
    /// tee_gone.
    void disconnect() noexcept {
        const std::scoped_lock guard(lock_);
        while (!sessions_.empty()) {
            const auto id = sessions_.back().id;
            std::erase_if(sessions_, [id](const Session& session) { return session.id == id; });
            if (id) client_->close_session(*id);
        }
        client_.reset();
    }

  private:
    struct Session {
        std::uint32_t processor;
        std::optional<SessionId> id;  ///< nothing after TARGET_DEAD; the same for processors that share it
        bool unaware = false;         ///< the session ended in a command of another processor: the answer is to come
    };

    [[nodiscard]] Result<SessionId> open_locked(std::uint32_t processor) {
        Parameters parameters{Parameter::value_input(processor)};
        RPROC_TRY_ASSIGN(const OpenedSession opened, client_->open_session(kRemoteprocUuid, parameters));
        if (opened.result == ResultCode::busy) {
            const auto open = std::ranges::find_if(sessions_, [](const Session& each) { return each.id.has_value(); });
            if (open == sessions_.end()) return fail(ErrorCode::tee_busy, place::TeeProcessor{processor});
            return *open->id;
        }
        if (opened.result != ResultCode::success) return fail(refused(processor, opened.result));
        return opened.session;
    }

    [[nodiscard]] Result<ResultCode> invoke_locked(std::uint32_t processor, Command command, Parameters& parameters) {
        const auto session = find(processor);
        if (client_ == nullptr || session == sessions_.end()) return fail(gone());
        if (std::exchange(session->unaware, false)) return ResultCode::target_dead;
        if (!session->id) {
            RPROC_TRY_ASSIGN(session->id, open_locked(processor));
        }
        auto answer = client_->invoke(*session->id, static_cast<std::uint32_t>(command), parameters);
        if (answer && *answer == ResultCode::target_dead) end(*session);
        return answer;
    }

    /// Closes a session whose application has died. Each processor that shares it gets the answer TARGET_DEAD once.
    void end(Session& session) {
        const SessionId id = *std::exchange(session.id, {});
        for (Session& other : sessions_)
            if (other.id == id) other = {.processor = other.processor, .id = {}, .unaware = true};
        client_->close_session(id);
    }

    [[nodiscard]] typename std::vector<Session>::iterator find(std::uint32_t processor) {
        return std::ranges::find(sessions_, processor, &Session::processor);
    }

    [[nodiscard]] static Error gone() { return Error(ErrorCode::tee_gone, {}); }

    [[nodiscard]] static Error taken(std::uint32_t processor) {
        return Error(ErrorCode::tee_id_taken, place::TeeProcessor{processor});
    }

    [[nodiscard]] static Error refused(std::uint32_t processor, ResultCode result) {
        return answer_error({.code = ErrorCode::tee_session_refused,
                             .message = "the TEE opens no session: {0} ({1:#010x}): {2}",
                             .kernel_line = "tee_client_open_session failed, err: {1:#x}",
                             .hint = "the usual cause: {3}"},
                            place::TeeProcessor{processor}, result);
    }

    std::mutex lock_;
    std::shared_ptr<C> client_;
    std::vector<Session> sessions_;
};

}  // namespace rproc::tee
