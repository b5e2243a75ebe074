// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "rproc/result.hpp"
#include "rproc/tee/client.hpp"
#include "rproc/tee/protocol.hpp"

namespace rproc::testing {

/// The recorder of a `RecordingClient` that records nothing. Each op receives the call, and returns the answer: its
/// own, or what `call()` returns. A recorder derives from this one and replaces the ops that it records.
struct NullRecorder {
    template <class Call>
    [[nodiscard]] Result<tee::OpenedSession> record_open(Call call) {
        return call();
    }
    template <class Call>
    [[nodiscard]] Result<tee::ResultCode> record_invoke(tee::Command /*command*/, Call call) {
        return call();
    }
    template <class Call>
    void record_close(Call call) {
        call();
    }
    template <class Call>
    [[nodiscard]] Result<tee::MemoryId> record_register(Call call) {
        return call();
    }
};

/// A client that forwards every call to another client, through a recorder. The recorder is a base class: its members
/// are members of the client.
template <tee::Client C, class Recorder = NullRecorder>
class RecordingClient : public Recorder {
  public:
    explicit RecordingClient(std::shared_ptr<C> client, Recorder recorder = {})
        : Recorder(std::move(recorder)), client_(std::move(client)) {}

    /// The client that answers the calls.
    [[nodiscard]] C& client() noexcept { return *client_; }

    // tee::Client.

    [[nodiscard]] Result<tee::OpenedSession> open_session(const tee::Uuid& application, tee::Parameters& parameters) {
        return this->record_open([&] { return client_->open_session(application, parameters); });
    }
    [[nodiscard]] Result<tee::ResultCode> invoke(tee::SessionId session, std::uint32_t command,
                                                 tee::Parameters& parameters) {
        return this->record_invoke(static_cast<tee::Command>(command),
                                   [&] { return client_->invoke(session, command, parameters); });
    }
    void close_session(tee::SessionId session) {
        this->record_close([&] { client_->close_session(session); });
    }
    [[nodiscard]] Result<tee::MemoryId> register_memory(std::span<const std::byte> bytes) {
        return this->record_register([&] { return client_->register_memory(bytes); });
    }
    void unregister_memory(tee::MemoryId memory) { client_->unregister_memory(memory); }

  private:
    std::shared_ptr<C> client_;
};

}  // namespace rproc::testing
