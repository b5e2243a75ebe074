// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <thread>
#include <utility>

#include "rproc/tee/client.hpp"

namespace rproc::tee {

/// A client whose open of a session has a time limit.
///
/// The ioctl of an open waits in the kernel for tee-supplicant, without end when none runs and the application is not
/// built into OP-TEE. TEE_IOC_CANCEL does not end it: OP-TEE's driver cancels in an open session only. A signal ends it
/// in some kernels; others wait until the process is killed. So the open runs in a thread, which is left to itself
/// after the limit, and ends with the process, or when the kernel answers.
///
/// After tee_open_timeout the other client belongs to that thread, and every later open fails with the same error.
/// A session that is opened after the limit is closed again, by the destruction of the other client.
///
/// Threads: as `Client`.
template <Client C>
class TimeLimitedClient {
  public:
    /// @param client of which the open has the limit. @param limit of an open.
    TimeLimitedClient(C client, std::chrono::milliseconds limit)
        : client_(std::make_shared<C>(std::move(client))), limit_(limit) {}

    /// As the other client; in addition:
    ///   tee_open_timeout: it did not return within the limit;
    ///   tee_unreachable: the thread cannot be started.
    [[nodiscard]] Result<OpenedSession> open_session(const Uuid& application, Parameters& parameters) {
        if (client_ == nullptr) return fail(timeout());
        const auto call = std::make_shared<Call>(client_, application, parameters);
        try {
            std::thread([call] { call->run(); }).detach();
        } catch (const std::exception& error) {
            return fail(kNoThread, {}, std::string_view(error.what()));
        }
        auto answer = call->wait(limit_);
        if (!answer) {
            client_.reset();
            return fail(timeout());
        }
        if (*answer) parameters = call->parameters();
        return *std::move(answer);
    }

    /// As the other client. Precondition of these: the session was opened, the memory registered, by this client.
    [[nodiscard]] Result<ResultCode> invoke(SessionId session, std::uint32_t command, Parameters& parameters) {
        if (client_ == nullptr) return fail(timeout());
        return client_->invoke(session, command, parameters);
    }
    void close_session(SessionId session) {
        if (client_ != nullptr) client_->close_session(session);
    }
    [[nodiscard]] Result<MemoryId> register_memory(std::span<const std::byte> bytes) {
        if (client_ == nullptr) return fail(timeout());
        return client_->register_memory(bytes);
    }
    void unregister_memory(MemoryId memory) {
        if (client_ != nullptr) client_->unregister_memory(memory);
    }

  private:
    /// An open in another thread. Whichever thread is last destroys it, and the client when it was abandoned.
    class Call {
      public:
        Call(std::shared_ptr<C> client, const Uuid& application, const Parameters& parameters)
            : client_(std::move(client)), application_(application), parameters_(parameters) {}

        void run() {
            auto answer = client_->open_session(application_, parameters_);
            client_.reset();
            const std::scoped_lock guard(lock_);
            answer_ = std::move(answer);
            answered_.notify_one();
        }

        /// @returns nothing after the limit.
        [[nodiscard]] std::optional<Result<OpenedSession>> wait(std::chrono::milliseconds limit) {
            std::unique_lock guard(lock_);
            answered_.wait_for(guard, limit, [this] { return answer_.has_value(); });
            return std::move(answer_);
        }
        /// The outputs of the open. Precondition: `wait` returned its answer.
        [[nodiscard]] const Parameters& parameters() const noexcept { return parameters_; }

      private:
        std::shared_ptr<C> client_;
        Uuid application_;
        Parameters parameters_;
        std::mutex lock_;
        std::condition_variable answered_;
        std::optional<Result<OpenedSession>> answer_;
    };

    static constexpr ErrorText kNoThread{.code = ErrorCode::tee_unreachable,
                                         .message = "no thread can be started to open a session: {0}"};

    [[nodiscard]] Error timeout() const {
        return Error(ErrorCode::tee_open_timeout, {}, static_cast<std::int64_t>(limit_.count()));
    }

    std::shared_ptr<C> client_;
    std::chrono::milliseconds limit_;
};

}  // namespace rproc::tee
